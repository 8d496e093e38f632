"""Rounds of labels for a survey whose crowd has answered already: what each round brings.

    PYTHONPATH=workflow python -m benchmarks.labelling_loop FILES --start results/demo

FILES is a folder in Kaggle's layout. Of its (fair) galaxies with all labels, JUDGES drawn at random
judge each round and are never labelled; POOL others have pictures alone. In each round LABELS of
these get the crowd's own answers in place of a hand: SUGGESTED by the networks of the round before,
the others drawn at random. The suggested ones train `config/experiments/finetune.yaml`, from the
finished experiment `--start`, as the experiment `loop_<round>`. The random ones, which no network
learns, reset the calibration of its catalogue. All is done by the commands that a user types, and
a second run of this repeats nothing. It prints a table of scores on the judges.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pyarrow import parquet

from galaxyzoo.calibration.coverage import (
    covered,
    in_main_questions,
    mean_coverage,
    resampled_coverage,
)
from galaxyzoo.calibration.intervals import Bounds, Numbers
from galaxyzoo.catalogue.columns import ID, fraction_name, joint_names, question_names
from galaxyzoo.evaluation.bootstrap import percentile_interval, rmse_interval
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.report.figures.labelling_rounds import labelling_rounds
from galaxyzoo.report.figures.style import save
from galaxyzoo.surveys import layout
from galaxyzoo.surveys.labels import read_fair_ids, read_labels
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

FOLDER = Path("results/labelling_loop")
RECIPE = "config/experiments/finetune.yaml"
TREE = tree_from(QUESTIONS)
JUDGES, POOL, LABELS, SUGGESTED, METHOD = 500, 1500, 100, 70, "variety"
ZOOM = [1.25, 1.9]  # for Kaggle's pictures
TO_LOOK_THROUGH = 2 * SUGGESTED  # suggestions, some of which are judges


def pictures_and_labels(files: Path) -> tuple[pd.DataFrame, list[int], list[int]]:
    """Write the pictures of judges and pool; return all labels, the judges and the pool."""
    found = layout.find(files)
    labels = read_labels(Path(found.labels), TREE).dropna()
    images = GalaxyImages(Path(found.training_images), pictures_of_survey({"source": "files"}))
    usable = labels.index[labels.index.isin(list(images.names))]
    if found.fair_ids:
        usable = usable[usable.isin(read_fair_ids(Path(found.fair_ids)))]
    if len(usable) < JUDGES + POOL:
        raise InputError(
            f"{files} has {len(usable)} galaxies with a picture and all labels"
            f"{' in its list of fair ones' * bool(found.fair_ids)}, and {JUDGES + POOL} are needed"
        )
    drawn = numpy_generator("labelling loop").permutation(np.sort(usable)).tolist()
    judges, pool = drawn[:JUDGES], drawn[JUDGES : JUDGES + POOL]
    for name, galaxies in (("galaxies", judges + pool), ("judges", judges)):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        for galaxy in galaxies:
            picture = FOLDER / name / f"{galaxy}.jpg"
            if not picture.exists():
                picture.write_bytes(images.read(galaxy))
    return labels, judges, pool


def snakemake(config: Path | str, *targets: str, **keys: object) -> None:
    """Run targets of a config, with some of its keys replaced."""
    given = [f"{key}={json.dumps(value)}" for key, value in keys.items()]
    command = ["snakemake", *targets, "--configfile", str(config), "--config", *given]
    print("$", shlex.join(command), flush=True)
    if subprocess.run(command, check=False).returncode:
        raise InputError("the command above failed")


def config_of(experiment: Path) -> Path:
    """The config of a finished experiment."""
    return experiment / "config.yaml"


def write_table(name: str, labels: pd.DataFrame) -> str:
    """Write a table of galaxies and their labels, unless it is there as it would be: its path."""
    path, text = FOLDER / name, labels.rename_axis(ID).to_csv()
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return str(path)


def suggested(experiment: Path, labelled: list[int], aside: set[int], seen: dict) -> list[int]:
    """The next SUGGESTED galaxies to label, by the networks of an experiment.

    `labelled` have labels already, and those `aside` are left to judges and random draws. `seen`
    are the keys of the catalogue that the experiment has.
    """
    suggest: dict[str, object] = {"method": METHOD, "number": TO_LOOK_THROUGH}
    if labelled:
        suggest["labelled"] = write_table("labelled.csv", pd.DataFrame(index=labelled))
    snakemake(config_of(experiment), "suggest", **seen, suggest=suggest)
    found = pd.read_csv(experiment / "catalogues" / "galaxies" / "suggested.csv")[ID]
    return [galaxy for galaxy in found.tolist() if galaxy not in aside][:SUGGESTED]


def scores(catalogue: Path, judges: pd.DataFrame) -> dict[str, float]:
    """The error of a catalogue on the judges, and coverage and width of its fractions' intervals.

    Coverage and width are means over the answers of the main questions. `low` and `high` are 95 %
    intervals over galaxies.
    """
    rows = parquet.read_table(catalogue / "catalogue.parquet").to_pandas().set_index(ID)
    rows.index = rows.index.astype("int64")
    rows = rows.loc[judges.index]
    fractions = [
        fraction_name(question, answer)
        for question, answers in question_names(TREE)
        for answer in answers
    ]
    both = (fractions, joint_names(TREE))
    ends = (
        Numbers(*(rows[[f"{name}_90pc_{end}" for name in names]].to_numpy(float) for names in both))
        for end in ("lower", "upper")
    )
    voted, predicted = judges.to_numpy(), rows[both[1]].to_numpy(float)
    intervals = covered(Bounds(*ends), voted, TREE)
    main = in_main_questions(TREE)
    holds = intervals.holds.fraction[:, main]
    squared = np.square(predicted - voted)
    low, high = rmse_interval(squared.sum(axis=1), np.full(len(voted), voted.shape[1]))
    covers_low, covers_high = percentile_interval(resampled_coverage(holds))
    return {
        "rmse": rmse(predicted, voted),
        "rmse_low": low,
        "rmse_high": high,
        "coverage": mean_coverage(holds),
        "coverage_low": float(covers_low),
        "coverage_high": float(covers_high),
        "width": mean_coverage(intervals.width.fraction[:, main]),
    }


def loop(files: Path, start: Path, rounds: int) -> pd.DataFrame:
    """Go through the rounds; return scores by round, before and after the reset of each.

    Columns: round, labels, reset (whether the calibration was reset), and those of `scores`.
    """
    labels, judges, pool = pictures_and_labels(files)
    judged = {"galaxies": str(FOLDER / "judges")}
    seen = {"galaxies": str(FOLDER / "galaxies"), "catalogue": {"features": True}}
    experiment, table = start, []
    each = LABELS - SUGGESTED
    drawn, trained_on = pool[: each * rounds], []
    aside = {*judges, *drawn}
    for number in range(rounds + 1):
        if number:
            labelled = trained_on + drawn[: each * (number - 1)]
            trained_on += suggested(experiment, labelled, aside, seen)
            experiment = train(number, labels.loc[trained_on], start)
            random = write_table(f"random_{number}.csv", labels.loc[drawn[: each * number]])
            seen = seen | {"catalogue": {"features": True, "labels": {"table": random}}}
            snakemake(config_of(experiment), "catalogue", **seen)
        snakemake(config_of(experiment), "catalogue", **judged)
        for name in ("judges", "galaxies") if number else ("judges",):
            found = scores(experiment / "catalogues" / name, labels.loc[judges])
            count = len(trained_on) + each * number
            table.append({"round": number, "labels": count, "reset": name == "galaxies", **found})
            print(table[-1], flush=True)
    return pd.DataFrame(table)


def train(number: int, labelled: pd.DataFrame, start: Path) -> Path:
    """Train a round's experiment on its labelled galaxies; return its folder."""
    name = f"loop_{number}"
    own = {
        "images": str(FOLDER / "galaxies"),
        "table": write_table(f"labels_{number}.csv", labelled),
        "image_column": ID,
    }
    snakemake(
        RECIPE,
        experiment=name,
        validation="folds",
        epochs_scale={"labelled_galaxies": len(labelled)},
        survey={"name": name, "holdout": 0.1, "own": own},
        model={"weights": str(start)},
        augmentation={"zoom": ZOOM},
    )
    return Path("results") / name


def main(arguments: argparse.Namespace) -> None:
    """Print the table of scores and, if a figure is asked for, draw it."""
    if not config_of(arguments.start).exists():
        raise InputError(f"--start: {arguments.start} is no finished experiment; run it first")
    table = loop(arguments.files, arguments.start, arguments.rounds)
    print(f"{JUDGES} judges, {POOL} galaxies to label; 95 % intervals over judges")
    print(table.round(4).to_string(index=False))
    table.to_csv(FOLDER / "scores.csv", index=False)
    if arguments.figure:
        save(labelling_rounds(table), arguments.figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", type=Path, help="a folder in Kaggle's layout")
    parser.add_argument("--start", type=Path, default=Path("results/demo"), help="results/demo")
    parser.add_argument("--rounds", type=int, default=3, help="at least 1; 3")
    parser.add_argument("--figure", type=Path, help="a file .png or .svg to draw into; none")
    arguments = parser.parse_args()
    try:
        main(arguments)
    except InputError as error:
        sys.exit(f"Error: {error}")
