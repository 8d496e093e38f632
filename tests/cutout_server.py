"""A server on loopback that sends cut-outs as SDSS and the Legacy Surveys do, with their vices."""

import io
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image


def jpeg(seed: int, size_px: int = 424) -> bytes:
    """A colour JPEG of a few soft patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(patches).resize((size_px, size_px)).save(file, "JPEG")
    return file.getvalue()


@dataclass
class CutoutServer:
    """Sends a cut-out for each whole degree of ra, `jpeg(ra)`, whatever else is asked.

    `vices` has, by ra, what comes first, one for each request: a status, bytes that are sent
    instead, or None for the half of the picture. `retry_after` is sent with each status. After
    `patience` pictures it is silent until it ends. `asked` lists paths with their queries, `times`
    when they came, and `agents` who asked.
    """

    vices: dict[int, list[int | bytes | None]] = field(default_factory=dict)
    retry_after: str = ""
    patience: int | None = None
    asked: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    def __enter__(self) -> "CutoutServer":
        self.ended = threading.Event()
        self.is_tired = threading.Event()
        self.lock = threading.Lock()
        handler = type("OfThisServer", (Handler,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        # It looks every 0.02 s whether it is to end.
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/cutouts"

    def asked_for(self) -> list[int]:
        """The ra of each request, in whole degrees."""
        return [int(float(parse_qs(urlsplit(path).query)["ra"][0])) for path in self.asked]

    def may_answer(self) -> bool:
        """Whether there is patience left for one more picture."""
        with self.lock:
            if self.patience == 0:
                self.is_tired.set()
                return False
            if self.patience is not None:
                self.patience -= 1
            return True


class Handler(BaseHTTPRequestHandler):
    """What the server says to one client."""

    server_of: CutoutServer

    def do_GET(self) -> None:
        owner = self.server_of
        with owner.lock:
            owner.asked.append(self.path)
            owner.times.append(time.monotonic())
            owner.agents.add(self.headers["User-Agent"])
            ra = owner.asked_for()[-1]
            vices = owner.vices.get(ra)
            vice = vices.pop(0) if vices else jpeg(ra)
        if isinstance(vice, int):
            self.send(b"out of order", vice, owner.retry_after)
        elif vice is None:
            self.send(jpeg(ra), half=True)
        elif owner.may_answer():
            self.send(vice)
        else:
            owner.ended.wait()

    def send(
        self, content: bytes, status: int = 200, retry_after: str = "", half: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if half else content)

    def log_message(self, *arguments: object) -> None:
        """Be silent."""
