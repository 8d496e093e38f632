"""A run as trackers show it: the tables of its stages as they grow, and its scores and figures.

A process of its own follows the files that the jobs write, so that no job knows of any tracker.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pandas as pd

from galaxyzoo.foundation.handed_on import read_metrics
from galaxyzoo.runs.watch import done_at

# What is shown of each epoch, by its name there: columns of a stage's history and timing. A probe
# has no learning rate.
SHOWN = {
    "loss/train": "train_loss",
    "loss/validation": "valid_loss",
    "error/validation": "valid_rmse",
    "learning_rate": "lr",
    "images_per_second": "images_per_second",
}


class Run(NamedTuple):
    """What is followed: the folder of all results, the stages in it, and the experiments.

    Each stage is the experiment that trains it, its seed and its name.
    """

    results: Path
    stages: Sequence[tuple[str, int, str]]
    experiments: Sequence[str]


class Tracker(Protocol):
    """Where numbers and figures go, by the name of a curve such as `demo/seed0/head_64`."""

    def begin(self, curve: str) -> None:
        """Begin a curve anew: what it had is forgotten."""

    def add(self, curve: str, values: Mapping[str, float], step: int, time: float) -> None:
        """Add numbers by name. `time` is in seconds since 1970."""

    def show(self, curve: str, figures: Mapping[str, Path]) -> None:
        """Show figures, PNG files by name."""

    def end(self, curve: str) -> None:
        """A curve is whole; it may begin anew."""

    def flush(self) -> None:
        """Let everything be seen that was added."""

    def close(self) -> None:
        """End all curves."""


def follow(run: Run, tracker: Tracker, is_over: Callable[[], bool]) -> None:
    """Hand everything on to a tracker until `is_over`, which waits a little, and once more then.

    A stage is one curve however often it was stopped: its table has all its epochs. If epochs that
    were handed on are no longer in the table, or are others, the stage began anew, and so does its
    curve.
    """
    shown: dict[str, pd.DataFrame] = {}
    stamps: dict[str, tuple[int, ...]] = {}
    while True:
        ends = is_over()
        for experiment, seed, stage in run.stages:
            curve = f"{experiment}/seed{seed}/{stage}"
            path = run.results / experiment / f"seed{seed}" / "stages" / stage
            if new := changed(stamps, curve, *tables_of(path)):
                shown[curve] = follow_stage(tracker, curve, path, shown.get(curve), new)
            if done_at(path) is not None:
                tracker.end(curve)
        for experiment in run.experiments:
            folder = run.results / experiment
            if new := changed(stamps, experiment, folder / "metrics.json", folder / "report.html"):
                with suppress(FileNotFoundError):  # a job that began has deleted what it makes
                    show_results(tracker, experiment, folder, new)
        tracker.flush()
        if ends:
            tracker.close()
            return


def show_results(tracker: Tracker, experiment: str, folder: Path, written: float) -> None:
    """Hand on the scores and figures of an experiment in a folder, if its report has them."""
    metrics = folder / "metrics.json"
    if metrics.stat().st_mtime > (folder / "report.html").stat().st_mtime:
        return
    scores = dict(scores_of(read_metrics(metrics)))
    figures = {path.stem: path for path in sorted((folder / "figures").glob("*.png"))}
    tracker.begin(experiment)
    tracker.add(experiment, scores, step=0, time=written)
    tracker.show(experiment, figures)
    tracker.end(experiment)


def tables_of(path: Path) -> tuple[Path, Path]:
    """The history and timing of the stage whose files are at a path without their endings."""
    return path.with_name(f"{path.name}.csv"), path.with_name(f"{path.name}_timing.csv")


def changed(stamps: dict[str, tuple[int, ...]], name: str, *paths: Path) -> float | None:
    """When the files of a name were written, in seconds since 1970, if they are others than before.

    None if they are the same, or if one is missing. `stamps` keeps which were seen.
    """
    try:
        found = tuple(path.stat().st_mtime_ns for path in paths)
    except FileNotFoundError:
        return None
    if stamps.get(name) == found:
        return None
    stamps[name] = found
    return max(found) / 1e9


def follow_stage(
    tracker: Tracker, curve: str, path: Path, before: pd.DataFrame | None, written: float
) -> pd.DataFrame | None:
    """Hand on what a stage's tables have besides `before`, and return what has been handed on.

    `written` is when the tables were, at the end of their last epoch.
    """
    table = epochs_so_far(path)
    if table is None:
        return before
    is_longer = before is not None and table[: len(before)].equals(before)
    if not is_longer:
        tracker.begin(curve)
    seconds_after = table["seconds"][::-1].cumsum()[::-1] - table["seconds"]
    for position in range(len(before) if is_longer else 0, len(table)):
        row = table.iloc[position]
        values = {name: row[of] for name, of in SHOWN.items() if pd.notna(row[of])}
        tracker.add(curve, values, int(row["epoch"]), written - seconds_after.iloc[position])
    return table


def epochs_so_far(path: Path) -> pd.DataFrame | None:
    """The epochs of a stage that its history and its timing both have; None if there is none yet.

    One is written after the other, and Snakemake deletes both where a job begins.
    """
    try:
        history, timing = map(pd.read_csv, tables_of(path))
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return None
    return history.merge(timing, on="epoch")


def scores_of(metrics: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The errors of metrics.json by name, such as `error/seeds/0/tta`."""
    errors = {"error": metrics["rmse"]}
    if metrics["validation"]:
        errors["error/validation"] = metrics["validation"]["rmse"]
    return numbers_in(errors)


def numbers_in(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    """The numbers in a mapping of mappings, by their names joined by slashes."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from numbers_in(value, f"{above}{name}/")
        elif value is not None:
            yield f"{above}{name}", float(value)


def run_of(said: str) -> Run:
    """What is followed, from the JSON in which the main process says it."""
    run = json.loads(said)
    stages = [(experiment, seed, stage) for experiment, seed, stage in run["stages"]]
    return Run(Path(run["results"]), stages, run["experiments"])
