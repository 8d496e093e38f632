"""The terminal of a run: what Snakemake logs and what jobs send, as lines that people read.

Snakemake's own log file keeps what it logs, and each job's log file what that job does.
Standard library alone: this is imported when the Snakefile is read.
"""

import json
import logging
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from galaxyzoo.foundation.terminal import VARIABLE
from galaxyzoo.plan.run_words import Job, job_in_words, whose

LONGEST_MESSAGE = 1 << 20  # bytes; longer ones the kernel refuses to send
SHORTEST_GAP, LONGEST_GAP = 10.0, 600.0  # seconds between two lines of progress
BAR_WIDTH = 24

# What Snakemake says on each run, and what our own lines say instead, by how it begins.
NOT_FOR_PEOPLE = (
    "Assuming unrestricted shared filesystem",
    "Building DAG",
    "Using shell",
    "Group jobs",
    "Conda environments: ignored",
    "Singularity containers: ignored",
    "Select jobs",
    "Updating checkpoint",
    "DAG of jobs will be updated",
    "Removing temporary output",
    "Would remove temporary output",
    "Complete log",
    "Reasons:",
    "Some jobs were triggered",
    "Rules with provenance",
    "The run involves checkpoint",
    "Shutting down",
)
# What it says last of a run, and after which an error tells that the run failed all the same.
ENDS = ("Elapsed time", "Nothing to be done", "This was a dry-run")
OF_AN_ERROR = "Error: "  # with which a job's sentence begins
# What it says of jobs that failed, besides which they are, in some words of each.
OF_FAILED_JOBS = ("a job execution failed", "CalledProcessError", "At least one job did not")


