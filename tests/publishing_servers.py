"""Servers on loopback to which an export is published: as Hugging Face's hub, and as Zenodo do."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "a-secret-token"


class Server:
    """Answers requests that are signed with TOKEN; in a `with` statement it runs.

    `requests` lists what was asked, and `refused` has the beginnings of requests that get an error.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.refused: tuple[str, ...] = ()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                asked = f"{self.command} {self.path}"
                owner.requests.append(asked)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b"".join(chunks_of(self.rfile))
                is_signed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                if not is_signed and not self.path.startswith("/store/"):
                    status, answer = 401, {"message": "Unauthorized", "error": "Unauthorized"}
                elif asked.startswith(owner.refused or ("nothing",)):
                    status, answer = 403, {"message": "Permission denied", "error": "Forbidden"}
                else:
                    status, answer = owner.answer(self.command, self.path, body)
                content = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                if status == 404:
                    self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def chunks_of(file):
    """The parts of a request's body that is sent in chunks."""
    while length := int(file.readline(), 16):
        yield file.read(length)
        file.readline()
    file.readline()


class Hub(Server):
    """A hub: `repositories` has the files of each by name, after its commits."""

    LICENCES = ("cc-by-4.0", "mit", "other")

    def __init__(self) -> None:
        super().__init__()
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.commits: list[str] = []
        self.store: dict[str, bytes] = {}

    def answer(self, command: str, path: str, body: bytes) -> tuple[int, object]:
        name = "/".join(path.split("/")[3:5])
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
            self.repositories.setdefault(name, {})
            return 200, {"url": f"{self.address}/{name}", "name": name}
        if path == "/api/validate-yaml":
            head = json.loads(body)["content"].split("---")[1]
            if any(f"license: {one}\n" in head for one in self.LICENCES):
                return 200, {"errors": [], "warnings": []}
            errors = [{"message": '"license" must be one of [...]'}]
            return 400, {"errors": errors, "warnings": []}
        if "/preupload/" in path:
            files = [one["path"] for one in json.loads(body)["files"]]
            modes = {True: "lfs", False: "regular"}
            of = {file: modes[file.startswith("model.")] for file in files}
            return 200, {
                "files": [{"path": f, "uploadMode": of[f], "shouldIgnore": False} for f in files]
            }
        if path.endswith(".git/info/lfs/objects/batch"):
            objects = json.loads(body)["objects"]
            for one in objects:
                one["actions"] = {"upload": {"href": f"{self.address}/store/{one['oid']}?Sig=s"}}
            return 200, {"transfer": "basic", "objects": objects}
        if path.startswith("/store/"):
            self.store[path.split("/")[2].partition("?")[0]] = body
            return 200, None
        if "/commit/" in path:
            return 200, self.committed(name, [json.loads(line) for line in body.splitlines()])
        found = name in self.repositories
        return (200, {"id": name}) if found else (404, {"error": "Repository not found"})

    def committed(self, name: str, lines: list[dict]) -> dict:
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                self.repositories[name][value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                self.repositories[name][value["path"]] = self.store[value["oid"]]
        commit = hashlib.sha1(json.dumps(lines).encode()).hexdigest()
        self.commits.append(commit)
        address = f"{self.address}/{name}/commit/{commit}"
        return {"success": True, "commitOid": commit, "commitUrl": address}


class Zenodo(Server):
    """A Zenodo: `drafts` has the files and metadata of each by its number."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, dict] = {}
        self.damages = False  # whether a byte of each file is lost on its way

    def answer(self, command: str, path: str, body: bytes) -> tuple[int, object]:
        last = path.rpartition("/")[2]
        if command == "POST":
            number = str(1000 + len(self.drafts))
            self.drafts[number] = {"files": {}, "metadata": {}}
            return 201, self.draft(number)
        if command == "DELETE":
            del self.drafts[last]
            return 204, None
        if path.startswith("/api/files/"):
            body = body[1:] if self.damages else body
            self.drafts[path.split("/")[3]]["files"][last] = body
            return 201, {"key": last, "checksum": f"md5:{hashlib.md5(body).hexdigest()}"}
        metadata = json.loads(body)["metadata"]
        missing = [name for name in ("title", "creators", "license") if not metadata.get(name)]
        if missing:
            errors = [{"field": f"metadata.{name}", "message": "Missing data."} for name in missing]
            return 400, {"message": "Validation error", "errors": errors}
        self.drafts[last]["metadata"] = metadata
        return 200, self.draft(last)

    def draft(self, number: str) -> dict:
        links = {
            "self": f"{self.address}/api/deposit/depositions/{number}",
            "bucket": f"{self.address}/api/files/{number}",
            "html": f"{self.address}/deposit/{number}",
        }
        reserved = {"prereserve_doi": {"doi": f"10.5281/zenodo.{number}"}}
        return {"id": int(number), "links": links, "metadata": reserved, "submitted": False}
