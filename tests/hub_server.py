"""A server on loopback in the layout of Hugging Face's hub, with one encoder that a test makes."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants
from safetensors.torch import save

from galaxyzoo.engine.network import create_body

ENCODER = "someone/galaxies-test_resnet"
CARD = "---\nlicense: mit\n---\n# An encoder\n\nTrained on the votes of Galaxy Zoo Evo.\n"


def encoder_files(backbone: str, card: str = CARD, **config) -> dict[str, bytes]:
    """The files of an encoder with random weights, as timm writes them to a hub."""
    body = create_body(backbone)
    settings = {
        "architecture": backbone,
        "num_classes": 0,
        "pretrained_cfg": {"mean": [0.1, 0.2, 0.3], "std": [0.9, 0.8, 0.7]},
    }
    return {
        "config.json": json.dumps(settings | config).encode(),
        "model.safetensors": save(body.state_dict()),
        "README.md": card.encode(),
    }


class HubServer:
    """Serves `files`, bytes by name, as those of ENCODER's newest commit; `requests` lists all."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = dict(files)
        self.requests: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self.answer(with_content=False)

            def do_GET(self) -> None:
                self.answer(with_content=True)

            def answer(self, with_content: bool) -> None:
                owner.requests.append(f"{self.command} {self.path}")
                start, _, rest = self.path.lstrip("/").partition("/resolve/")
                revision, _, name = rest.partition("/")
                content, code = owner.files.get(name), ""
                if start != ENCODER:
                    code = "RepoNotFound"
                elif revision not in ("main", owner.commit):
                    code = "RevisionNotFound"
                elif content is None:
                    code = "EntryNotFound"
                content = b"" if code else content
                self.send_response(404 if code else 200)
                self.send_header("Content-Length", str(len(content)))
                if code:
                    self.send_header("X-Error-Code", code)
                else:
                    self.send_header("X-Repo-Commit", owner.commit)
                    self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
                self.end_headers()
                if with_content:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def commit(self) -> str:
        """The newest commit: another one as soon as a file is another."""
        return hashlib.sha1(b"".join(self.files.values())).hexdigest()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop, so that there is no network any more."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def served(files: dict[str, bytes], cache: Path) -> Iterator[HubServer]:
    """A hub with an encoder, to which this process's hub client goes, with an empty cache."""
    server = HubServer(files)
    threading.Thread(target=server._server.serve_forever, daemon=True).start()
    with pytest.MonkeyPatch.context() as patch:
        template = constants.HUGGINGFACE_CO_URL_TEMPLATE.removeprefix(constants.ENDPOINT)
        patch.setattr(constants, "ENDPOINT", server.address)
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", server.address + template)
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        try:
            yield server
        finally:
            server.close()
