"""When the training of an experiment will be done, by the stages that are done, or were before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.progress import time_left
from galaxyzoo.plan.estimates import Past, Work, estimate
from galaxyzoo.plan.past_runs import UNKNOWN, past_runs
from galaxyzoo.plan.works import galaxies_of, stage_work

Rows = Sequence[Mapping[str, Any]]  # of `watch.stage_progress`


def seconds_left(folder: Path, config: Mapping[str, Any], rows: Rows) -> tuple[float, int]:
    """The seconds that the rest of an experiment's stages take, and of how many that is not known.

    As many stages are taken to be trained at a time as are now, those of one seed one after the
    other. `folder` is the experiment's, `config` its resolved config.
    """
    works = {(row["seed"], row["stage"]): work_of(folder, config, row) for row in rows}
    pasts = [*own_pasts(rows, works), *past_runs(folder.parent)]
    by_seed: dict[int, float] = defaultdict(float)
    unknown = 0
    for row in rows:
        left = row["seconds_left"]
        if left is None and row["state"] != "done":
            key = row["seed"], row["stage"]
            left = estimate(works[key], whose(row), pasts).seconds
            unknown += left is None
        by_seed[row["seed"]] += left or 0.0
    at_once = max(1, sum(row["state"] == "training" for row in rows))
    return max(max(by_seed.values()), sum(by_seed.values()) / at_once), unknown


def work_of(folder: Path, config: Mapping[str, Any], row: Mapping[str, Any]) -> Work:
    """What the stage of a row has to do."""
    survey = folder.parent / "surveys" / config["survey"]["name"]
    stage = next(one for one in config["stages"] if one["name"] == row["stage"])
    counts = galaxies_of(config, folder, row["seed"], survey, Path.is_file)
    return stage_work(config, stage, counts, UNKNOWN)


def own_pasts(rows: Rows, works: Mapping[tuple[int, str], Work]) -> Iterator[Past]:
    """What the stages that have begun take, at the pace of their last epoch."""
    for row in rows:
        if row["epoch_seconds"] is not None:
            work = works[row["seed"], row["stage"]]
            yield Past(work, row["epoch_seconds"] * row["epochs"], 0.0, whose(row), 0.0)


def whose(row: Mapping[str, Any]) -> str:
    """Whose a stage is, in words."""
    return f"seed {row['seed']}, {row['stage']}"


def left_in_words(folder: Path, config: Mapping[str, Any], rows: Rows, now: datetime) -> str:
    """When training will be done, at its pace; nothing if all of it is done."""
    if all(row["state"] == "done" for row in rows):
        return ""
    seconds, unknown = seconds_left(folder, config, rows)
    if not seconds:
        return "How long it will take is not known before an epoch is done"
    until = now + timedelta(seconds=seconds)
    words = (
        f"At this pace training is done at about {until:%H:%M} on {until:%A, %d %B}"
        f"{time_left(seconds)}; predictions and report follow"
    )
    if unknown:
        words += f"; {unknown} stages like which none was trained are not in it"
    return words
