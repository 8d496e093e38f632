"""What a job says reaches its run, or stderr where there is no run."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from galaxyzoo.foundation.terminal import OF_LIBRARIES, PROGRESS, VARIABLE, ToTheRun

SEED = {"experiment": "demo", "seed": "1"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch) -> Iterator[socket.socket]:
    """The socket at which a run listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(5)
        listening.bind(str(tmp_path / "run"))
        monkeypatch.setenv(VARIABLE, str(tmp_path / "run"))
        yield listening


def logger_of(handler: logging.Handler, name: str) -> logging.Logger:
    """A logger with that handler alone."""
    logger = logging.Logger(name)
    logger.addHandler(handler)
    return logger


def test_a_run_hears_what_is_said_whose_it_is_and_whether_it_is_progress(run, capsys):
    log = logger_of(ToTheRun(SEED), "galaxyzoo.test")
    log.info("epoch %d of %d", 3, 4, extra=PROGRESS)
    log.warning("some are left out")
    heard = [json.loads(run.recv(10_000)) for _ in range(2)]
    assert heard == [
        {"wildcards": SEED, "level": logging.INFO, "text": "epoch 3 of 4", "is_progress": True},
        {
            "wildcards": SEED,
            "level": logging.WARNING,
            "text": "some are left out",
            "is_progress": False,
        },
    ]
    assert capsys.readouterr().err == ""


def test_an_error_that_nobody_foresaw_is_heard_with_its_traceback(run):
    log = logger_of(ToTheRun(SEED), "galaxyzoo.test")
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError:
        log.exception("Error")
    text = json.loads(run.recv(10_000))["text"]
    assert text.startswith("Error\nTraceback")
    assert text.endswith("ZeroDivisionError: by nothing")


@pytest.mark.parametrize("end", ["never was one", "was killed", "message too long"])
def test_what_no_run_takes_is_on_stderr(run, capsys, monkeypatch, end):
    text = "some are left out"
    if end == "never was one":
        monkeypatch.delenv(VARIABLE)
    elif end == "was killed":
        run.close()
    else:
        text *= 100_000
    logger_of(ToTheRun(SEED), "galaxyzoo.test").warning(text)
    assert capsys.readouterr().err == f"{text}\n"


def test_warnings_of_libraries_are_for_the_log_alone(run, capsys):
    logger_of(ToTheRun(SEED), OF_LIBRARIES).warning("UserWarning: not writable")
    run.setblocking(False)
    with pytest.raises(BlockingIOError):
        run.recv(10_000)
    assert capsys.readouterr().err == ""
