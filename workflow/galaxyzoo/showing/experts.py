"""A finished experiment in memory, with what it takes to answer about any picture."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import yaml

from galaxyzoo.calibration.calibration import Calibration, calibration_of
from galaxyzoo.calibration.familiarity import Reference, of_unit_length
from galaxyzoo.catalogue.training_galaxies import described_training
from galaxyzoo.engine.devices import best_device
from galaxyzoo.engine.ensemble import Member, restored_ensemble
from galaxyzoo.engine.prediction import ready
from galaxyzoo.evaluation.validation import read_validation
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.runs.watch import experiment_config
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.questions import questions_of


class TrainingGalaxies(NamedTuple):
    """Galaxies that the first network learnt from.

    `ids` (n,) are their GalaxyIDs, `features` (n, C) float32 the network's, of length 1, `voted`
    (n, columns) the crowd's votes, and `rows` (n,) their places in the packed `crops`.
    """

    ids: np.ndarray
    features: np.ndarray
    voted: np.ndarray
    rows: np.ndarray
    crops: PackedCrops


class Experts(NamedTuple):
    """The networks of an experiment, and what their predictions are compared with."""

    name: str
    tree: DecisionTree
    members: list[Member]
    calibration: Calibration
    reference: Reference
    training: TrainingGalaxies
    device: torch.device


def load_experts(folder: Path) -> Experts:
    """What a finished experiment, such as results/demo, says about galaxies.

    Features of its training galaxies are computed anew, in about as long as a validation takes.
    Raises InputError if the experiment is not finished, or is an ensemble of others.
    """
    config = yaml.safe_load(experiment_config(folder).read_text(encoding="utf-8"))
    if "seeds" not in config:
        raise InputError(f"{folder} is an ensemble; give the folder of one of its members")
    survey = folder.parent / "surveys" / config["survey"]["name"]
    files = [survey / "training.npy", survey / "training.csv"]
    stage, seeds = config["stages"][-1]["name"], config["seeds"]
    weights = [weights_of(folder, config, f"seed{seed}/stages/{stage}.pt") for seed in seeds]
    validation = {
        seed: folder / f"seed{seed}" / "predictions" / "validation_tta.parquet" for seed in seeds
    }
    split = folder / f"seed{seeds[0]}" / "split.csv"
    for path in (*files, *weights, *validation.values(), split):
        if not path.is_file():
            raise InputError(
                f"{folder} is not finished: there is no {path}; run the experiment first"
            )
    tree, device = tree_from(questions_of(config["tree"])), best_device(config["deterministic"])
    index = read_index(files[1])
    crops = PackedCrops(files[0], index)
    name = config["experiment"]
    settings = {name: config | {"crop": config["survey"]["crop"]}}
    members = restored_ensemble(weights, settings, {name: 1.0}, tree, device)
    for member in members:
        ready(member.network, device)
    part = read_csv(split)["part"].to_numpy()
    described = described_training(
        members[0].network, crops, part, config["tta"]["batch_size"], device
    )
    return Experts(
        name,
        tree,
        members,
        calibration_of(read_validation(validation, index, tree), tree),
        described.reference,
        TrainingGalaxies(
            index[GALAXY_ID].to_numpy()[described.rows],
            of_unit_length(described.features),
            index[list(tree.columns)].to_numpy()[described.rows],
            described.rows,
            crops,
        ),
        device,
    )


def weights_of(folder: Path, config: dict[str, Any], name: str) -> Path:
    """The path of a stage's weights, which a variant may share with the experiment it is of."""
    own, base = folder / name, folder.parent / config.get("variant_of", folder.name) / name
    return own if own.is_file() else base
