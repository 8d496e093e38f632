"""A finished experiment in memory, with what it takes to answer about any picture."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.familiarity import Reference, of_unit_length
from galaxyzoo.catalogue.finished_ensemble import load_ensemble, training_features
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.evaluation.owners import NAME, read_owners
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.plan.labellers import Words
from galaxyzoo.tree.decision_tree import DecisionTree


class TrainingGalaxies(NamedTuple):
    """Galaxies that the first network learnt from.

    `names` (n,) are what their owner calls them, or GalaxyIDs, `features` (n, C) float32 the
    network's, of length 1, `voted` (n, columns) their labels, and `rows` (n,) their places in the
    packed `crops`.
    """

    names: np.ndarray
    features: np.ndarray
    voted: np.ndarray
    rows: np.ndarray
    crops: PackedCrops


class Experts(NamedTuple):
    """The networks of an experiment, and what their predictions are compared with.

    `size_px` is the width of the middle of a picture that they look at, and `words` are those for
    who labelled the galaxies that they learnt from.
    """

    name: str
    tree: DecisionTree
    members: list[Member]
    size_px: int
    calibration: Calibration
    reference: Reference
    training: TrainingGalaxies
    device: torch.device
    words: Words


def load_experts(folder: Path) -> Experts:
    """What a finished experiment, such as results/demo, says about galaxies.

    Features of its training galaxies are computed anew, in about as long as a validation takes.
    Raises InputError if the experiment is not finished.
    """
    ensemble = load_ensemble(folder)
    described = training_features(ensemble)
    index = read_index(ensemble.learnt.index)
    ids = index[GALAXY_ID].to_numpy()[described.rows]
    return Experts(
        ensemble.name,
        ensemble.tree,
        ensemble.members,
        ensemble.size_px,
        ensemble.calibration,
        described.reference,
        TrainingGalaxies(
            read_owners(ensemble.learnt.galaxies, ids)[NAME].to_numpy(),
            of_unit_length(described.features),
            index[list(ensemble.tree.columns)].to_numpy()[described.rows],
            described.rows,
            PackedCrops(ensemble.learnt.crops, index),
        ),
        ensemble.device,
        ensemble.words,
    )
