"""A run that trackers follow: tables and results that a test writes as jobs do."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from checkout import ROOT, TINY
from galaxyzoo.runs.tracking import Run, Tracker, follow

STAGE = ("tiny", 3, "all_64")
LAST = 1_800_000_000  # when the last table was written, in seconds since 1970
CONFIG = TINY | {"survey": {"name": "sky"}, "stages": [{"name": "all_64", "lr": 0.5, "size": 64}]}


def write_tables(results: Path, epochs: int, error: float = 0.1, timed: int | None = None) -> None:
    """The tables of a stage of so many epochs, of which `timed` are in the timing too."""
    number = np.arange(1, epochs + 1)
    history = {"epoch": number, "train_loss": error / number, "valid_loss": (error / number) ** 2}
    history |= {"valid_rmse": error / number, "lr": 0.01 * number}
    timing = pd.DataFrame(
        {"epoch": number, "images_per_second": 100.0 * number, "seconds": 10.0 * number}
    )
    stages = results / "tiny" / "seed3" / "stages"
    stages.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(history).to_csv(stages / "all_64.csv", index=False)
    timing[:timed].to_csv(stages / "all_64_timing.csv", index=False)
    for name in ("all_64.csv", "all_64_timing.csv"):
        os.utime(stages / name, (LAST + epochs, LAST + epochs))


def write_results(results: Path, bag: float) -> None:
    """Scores, a figure, and a report of them that is a second younger."""
    (results / "tiny" / "figures").mkdir(parents=True, exist_ok=True)
    rmse = {"bag": bag, "seeds": {"3": {"single": 0.25}}, "vote_noise_floor": None}
    metrics = {"experiment": "tiny", "rmse": rmse, "validation": {"rmse": 0.5, "rows": 7}}
    (results / "tiny" / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    (results / "tiny" / "report.html").touch()
    os.utime(results / "tiny" / "metrics.json", (LAST - 1, LAST - 1))
    os.utime(results / "tiny" / "report.html", (LAST, LAST + bag))
    Image.new("RGB", (3, 2), (255, 0, 0)).save(results / "tiny" / "figures" / "questions.png")


def followed(results: Path, tracker: Tracker, *then: Callable[[], object]) -> None:
    """Have a tracker follow a run in which one thing after another happens."""
    happening = iter(then)

    def is_over() -> bool:
        happens = next(happening, None)
        if happens is not None:
            happens()
        return happens is None

    follow(Run(results, [STAGE], {"tiny": CONFIG}, "4f2a"), tracker, is_over)


def track(
    results: Path, name: str, largest_file: int = resource.RLIM_INFINITY, **variables: str
) -> str:
    """What the process beside a run says that ends at once. `largest_file` is in bytes."""
    run = json.dumps({"results": str(results), "stages": [STAGE], "experiments": {"tiny": CONFIG}})
    process = subprocess.run(
        [sys.executable, ROOT / "workflow" / "scripts" / "track.py", name],
        input=f"{run}\n",
        env=os.environ | variables,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file,) * 2),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert process.stdout == ""
    return process.stderr
