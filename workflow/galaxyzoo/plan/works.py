"""What stages and predictions have to do, by their config: galaxies, epochs, views, pixels.

Standard library alone: this is imported when the Snakefile is read.
"""

import csv
import os
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.plan.estimates import Work
from galaxyzoo.plan.stage_settings import FOLDS

Config = Mapping[str, Any]
Counts = Mapping[str, float | None]  # galaxies by part: train, valid, holdout, test

LARGEST_BYTES = 2**30  # of a table in a zip
PICTURES = (".jpg", ".jpeg", ".png")
PREDICTED = {
    "predict_holdout": "holdout",
    "predict_validation": "valid",
    "predict_test": "test",
}


def stage_work(config: Config, stage: Config, counts: Counts, machine: Config) -> Work:
    """What training a stage of a resolved config has to do.

    `machine` has the kind of `device`, CPU or GPU, and the number of `threads`.
    """
    is_probe, model = "probe" in stage, config["model"]
    others = {
        **{name: stage.get(name) for name in ("batch_size", "accumulate", "loss", "keep")},
        **{name: model[name] for name in ("head", "output")},
        **{name: config[name] for name in ("precision", "deterministic", "compile")},
        "threads": machine["threads"],
    }
    return Work(
        "train_stage",
        {
            "epochs": stage.get("epochs", 1),
            "galaxies": counts["train"],
            "pixels": stage["size"] ** 2,
        },
        {
            "backbone": model["backbone"],
            "is_probe": is_probe,
            "frozen": is_probe or stage.get("freeze"),
            "device": machine["device"],
        },
        others,
    )


def prediction_work(rule: str, config: Config, counts: Counts, machine: Config) -> Work:
    """What one of the rules `PREDICTED` has to do for a seed of a resolved config."""
    tta, size = config["tta"], config["stages"][-1]["size"]
    return Work(
        rule,
        {
            "galaxies": counts[PREDICTED[rule]],
            "views": tta["rotations"] * (2 if tta["flips"] else 1) * len(tta["zooms"]),
            "pixels": size**2,
        },
        {"backbone": config["model"]["backbone"], "device": machine["device"]},
        {
            "batch_size": tta["batch_size"],
            "precision": config["precision"],
            "deterministic": config["deterministic"],
            "threads": machine["threads"],
        },
    )


class Raw(NamedTuple):
    """A survey's labels and test pictures, which are counted before they are cropped."""

    labels: Path | None = None
    test_images: Path | None = None


NOT_GIVEN = Raw()


def galaxies_of(
    config: Config,
    experiment: Path,
    seed: int,
    survey: Path,
    stands: Callable[[Path], bool],
    raw: Raw = NOT_GIVEN,
) -> Counts:
    """How many galaxies a seed trains, validates and predicts on.

    `experiment` and `survey` are the folders of both. Counted in the files that are there and
    stand; otherwise reckoned from the config's shares and the size of the survey.
    """
    number, tested = survey_galaxies(config, survey, raw), rows(survey / "test.csv")
    if tested is None and raw.test_images:
        tested = pictures(raw.test_images)
    if config["survey"]["source"] == "simulation":
        tested = config["survey"]["simulation"]["test_galaxies"]
    # Another seed's split has as many, but for rounding.
    splits = [experiment / f"seed{one}" / "split.csv" for one in (seed, *config["seeds"])]
    for split in splits:
        if stands(split) and (parts := parts_of(split)):
            return {name: parts[name] for name in ("train", "valid", "holdout")} | {"test": tested}
    if number is None:
        return dict.fromkeys(("train", "valid", "holdout")) | {"test": tested}
    return reckoned(config, number) | {"test": tested}


def survey_galaxies(config: Config, survey: Path, raw: Raw = NOT_GIVEN) -> int | None:
    """How many labelled galaxies a survey has; None if that is known only once they are cropped."""
    if config["survey"]["source"] == "simulation" and not config.get("surveys"):
        return config["survey"]["simulation"]["galaxies"]
    cropped = rows(survey / "training.csv")
    return rows(raw.labels) if cropped is None and raw.labels else cropped


def reckoned(config: Config, number: int) -> dict[str, float]:
    """Galaxies by part, as a config's shares divide a number of them."""
    fair_ids = config["survey"]["fair_ids"]
    fair = (rows(Path(fair_ids)) if fair_ids else None) or number
    share = config["validation"]
    holdout = fair * config["survey"]["holdout"]
    valid = (fair - holdout) * (1 / len(config["seeds"]) if share == FOLDS else share)
    most = number - holdout - valid
    wanted = config["training_galaxies"] or most
    train = min(most, wanted * most if wanted < 1 else wanted)
    return {"train": train, "valid": valid, "holdout": holdout}


def parts_of(split: Path) -> Counter[str]:
    """How many galaxies are in each part of a split; none if it cannot be read."""
    try:
        return counted_parts(split, split.stat().st_mtime_ns)
    except (OSError, ValueError, IndexError, StopIteration, csv.Error):
        return Counter()


@lru_cache(None)
def counted_parts(split: Path, _: int) -> Counter[str]:
    """The parts of a split of a date, which are counted once."""
    with split.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        column = next(lines).index("part")
        return Counter(line[column] for line in lines)


def rows(table: Path) -> int | None:
    """How many rows a table has below its header; None if there is none."""
    try:
        return counted_rows(table, table.stat().st_mtime_ns)
    except (OSError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


@lru_cache(None)
def counted_rows(table: Path, _: int) -> int | None:
    """The rows of a table of a date, or of the one in a zip, which are counted once."""
    if table.suffix != ".zip":
        with table.open("rb") as file:
            return sum(1 for _ in file) - 1
    with zipfile.ZipFile(table) as archive:
        tables = [one for one in archive.infolist() if one.filename.endswith(".csv")]
        if len(tables) != 1 or tables[0].file_size > LARGEST_BYTES:
            return None
        with archive.open(tables[0]) as file:
            return sum(1 for _ in file) - 1


def pictures(path: Path) -> int | None:
    """How many pictures are in a folder or a zip; None if it cannot be read."""
    try:
        if path.is_dir():
            names = os.listdir(path)
        else:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    return sum(name.lower().endswith(PICTURES) for name in names)
