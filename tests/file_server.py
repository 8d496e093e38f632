"""A web server on loopback whose files a test can change, and whose connections it can break."""

import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves `files`, bytes by path; where one is in `broken_off`, half before it hangs up.

    `requests` counts what was asked for, and `ranges` lists which bytes of it, "" for all: they are
    all that is sent where `takes_ranges`. Where `tells_length` is false, only the end of the
    connection is the end of a file. In a `with` statement it runs, and is stopped at the end.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)
        self.broken_off: set[str] = set()
        self.takes_ranges = True
        self.tells_length = True
        self.requests: Counter[str] = Counter()
        self.ranges: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].lstrip("/")
                wanted = self.headers.get("Range", "")
                owner.requests[name] += 1
                owner.ranges.append(wanted)
                if name not in owner.files:
                    self.send_error(404)
                    return
                is_part = bool(wanted and owner.takes_ranges)
                start = int(wanted.removeprefix("bytes=").rstrip("-")) if is_part else 0
                content = owner.files[name][start:]
                if is_part and not content:
                    self.send_error(416)
                    return
                self.send_response(206 if is_part else 200)
                if owner.tells_length:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                half = name in owner.broken_off
                self.wfile.write(content[: len(content) // 2] if half else content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{name}?download=1"

    def __enter__(self) -> "FileServer":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
