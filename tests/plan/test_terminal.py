"""The terminal of a run tells people what Snakemake logs and what jobs send."""

import io
import json
import logging
import os
import pty

import pytest

from galaxyzoo.foundation.terminal import VARIABLE, ToTheRun
from galaxyzoo.plan.terminal import ListeningTerminal, RunTerminal

STAGE = {"experiment": "demo", "seed": "1", "stage": "all_80"}


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(text: str = "", level: int = logging.INFO, **fields) -> logging.LogRecord:
    """A record as Snakemake logs it, of an event."""
    return logging.makeLogRecord({"msg": text, "levelno": level, **fields})


def job_info(rule: str, **wildcards: str) -> logging.LogRecord:
    return record(event="job_info", jobid=7, rule_name=rule, wildcards=wildcards)


def job_error(rule: str, log: str) -> logging.LogRecord:
    fields = {"event": "job_error", "jobid": 7, "rule_name": rule, "log": [log]}
    return record("Error in rule", logging.ERROR, **fields)


def message(text: str, level: int = logging.INFO, is_progress: bool = False) -> bytes:
    said = {"wildcards": STAGE, "level": level, "text": text, "is_progress": is_progress}
    return json.dumps(said).encode()


def terminal(*last: str, is_dry: bool = False) -> tuple[RunTerminal, io.StringIO, Clock]:
    """A terminal that is none, what is written to it, and its clock."""
    stream, clock = io.StringIO(), Clock()
    return RunTerminal(stream, lambda: last, is_dry, clock), stream, clock


def test_a_run_is_a_line_a_job_and_ends_with_what_it_made():
    run, stream, _ = terminal("demo: error 0.0836, page: results/demo/report.html")
    for one in (
        record("Building DAG of jobs..."),
        record("Provided cores: 2", event="resources_info"),
        record("Job stats:\n...", event="run_info", stats={"total": 3}),
        record("Select jobs to execute..."),
        job_info("train_stage", **STAGE),
        record("Finished jobid: 1", event="job_finished"),
        record("1 of 3 steps", event="progress", done=1, total=3),
        job_info("finish", experiment="demo"),
        record("2 of the 5 galaxies are left out", logging.WARNING),
        record("tiny and 2 variants of it"),
        record("Complete log(s): x"),
        record("Elapsed time: 1"),
    ):
        run.handle(one)
    run.close()
    run.close()
    assert stream.getvalue().splitlines() == [
        "demo, seed 1, all_80: train",
        "2 of the 5 galaxies are left out",
        "tiny and 2 variants of it",
        "demo: error 0.0836, page: results/demo/report.html",
    ]


def test_the_sentence_of_a_failed_job_comes_last_and_snakemake_s_own_not_at_all():
    run, stream, _ = terminal("demo: error 0.0836")
    run.hear(message("Error: the loss became nan; lower the stage's lr", logging.ERROR))
    for one in (
        job_info("train_stage", **STAGE),
        record("RuleException:\nCalledProcessError in file x", logging.ERROR, event="error"),
        job_error("train_stage", "a.log"),
        record("Elapsed time: 1"),
        record("Exiting because a job execution failed. Look above", logging.ERROR),
        record("WorkflowError:\nAt least one job did not complete", logging.ERROR, event="error"),
    ):
        run.handle(one)
    run.close()
    assert stream.getvalue().splitlines() == [
        "demo, seed 1, all_80: train",
        "demo, seed 1, all_80: train: failed; its log: a.log",
        "demo, seed 1, all_80: Error: the loss became nan; lower the stage's lr",
    ]


def test_of_a_job_on_a_cluster_it_tells_how_it_ended_and_its_sentence_once(tmp_path):
    log = tmp_path / "7.log"
    sentence = "Error: the config was edited after this run had begun; run it again"
    log.write_text(f"Building DAG of jobs...\n{sentence}\nsrun: error: exit code 1\n")
    run, stream, _ = terminal("demo: error 0.0836")
    run.handle(job_info("train_stage", **STAGE))
    for _ in range(2):  # it was tried again
        failed = job_error("train_stage", "a.log")
        failed.log.append(str(log))
        failed.rule_msg = "SLURM-job '7' failed, SLURM status is: 'FAILED'.\nReason: Unknown."
        run.handle(failed)
    run.close()
    lines = stream.getvalue().splitlines()
    assert lines[1].startswith("demo, seed 1, all_80: train: failed (SLURM-job '7' failed, SLURM")
    assert lines[3:] == [f"demo, seed 1, all_80: {sentence}"]


