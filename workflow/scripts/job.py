"""What every script does first: write a log, and see that an error ends in a sentence."""

import logging
import sys
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from galaxyzoo.foundation.disk_room import free, ran_out, unwritten
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger("galaxyzoo.job")


def start(snakemake: Any) -> dict[str, Any]:  # noqa: ANN401  (Snakemake's own object)
    """Log to standard error and the rule's log file; return the rule's settings.

    An InputError that ends the job is logged as its message alone, a full disk as what to do about
    it, any other error with its traceback; either way the job ends with a non-zero status.
    """
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[logging.StreamHandler(), logging.FileHandler(snakemake.log[0], mode="w")],
    )
    logging.captureWarnings(True)
    sys.excepthook = partial(log_the_end, Path(snakemake.output[0]))
    return snakemake.params.settings


def log_the_end(
    output: Path, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Put the error that ends the job of an output into the log, as `sys.excepthook`."""
    if issubclass(kind, InputError):
        log.error("Error: %s", error)
    elif ran_out(error):
        which = error.filename or f"{output}, or a file beside it,"
        log.error("Error: %s", unwritten(which, error, free(output.parent)))
    else:
        log.error("Error", exc_info=(kind, error, trace))
