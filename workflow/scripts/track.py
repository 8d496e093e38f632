"""Follow a run for a tracker of its config, beside it. The main process starts this.

What to follow comes as a line on standard input, which the main process holds open until it ends,
however that is. Whatever goes wrong here is told in a sentence, and the run goes on.
"""

import logging
import os
import select
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.foundation.terminal import ToTheRun

SECONDS = 2
LIBRARIES = {"mlflow": ("mlflow", "sqlalchemy", "alembic"), "tensorboard": ("tensorboardX",)}


def track(name: str, said: str) -> None:
    """Follow the run for one tracker to its end."""
    # Here, where it is told if a library is not installed, and where it was asked for.
    from galaxyzoo.runs.tracking import follow, run_of

    if name == "mlflow":
        from galaxyzoo.runs.mlflow_runs import MlflowRuns as Tracker
    else:
        from galaxyzoo.runs.tensorboard_files import EventFiles as Tracker
    run = run_of(said)
    follow(run, Tracker(run.results / "tracking"), main_process_has_ended)


def main_process_has_ended() -> bool:
    """Whether it has, after a wait of at most SECONDS: nothing but its end comes any more."""
    return bool(select.select([sys.stdin], [], [], SECONDS)[0])


def reason(name: str, error: BaseException) -> str:
    """Why a tracker gets nothing, and what to do if its library is missing."""
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] in LIBRARIES[name]:
        command = f"pip install --require-hashes -r envs/{name}.txt"
        return f"{error.name} is not installed; to install it: {command}"
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def end(name: str, error: BaseException) -> None:
    """Tell why a tracker gets nothing more, and end at once: another thread may wait for this."""
    told = f"tracking: {name} gets nothing more of this run, which goes on: {reason(name, error)}"
    logging.getLogger("galaxyzoo.tracking").warning(told)
    os._exit(0)


if __name__ == "__main__":
    tracker, said = sys.argv[1], sys.stdin.readline()
    logging.getLogger("galaxyzoo.tracking").addHandler(ToTheRun({}))
    threading.excepthook = lambda failed: end(tracker, failed.exc_value)  # of a tracker's writer
    os.nice(10)  # training comes first
    try:
        track(tracker, said)
    except Exception as error:
        end(tracker, error)
