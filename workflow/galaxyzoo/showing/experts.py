"""A finished experiment in memory, with what it takes to answer about any picture."""

import logging
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from galaxyzoo.calibration.calibration import Calibration, read_calibration
from galaxyzoo.calibration.familiarity import Reference, of_unit_length
from galaxyzoo.catalogue.training_galaxies import described_training
from galaxyzoo.engine.devices import best_device
from galaxyzoo.engine.ensemble import Member, restored_ensemble
from galaxyzoo.engine.prediction import ready
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.plan.finished import read_finished
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.questions import questions_of

log = logging.getLogger(__name__)


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
    Settings are those that its results were made with, and the log names keys of its config.yaml
    that differ. Raises InputError if the experiment is not finished, or is an ensemble of others.
    """
    finished = read_finished(folder)
    config = finished.config
    if edited := finished.edited_keys():
        log.warning(
            "%s/config.yaml has another %s than the results were made with, which are shown; run "
            "the experiment to its end for the new ones",
            *(folder, ", ".join(edited)),
        )
    if "seeds" not in config:
        raise InputError(f"{folder} is an ensemble; give the folder of one of its members")
    survey = folder.parent / "surveys" / config["survey"]["name"]
    files = [survey / "training.npy", survey / "training.csv"]
    weights, calibration = finished.networks, folder / "calibration.json"
    split = folder / f"seed{config['seeds'][0]}" / "split.csv"
    finished.require_unchanged([*weights, calibration, split])
    for path in files:
        if not path.is_file():
            raise InputError(
                f"{folder} is not finished: there is no {path}; run the experiment to its end"
            )
    tree, device = tree_from(questions_of(config["tree"])), best_device(config["deterministic"])
    index = read_index(files[1])
    crops = PackedCrops(files[0], index)
    name = config["experiment"]
    settings = {name: config | {"crop": config["survey"]["crop"]}}
    members = restored_ensemble(weights, settings, {name: 1.0}, tree, device)
    for member in members:
        ready(member.network, device)
    part = read_split(split)["part"].to_numpy()
    described = described_training(
        members[0].network, crops, part, config["tta"]["batch_size"], device
    )
    return Experts(
        name,
        tree,
        members,
        read_calibration(calibration, tree),
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