class RunTerminal(logging.Handler):
    """Handles what Snakemake logs in place of its own handler, and what jobs send.

    `at_the_end` gives the last lines of a run that came to its end; of a dry run (`is_dry`) there
    are no others. With a terminal as `stream`, the last line is a bar; otherwise progress is told
    from time to time. `clock` tells seconds.
    """

    def __init__(
        self,
        stream: TextIO,
        at_the_end: Callable[[], Iterable[str]],
        is_dry: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.stream, self.at_the_end, self.clock = stream, at_the_end, clock
        self.is_dry = is_dry
        self.has_bar = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.begun = self.told = clock()
        self.done = self.total = 0
        self.doing = ""
        self.jobs: dict[int, Job] = {}  # by Snakemake's number of each that has begun
        self.errors: list[str] = []  # of Snakemake
        self.sentences: list[str] = []  # of jobs that ended in an error
        self.has_failures = self.is_done = self.is_over = False
        # Not the handler's own lock, which is held while `close` waits for the listener.
        self.writing = threading.RLock()

    def emit(self, record: logging.LogRecord) -> None:
        """Tell what Snakemake logs, if that is for people."""
        try:
            self.tell_event(str(getattr(record, "event", None)), record)
        except Exception:
            self.handleError(record)

    def tell_event(self, event: str, record: logging.LogRecord) -> None:
        """Tell a record of Snakemake's, by the event that it is of."""
        text = str(record.msg or "")
        if event == "job_info":
            self.doing = ""
            self.jobs[record.jobid] = job = Job(record.rule_name, record.wildcards)
            if not self.is_dry and (line := job_in_words(job)):
                self.say(line)
        elif event == "job_error":
            self.tell_failure(record)
        elif event == "progress":
            self.done, self.total, self.doing = record.done, record.total, ""
            self.draw_bar()
        elif event == "run_info":
            self.total = 0 if self.is_dry else record.stats["total"]
        elif record.levelno >= logging.ERROR:
            self.is_done = False
            self.errors.append(text)
        elif text.startswith(ENDS):
            self.is_done = True
            if text.startswith("Nothing"):
                self.say(text)
        elif record.levelno >= logging.WARNING or (
            event == "None" and not text.startswith(NOT_FOR_PEOPLE)
        ):
            self.say(text)

    def tell_failure(self, record: logging.LogRecord) -> None:
        """Tell that a job failed, at once; its sentence comes at the end."""
        job = self.jobs.get(record.jobid, Job(record.rule_name, {}))
        words = job_in_words(job) or f"{whose(job.wildcards)}: {job.rule}"
        self.has_failures = True
        # What an executor says of a job on a cluster, such as that its time was over.
        why = re.split(r"[.\n]", str(getattr(record, "rule_msg", None) or ""))[0].strip()
        told = f" ({why})" if why else ""
        self.say(f"{words}: failed{told}; its log: {', '.join(record.log)}")
        # A job on another machine cannot send its sentence: it is in the log of the cluster.
        for sentence in filter(None, map(said_in, record.log)):
            self.sentences.append(f"{whose(job.wildcards)}: {sentence}".lstrip(": "))

    def hear(self, message: bytes) -> None:
        """Tell what a job has sent."""
        said = json.loads(message)
        line = f"{whose(said['wildcards'])}: {said['text']}".lstrip(": ")
        if said["level"] >= logging.ERROR:
            self.sentences.append(line)
        elif said["is_progress"]:
            self.tell_progress(line)
        else:
            self.say(line)

    def tell_progress(self, line: str) -> None:
        """Put a line of progress beside the bar; without one, say it if the last is long ago.

        Ten seconds at first, and later a third of the time that the run has taken, up to ten
        minutes: a run of hours is told in some dozens of lines.
        """
        if self.has_bar:
            self.doing = line
            self.draw_bar()
            return
        now = self.clock()
        gap = min(max(SHORTEST_GAP, (self.told - self.begun) / 3), LONGEST_GAP)
        if now - self.told >= gap:
            self.told = now
            self.say(line)

    def say(self, line: str) -> None:
        """Write a line, above the bar."""
        with self.writing:
            self.stream.write(f"{self.no_bar()}{line.rstrip()}\n")
            self.draw_bar()
            self.stream.flush()

    def draw_bar(self) -> None:
        """Draw the bar anew: how many jobs are done, and what was told last."""
        if not self.has_bar or not self.total or self.is_over:
            return
        with self.writing:
            filled = BAR_WIDTH * self.done // self.total
            bar = "#" * filled + "-" * (BAR_WIDTH - filled)
            line = f"[{bar}] {self.done} of {self.total} jobs  {self.doing}"
            columns = shutil.get_terminal_size().columns
            self.stream.write(f"{self.no_bar()}{line[: columns - 1]}")
            self.stream.flush()

    def no_bar(self) -> str:
        """What clears the line of the bar."""
        return "\r\x1b[K" if self.has_bar else ""

    def close(self) -> None:
        """Tell how the run ended: the sentences of its errors, or what was made."""
        if self.is_over:
            return
        self.is_over = True
        self.stream.write(self.no_bar())
        for line in self.at_the_end() if self.is_done else self.what_went_wrong():
            self.say(line)
        super().close()

    def what_went_wrong(self) -> list[str]:
        """The sentences of errors, without what Snakemake says of a job beside the job's own."""
        known = OF_FAILED_JOBS if self.has_failures else ()
        own = [error for error in self.errors if not any(words in error for words in known)]
        return list(dict.fromkeys(own + self.sentences))  # a job may have been tried again


def said_in(log: str) -> str:
    """The last sentence of an error in the log of a cluster's job; nothing without any."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.startswith(OF_AN_ERROR)), "")


class Listener(threading.Thread):
    """Hears what jobs send, for as long as a run takes."""

    def __init__(self, terminal: RunTerminal) -> None:
        super().__init__(daemon=True)
        self.terminal = terminal
        self.folder = tempfile.TemporaryDirectory(prefix="galaxyzoo-")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.address = f"{self.folder.name}/run"
        self.socket.bind(self.address)
        os.environ[VARIABLE] = self.address

    def run(self) -> None:
        """Hand on each message until an empty one comes."""
        while message := self.socket.recv(LONGEST_MESSAGE):
            with suppress(
                OSError, ValueError
            ):  # the terminal is gone, or cannot write these letters
                self.terminal.hear(message)

    def end(self) -> None:
        """Hear all that was sent before, and no more."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(b"", self.address)
        os.environ.pop(VARIABLE, None)
        self.join()
        self.socket.close()
        self.folder.cleanup()


class ListeningTerminal(RunTerminal):
    """A `RunTerminal` that hears the jobs from its beginning to its end.

    Raises OSError if there can be no socket, for example where the path of temporary files is long.
    """

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401  (a RunTerminal's)
        super().__init__(*arguments)
        self.listener = Listener(self)
        self.listener.start()

    def close(self) -> None:
        """Hear what jobs have sent last, then tell how the run ended."""
        if not self.is_over:
            self.listener.end()
        super().close()
