"""One message when a run ends or fails, whose address nothing but apprise ever reads."""

import json
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from checkout import ROOT, TINY, Checkout, changed
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.notification import send, what_failed
from warm import run_snakemake

HAS_APPRISE = shutil.which("apprise", path=Path(sys.executable).parent) is not None
pytestmark = pytest.mark.skipif(not HAS_APPRISE, reason="no apprise here")
SECRET = "a-secret-token"


@pytest.fixture
def told():
    """The messages that an address of this machine gets, and that address."""
    messages = []

    class Address(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.append((message["title"], message["message"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield messages, f"json://127.0.0.1:{server.server_port}/{SECRET}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_run_tells_once_how_it_ended_and_its_address_to_nobody(told, nobody, tmp_path):
    messages, address = told
    (tmp_path / "run").mkdir()
    checkout = Checkout(tmp_path / "run", changed(notify=True))
    command = ["results/tiny/config.yaml", "--configfile", "tiny.yaml"]
    done = run_snakemake(checkout.folder, command, {"APPRISE_URLS": address})
    assert done.returncode == 0, done.stdout
    script = "workflow/scripts/write_config.py"
    with checkout.edited(script, "import job", "import no_such_module"):
        failed = run_snakemake(checkout.folder, command, {"APPRISE_URLS": address})
    assert failed.returncode != 0
    assert [title for title, _ in messages] == [
        "Galaxy Zoo: tiny is done",
        "Galaxy Zoo: tiny failed",
    ]
    assert ".snakemake/log/" in messages[1][1]
    assert messages[1][1].startswith("resolved_config: ")
    assert SECRET not in done.stdout + failed.stdout
    written = [path for path in checkout.folder.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in path.read_bytes() for path in written)


def test_a_message_that_nobody_gets_is_told_without_its_address(nobody, monkeypatch):
    monkeypatch.setenv("APPRISE_URLS", f"json://me:{SECRET}@127.0.0.1:1")
    why = send("title", "body")
    assert why.startswith("apprise ended with status 1; see that APPRISE_URLS")
    assert SECRET not in why
    monkeypatch.delenv("APPRISE_URLS")
    assert "apprise ended with status" in send("title", "body")


def test_without_apprise_it_is_told_what_installs_it(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert send("title", "body").endswith("pip install --require-hashes -r envs/notify.txt")


def test_a_message_of_failure_has_the_rule_and_the_last_line_of_its_log(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.log").write_text("12:00:00 epoch 1\n12:00:01 Error: too few\n\n")
    told = (
        "rule train_stage:\n    output: a.pt\nError in rule train_stage:\n    message: None\n"
        "    jobid: 0\n    log: train.log (check log file(s) for error details)\nShutting down\n"
        "Error in rule bag:\n    jobid: 1\n    log: bag.log (check log file(s) for error details)\n"
    )
    (tmp_path / "run.log").write_text(told)
    assert what_failed("run.log").splitlines() == [
        "train_stage: 12:00:01 Error: too few",
        "bag: failed",
        "Snakemake's log is run.log.",
    ]
    assert what_failed("none.log") == "Snakemake's log is none.log."


def test_no_result_depends_on_a_message():
    schema = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
    assert validated(changed(notify=True), schema) == validated(TINY, schema)