def test_an_error_of_snakemake_s_is_told_as_it_is():
    run, stream, _ = terminal("demo: error 0.0836")
    run.handle(record("MissingInputException in rule x: y", logging.ERROR, event="error"))
    run.close()
    assert stream.getvalue() == "MissingInputException in rule x: y\n"


def test_a_job_that_succeeds_when_it_is_tried_again_does_not_fail_the_run():
    run, stream, _ = terminal("demo: error 0.0836")
    run.hear(message("Error: no answer", logging.ERROR))
    run.handle(job_error("train_stage", "a.log"))
    run.handle(record("CalledProcessError in file x", logging.ERROR, event="error"))
    run.handle(job_info("train_stage", **STAGE))
    run.handle(record("Elapsed time: 1"))
    run.close()
    assert stream.getvalue().splitlines()[-1] == "demo: error 0.0836"


def test_a_run_that_was_refused_tells_of_nothing_that_was_made():
    run, stream, _ = terminal("demo: error 0.0836")
    run.close()
    assert stream.getvalue() == ""


def test_a_dry_run_says_only_what_would_be_redone():
    run, stream, _ = terminal("This would run 2 jobs:", is_dry=True)
    run.handle(record("Job stats:\n...", event="run_info", stats={"total": 3}))
    run.handle(job_info("train_stage", **STAGE))
    run.handle(record("This was a dry-run (flag -n). The order"))
    run.close()
    assert stream.getvalue() == "This would run 2 jobs:\n"


def test_progress_is_told_ever_more_rarely_so_that_an_hour_is_some_lines():
    run, stream, clock = terminal()
    times = []
    for now in range(3600):
        clock.now = float(now)
        before = stream.tell()
        run.hear(message(f"epoch {now} of 3600, error 0.0931, 40 s left", is_progress=True))
        times += [now] if stream.tell() > before else []
    gaps = [later - earlier for earlier, later in zip([0, *times], times, strict=False)]
    assert min(gaps) == 10
    assert gaps == sorted(gaps)
    assert max(gaps) <= 600
    assert len(times) < 25
    first = stream.getvalue().splitlines()[0]
    assert first == "demo, seed 1, all_80: epoch 10 of 3600, error 0.0931, 40 s left"


def test_a_terminal_has_one_bar_below_the_lines(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    reading, writing = pty.openpty()
    with os.fdopen(writing, "w") as stream:
        run = RunTerminal(stream, lambda: ["the end"])
        run.handle(record("", event="run_info", stats={"total": 4}))
        run.handle(job_info("train_stage", **STAGE))
        run.handle(record("", event="progress", done=1, total=4))
        run.hear(message("epoch 3 of 4, error 0.0931, 40 s left", is_progress=True))
        run.handle(record("Elapsed time: 1"))
        run.close()
        shown = ""
        while not shown.endswith("the end\r\n"):  # it comes in parts
            shown += os.read(reading, 10_000).decode()
    os.close(reading)
    bar = "[######------------------] 1 of 4 jobs  demo, seed 1, all_80: epoch 3 of 4, error 0.0931"
    assert f"\r\x1b[K{bar}" in shown
    assert shown.endswith("\r\x1b[Kthe end\r\n")  # the bar is gone
    lines = [line.rpartition("\x1b[K")[2] for line in shown.split("\r\n")]
    assert lines == ["demo, seed 1, all_80: train", "the end", ""]


def test_without_room_for_a_socket_there_is_an_error_to_fall_back_from(tmp_path, monkeypatch):
    folder = tmp_path / ("long" * 50)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(OSError, match="too long"):
        ListeningTerminal(io.StringIO(), list)
    assert VARIABLE not in os.environ


def test_what_a_job_sent_last_is_heard_before_the_run_ends():
    stream = io.StringIO()
    run = ListeningTerminal(stream, lambda: ["the end"])
    job = logging.Logger("galaxyzoo.test")
    job.addHandler(ToTheRun(STAGE))
    for number in range(500):
        job.warning("galaxy %d is left out", number)
    run.handle(record("Elapsed time: 1"))
    with run.lock:  # as Snakemake holds it
        run.close()
    lines = stream.getvalue().splitlines()
    assert lines[499] == "demo, seed 1, all_80: galaxy 499 is left out"
    assert lines[500:] == ["the end"]
    assert VARIABLE not in os.environ
