"""What a job says to people: it sends it to its run's process, which alone writes to the terminal.

That process names its socket in the environment. Where there is none, as on a cluster's node or
where Snakemake's own output was asked for, a job writes to standard error itself.
"""

import json
import logging
import os
import socket
from collections.abc import Mapping

VARIABLE = "GALAXYZOO_TERMINAL"
PROGRESS = {"is_progress": True}  # `extra` of a message that the next of its kind replaces
OF_LIBRARIES = "py.warnings"  # the logger of Python's warnings, which only the log file keeps
LONGEST_WAIT = 5.0  # seconds in which the run takes a message, unless it was stopped


class ToTheRun(logging.StreamHandler):
    """Sends what is logged to the run, with the job's `wildcards`; without a run, to stderr."""

    def __init__(self, wildcards: Mapping[str, str]) -> None:
        super().__init__()
        self.wildcards = dict(wildcards)
        self.addFilter(lambda record: record.name != OF_LIBRARIES)

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record, or write it if nobody takes it."""
        said = {
            "wildcards": self.wildcards,
            "level": record.levelno,
            "text": logging.Formatter().format(record),
            "is_progress": getattr(record, "is_progress", False),
        }
        if not sent(json.dumps(said).encode()):
            super().emit(record)


def sent(message: bytes) -> bool:
    """Whether the run has taken a message."""
    if VARIABLE not in os.environ:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.settimeout(LONGEST_WAIT)
            to.sendto(message, os.environ[VARIABLE])
    except OSError:
        return False
    return True
