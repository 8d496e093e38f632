"""Setup that every script runs first: start the log, and log errors in plain language."""

import gc
import logging
import sys
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from galaxyzoo.foundation.disk_room import free, ran_out, unwritten
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import time_left
from galaxyzoo.foundation.terminal import PROGRESS, ToTheRun
from galaxyzoo.plan.first_reading import require_unchanged

if TYPE_CHECKING:
    import pandas as pd

# Until `start`: a fifth of the time that imports take is spent looking for garbage.
gc.disable()

WORKFLOW = Path(__file__).resolve().parents[1]

log = logging.getLogger("galaxyzoo.job")


def start(snakemake: Any) -> dict[str, Any]:  # noqa: ANN401  (Snakemake's own object)
    """Log to the run's terminal and to the rule's log file; return the rule's settings.

    The file gets also what our own code logs for those who look into it, at the level DEBUG.
    Called after the imports: it ends the job if what was imported is not what the run began with.

    If the job fails with an InputError, only its message is logged; for a full disk, what to do
    about it; for any other error, the traceback. The exit status is non-zero in every case.
    """
    terminal = ToTheRun(snakemake.wildcards)
    terminal.setLevel(logging.INFO)
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[terminal, logging.FileHandler(snakemake.log[0], mode="w")],
    )
    logging.getLogger("galaxyzoo").setLevel(logging.DEBUG)
    logging.captureWarnings(True)
    gc.freeze()
    gc.enable()
    sys.excepthook = partial(log_the_end, Path([*snakemake.output, *snakemake.log][0]))
    require_unchanged(WORKFLOW, snakemake.params.get("code", []))
    return snakemake.params.settings


def log_epoch(history: "pd.DataFrame", timing: "pd.DataFrame", epochs: int) -> None:
    """Log the last of the epochs that a stage's tables have, for people; the tables have more.

    Here, since a stage depends on the code of its script and of the modules that this imports, and
    not on the words in which it is told.
    """
    if history.empty:
        return
    last, seconds = history.iloc[-1], timing["seconds"].iloc[-1]
    left = time_left((epochs - last["epoch"]) * seconds)
    told = int(last["epoch"]), epochs, last["valid_rmse"], left
    log.info("epoch %d of %d, error %.4f%s", *told, extra=PROGRESS)


def log_the_end(
    output: Path, kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log the error that ended the job which writes `output`; used as `sys.excepthook`."""
    if issubclass(kind, InputError):
        log.error("Error: %s", error)
    elif ran_out(error):
        which = error.filename or f"{output}, or a file beside it,"
        log.error("Error: %s", unwritten(which, error, free(output.parent)))
    else:
        log.error("Error", exc_info=(kind, error, trace))
