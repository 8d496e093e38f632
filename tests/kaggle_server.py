"""A server on loopback that speaks to Kaggle's own client as Kaggle does."""

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

TOKEN, USER, KEY = "good-token", "galileo", "good-key"
RULES = "You must accept this competition's rules before you'll be able to download files."


@dataclass
class Kaggle:
    """A Kaggle with one competition and one user, its vices set by the attributes.

    `breaks` has an entry for each coming download: the number of bytes after which the connection
    breaks, or None; `stalls` likewise, where it stays open and silent. `statuses` has the answers,
    one after the other, that the file store gives instead of a file; 200 is the file after all.
    """

    files: Mapping[str, Path]
    rules_accepted: bool = True
    has_ranges: bool = True
    breaks: list[int | None] = field(default_factory=list)
    stalls: list[int | None] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    announced: int = 0  # length that a file is said to have, if not its own
    pending: int = 0  # times that a submission is said to wait for its score
    refusal: str = ""  # of a submission, when it is handed in
    error: str = ""  # of a submission, when it is scored
    requests: list[str] = field(default_factory=list)  # name of the call, or file and its range
    uploads: list[bytes] = field(default_factory=list)
    submissions: list[dict] = field(default_factory=list)

    def __enter__(self) -> "Kaggle":
        self.ended = threading.Event()
        handler = type("Handler", (KaggleHandler,), {"kaggle": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def downloads(self, name: str) -> list[str]:
        """The ranges of a file that were asked for, "" for all of it."""
        asked = (request.split(" ") for request in self.requests)
        return [" ".join(ranges) for first, *ranges in asked if first == name]

    @property
    def environment(self) -> dict[str, str]:
        """What leads the client here: its setting for a Kaggle on this machine, by a proxy.

        That setting has no port but 80, which not everyone may listen to.
        """
        proxy = f"http://127.0.0.1:{self.server.server_port}"
        return {"KAGGLE_API_ENVIRONMENT": "LOCALHOST", "http_proxy": proxy}


class KaggleHandler(BaseHTTPRequestHandler):
    """Answers a request, which names the whole address as it does to a proxy."""

    protocol_version = "HTTP/1.1"
    kaggle: Kaggle

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = urlsplit(self.path).path.rpartition("/")[2]
        self.kaggle.requests.append(call)
        if call == "IntrospectToken":
            is_known = json.loads(body)["token"] == TOKEN
            self.answer({"active": is_known, "username": USER} if is_known else {"active": False})
        elif not self.is_signed_in():
            self.answer({"code": 401, "message": "Unauthenticated"}, 401)
        elif not self.kaggle.rules_accepted:
            self.answer({"code": 403, "message": RULES}, 403)
        else:
            getattr(self, call)(json.loads(body))

    def DownloadDataFile(self, request: dict) -> None:
        self.send_response(302)
        self.send_header("Location", f"http://localhost/store/{request['fileName']}?Signature=s")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def StartSubmissionUpload(self, request: dict) -> None:
        self.answer({"token": "upload", "createUrl": "http://localhost/uploads?Signature=s"})

    def CreateSubmission(self, request: dict) -> None:
        if self.kaggle.refusal:
            self.answer({"code": 400, "message": self.kaggle.refusal}, 400)
            return
        number = 1000 + len(self.kaggle.submissions)
        submission = {
            "ref": number,
            "date": "2026-01-02T03:04:05.678Z",
            "description": request["submissionDescription"],
            "status": "PENDING",
        }
        self.kaggle.submissions.insert(0, submission)
        self.answer({"message": "Successfully submitted", "ref": number})

    def ListSubmissions(self, request: dict) -> None:
        for submission in self.kaggle.submissions:
            if submission["status"] == "PENDING":
                self.score(submission)
        self.answer({"submissions": self.kaggle.submissions})

    def score(self, submission: dict) -> None:
        if self.kaggle.pending:
            self.kaggle.pending -= 1
        elif self.kaggle.error:
            submission |= {"status": "ERROR", "errorDescription": self.kaggle.error}
        else:
            scores = {"publicScore": "0.07501", "privateScore": "0.07499"}
            submission |= {"status": "COMPLETE"} | scores

    def do_PUT(self) -> None:
        self.kaggle.uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer({})

    def do_GET(self) -> None:
        name = urlsplit(self.path).path.rpartition("/")[2]
        wanted = self.headers.get("Range", "")
        self.kaggle.requests.append(f"{name} {wanted}".strip())
        if self.kaggle.statuses and (status := self.kaggle.statuses.pop(0)) != 200:
            self.answer({"error": "the store is closed"}, status)
            return
        content = self.kaggle.files[name].read_bytes()
        is_part = self.kaggle.has_ranges and wanted
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if is_part else 0
        self.send_response(206 if is_part else 200)
        self.send_header("Content-Length", str(self.kaggle.announced or len(content) - start))
        self.send_header("Last-Modified", "Fri, 20 Dec 2013 12:00:00 GMT")
        self.send_header("ETag", '"one"')
        if self.kaggle.has_ranges:
            self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.send(content[start:])

    def send(self, content: bytes) -> None:
        breaks = self.kaggle.breaks.pop(0) if self.kaggle.breaks else None
        stalls = self.kaggle.stalls.pop(0) if self.kaggle.stalls else None
        self.wfile.write(content[: breaks or stalls])
        if stalls is not None:
            self.kaggle.ended.wait()
        if breaks is not None:
            self.close_connection = True

    def is_signed_in(self) -> bool:
        basic = base64.b64encode(f"{USER}:{KEY}".encode()).decode()
        return self.headers.get("Authorization") in (f"Bearer {TOKEN}", f"Basic {basic}")

    def answer(self, content: dict, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Be silent."""
