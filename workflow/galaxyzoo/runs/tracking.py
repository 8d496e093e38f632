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
from galaxyzoo.foundation.provenance import git_commit
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

    Each stage is the experiment that trains it, its seed and its name. `experiments` are resolved
    configs by name, `commit` is that of the code, None if it is not known.
    """

    results: Path
    stages: Sequence[tuple[str, int, str]]
    experiments: Mapping[str, Mapping[str, Any]]
    commit: str | None


class About(NamedTuple):
    """What is known of a curve besides its numbers: tags to find it by, and a config."""

    tags: dict[str, str]
    parameters: dict[str, Any]


class Tracker(Protocol):
    """Where numbers and results go, by the name of a curve such as `demo/seed0/head_64`."""

    def shown(self, curve: str) -> pd.DataFrame | None:
        """Numbers that the curve has from an earlier run: a column for each name, by step.

        None if there is no such curve, or if that is not known.
        """

    def begin(self, curve: str, about: About) -> None:
        """Begin a curve anew: what it had is forgotten."""

    def add(self, curve: str, values: Mapping[str, float], step: int, time: float) -> None:
        """Add numbers by name. `time` is in seconds since 1970."""

    def show(self, curve: str, folder: Path) -> None:
        """Show what a tracker can of the results in an experiment's folder."""

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
    shown: dict[str, pd.DataFrame | None] = {}
    stamps: dict[str, tuple[int, ...]] = {}
    while True:
        ends = is_over()
        for experiment, seed, stage in run.stages:
            curve = f"{experiment}/seed{seed}/{stage}"
            path = run.results / experiment / f"seed{seed}" / "stages" / stage
            if written := changed(stamps, curve, *tables_of(path)):
                before = shown[curve] if curve in shown else tracker.shown(curve)
                about = about_stage(run, experiment, seed, stage)
                shown[curve] = follow_stage(tracker, curve, path, about, before, written)
            if done_at(path) is not None:
                tracker.end(curve)
        for experiment in run.experiments:
            folder = run.results / experiment
            files = folder / "metrics.json", folder / "report.html"
            if written := changed(stamps, experiment, *files):
                about = about_experiment(run, experiment)
                with suppress(FileNotFoundError):  # a job that began has deleted what it makes
                    show_results(tracker, folder, about, written)
        tracker.flush()
        if ends:
            tracker.close()
            return


def about_experiment(run: Run, experiment: str) -> About:
    """What is known of an experiment: its config, with stages by name."""
    config = dict(run.experiments[experiment])
    tags = {"experiment": experiment, "survey": config["survey"]["name"]}
    if run.commit:
        tags["commit"] = run.commit
    stages = {stage["name"]: stage for stage in config.pop("stages", [])}
    return About(tags, config | {"stages": stages})


def about_stage(run: Run, experiment: str, seed: int, stage: str) -> About:
    """What is known of a stage: the config of its experiment, without the other stages."""
    tags, parameters = about_experiment(run, experiment)
    own = parameters.pop("stages")[stage]
    parameters.pop("seeds")
    return About(tags | {"seed": str(seed), "stage": stage}, parameters | {"stage": own})


def show_results(tracker: Tracker, folder: Path, about: About, written: float) -> None:
    """Hand on the results in an experiment's folder, if its report has its scores."""
    metrics = folder / "metrics.json"
    if metrics.stat().st_mtime > (folder / "report.html").stat().st_mtime:
        return
    experiment = about.tags["experiment"]
    scores = pd.DataFrame([dict(scores_of(read_metrics(metrics)))])
    draw(tracker, experiment, scores, [written], about, tracker.shown(experiment))
    tracker.show(experiment, folder)
    tracker.end(experiment)


def draw(
    tracker: Tracker,
    curve: str,
    points: pd.DataFrame,
    times: Sequence[float],
    about: About,
    before: pd.DataFrame | None,
) -> None:
    """Hand on what a curve has besides `before`; begin it anew if it is not that any more.

    `points` are numbers, a column for each name, by step; `times` are in seconds since 1970.
    """
    goes_on = before is not None and begins_with(points, before)
    if not goes_on:
        tracker.begin(curve, about)
    for position in range(len(before) if goes_on else 0, len(points)):
        step = int(points.index[position])
        values = points.iloc[position].dropna().to_dict()
        tracker.add(curve, values, step, times[position])


def begins_with(points: pd.DataFrame, before: pd.DataFrame) -> bool:
    """Whether the first steps of a curve's numbers are those that it had before."""
    same = sorted(before.columns) == sorted(points.columns)
    return same and points[: len(before)].equals(before[points.columns])


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
    tracker: Tracker,
    curve: str,
    path: Path,
    about: About,
    before: pd.DataFrame | None,
    written: float,
) -> pd.DataFrame | None:
    """Hand on what a stage's tables have besides `before`, and return what has been handed on.

    `written` is when the tables were, at the end of their last epoch.
    """
    table = epochs_so_far(path)
    if table is None:
        return before
    points = table.set_index("epoch")[list(SHOWN.values())].astype(float)
    points.columns = list(SHOWN)
    seconds_after = table["seconds"][::-1].cumsum()[::-1] - table["seconds"]
    draw(tracker, curve, points, list(written - seconds_after), about, before)
    return points


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
    return Run(Path(run["results"]), stages, run["experiments"], git_commit())
