"""What a network saw in training, so that a catalogue and the page can say what is unlike it."""

from typing import NamedTuple

import numpy as np
import torch

from galaxyzoo.calibration.familiarity import Reference, reference_of
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.foundation.packed_crops import PackedCrops
from galaxyzoo.foundation.randomness import numpy_generator

MOST_GALAXIES = 8192  # of training; their mean and covariance need no more


class TrainingFeatures(NamedTuple):
    """Some galaxies of training: their `rows` (n,) of the crops, and their features (n, C).

    The `reference` is made of them and of the validation galaxies.
    """

    rows: np.ndarray
    features: np.ndarray
    reference: Reference


def described_training(
    network: GalaxyNetwork,
    crops: PackedCrops,
    part: np.ndarray,
    batch_size: int,
    device: torch.device,
) -> TrainingFeatures:
    """What the network sees in galaxies of training, at most 8,192 of them drawn at random.

    `part` (N,) says what each of the `crops` is for: `train` or `valid`. Raises InputError if there
    are no validation galaxies.
    """
    train, valid = (np.flatnonzero(part == name) for name in ("train", "valid"))
    if len(train) > MOST_GALAXIES:
        train = np.sort(numpy_generator("reference").choice(train, MOST_GALAXIES, replace=False))
    of_train, of_valid = (
        features_of(network, crops, rows, batch_size, device) for rows in (train, valid)
    )
    reference = reference_of(of_train, of_valid, measured(crops, valid))
    return TrainingFeatures(train, of_train, reference)
