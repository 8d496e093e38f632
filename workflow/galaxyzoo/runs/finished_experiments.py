"""Finished experiments, and ensembles of them, in a folder of results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from galaxyzoo.evaluation.held_out import HeldOut, held_out
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_json, read_parquet
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.plan.finished import Finished, read_finished
from galaxyzoo.runs.stage_tables import StageTables, read_stage_tables
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.questions import questions_of

NAMED_FILES = 3
ROUNDING = 1e-6


class Experiment(NamedTuple):
    """A finished experiment: its config, its scores, its training, and its hold-out predictions.

    `ids` (N,) are the GalaxyIDs of the held-out galaxies, ascending; `columns` are the tree's.
    `predicted`, by the bag, and `voted`, NaN where an answer has no label, are (N, columns).
    `histories` and `timings` have one row per epoch. `stage_seconds` is the time that each stage
    took to train, by its path. An ensemble has the stages of all its `members`, and no histories
    and timings of its own. `edited` are the keys of config.yaml that are not as they were when the
    results were made.
    """

    name: str
    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    ids: np.ndarray
    columns: tuple[str, ...]
    predicted: np.ndarray
    voted: np.ndarray
    histories: StageTables
    timings: StageTables
    stage_seconds: Mapping[str, float]
    members: tuple["Experiment", ...] = ()
    edited: tuple[str, ...] = ()

    @property
    def validation_rmse(self) -> float | None:
        """The error on validation galaxies; None for an ensemble whose members share none."""
        validation = self.metrics["validation"]
        return validation and validation["rmse"]

    @property
    def networks(self) -> int:
        """The number of networks that are averaged."""
        return sum(one.networks for one in self.members) or len(self.config["seeds"])

    @property
    def sizes_px(self) -> list[int]:
        """The sizes of the stages, each once, in order."""
        sizes = [stage["size"] for stage in self.config.get("stages", [])]
        of_members = [size for one in self.members for size in one.sizes_px]
        return list(dict.fromkeys(sizes + of_members))

    @property
    def epochs(self) -> int | None:
        """The number of epochs of one seed, of which a probe has none; None for an ensemble."""
        if self.members:
            return None
        return sum(stage.get("epochs", 0) for stage in self.config["stages"])


def found_experiments(results: Path) -> tuple[list[Experiment], dict[str, str]]:
    """The finished experiments in a folder of results and, for each unfinished folder, the reason.

    A folder counts as an experiment's if it has config.yaml or metrics.json.
    """
    files = [*results.glob("*/config.yaml"), *results.glob("*/metrics.json")]
    finished, unfinished = [], {}
    for folder in sorted({file.parent for file in files}):
        try:
            finished.append(read_experiment(folder))
        except InputError as error:
            unfinished[folder.name] = str(error)
        except Exception as error:  # of a file with anything in it; the others are compared
            unfinished[folder.name] = f"it cannot be read ({type(error).__name__}: {error})"
    return finished, unfinished


def read_experiment(folder: Path) -> Experiment:
    """The experiment in a folder. Raises InputError if it is not finished, or two files disagree.

    Its config is the one that its results were made with.
    """
    finished = read_finished(folder)
    config = finished.config
    files = {name: folder / name for name in ("metrics.json", "bag/holdout.parquet")}
    finished.require_unchanged(files.values())
    metrics = read_json(files["metrics.json"])
    recalibration = metrics.get("recalibration", {})
    compared = {"validation": metrics, "starts": metrics, "validation_rmse": recalibration}
    if missing := [key for key, scores in compared.items() if key not in scores]:
        raise InputError(f"its metrics.json does not have {', '.join(missing)}; run it again")
    index = folder.parent / "surveys" / config["survey"]["name"] / "training.csv"
    require_files(folder, [index])
    members = tuple(read_experiment(folder.parent / name) for name in config.get("ensemble", ()))
    training = ensemble_training(members) if members else read_training(finished)
    tree = tree_from(questions_of(config["tree"]))
    bag = files["bag/holdout.parquet"]
    galaxies = read_scored(index, bag, tree)
    experiment = Experiment(
        folder.name,
        config,
        metrics,
        galaxies.ids,
        tree.columns,
        galaxies.predicted(bag, own=False),  # a copied folder is compared under its new name
        galaxies.voted,
        *training,
        members,
        tuple(finished.edited_keys()),
    )
    error = rmse(experiment.predicted, experiment.voted)
    if not np.isclose(error, metrics["rmse"]["bag"], rtol=ROUNDING, atol=0):
        raise InputError(
            f"its metrics.json tells of an error of {metrics['rmse']['bag']:.5f}, and its "
            f"predictions have one of {error:.5f}: run it again"
        )
    return experiment


def read_training(finished: Finished) -> tuple[StageTables, StageTables, dict[str, float]]:
    """Histories, timings and seconds of the stages of an experiment, wherever they were trained.

    Raises InputError if any of the files is missing, or is not of the finished experiment.
    """
    config, paths = finished.config, finished.stages.values()
    seeds, stages = config["seeds"], [stage["name"] for stage in config["stages"]]
    histories, timings = (
        [path.with_name(f"{path.name}{end}.csv") for path in paths] for end in ("", "_timing")
    )
    finished.require_unchanged([*histories, *timings])
    timed = read_stage_tables(timings, seeds, stages)
    tables = [table for by_stage in timed.values() for table in by_stage.values()]
    seconds = [float(table["seconds"].sum()) for table in tables]
    return (
        read_stage_tables(histories, seeds, stages),
        timed,
        dict(zip(map(str, paths), seconds, strict=True)),
    )


def ensemble_training(
    members: Sequence[Experiment],
) -> tuple[StageTables, StageTables, dict[str, float]]:
    """Training records of an ensemble: no histories; the seconds of each distinct member stage."""
    seconds: dict[str, float] = {}
    for member in members:
        seconds |= member.stage_seconds
    return {}, {}, seconds


def require_files(folder: Path, files: Sequence[Path]) -> None:
    """Raise InputError if any of the files are missing, with the names of the first few."""
    missing = [file for file in files if not file.is_file()]
    if missing:
        names = [file.relative_to(folder.parent).as_posix() for file in missing[:NAMED_FILES]]
        more = len(missing) - len(names)
        raise InputError(
            f"it is not finished: there is no {', no '.join(names)}"
            + (f", and {more} more files are missing" if more else "")
        )


def read_scored(index: Path, bag: Path, tree: DecisionTree) -> HeldOut:
    """The galaxies that an experiment's bag predicts, with their votes.

    Raises InputError if the survey's table `index` no longer has all of them, or all answers.
    """
    survey = read_index(index)
    ids = read_parquet(bag, columns=[GALAXY_ID])[GALAXY_ID]
    if not ids.isin(survey[GALAXY_ID]).all() or not set(tree.columns) <= set(survey.columns):
        raise InputError(
            f"its survey's {index.name} no longer has all the galaxies and answers that it was "
            "scored on: run it again"
        )
    return held_out(survey, ids, tree, bag)
