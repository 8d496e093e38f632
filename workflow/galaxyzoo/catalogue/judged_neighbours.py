"""Whether near galaxies are alike, and whether strange ones are found: judged on a labelled survey.

The features are those of EfficientNet-Lite0 as it learnt ImageNet, at 64 px and in one view, so
that no experiment is needed.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from PIL import Image

from galaxyzoo.calibration.reduction import Reduction, reduction_of
from galaxyzoo.catalogue.neighbours import index_of, nearest, strangeness, tenth_distances
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.engine.pretrained import packaged_weights
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import PackedCrops
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.simulation.oddities import ODDITIES, odd_picture
from galaxyzoo.tree.decision_tree import DecisionTree

BACKBONE, SIZE_PX, ZOOM = "tf_efficientnet_lite0", 64, 1.3
PIXELS = 32  # along a picture whose pixels are compared
ORDINARY, OTHERS = 2000, 600  # galaxies that are compared, and that oddities are made of
OF_A_KIND, FIRST = 5, 100  # oddities, and galaxies among which they are counted
NEAREST, BATCH = 10, 64


class Judged(NamedTuple):
    """How often the nearest ten of a galaxy share its first answer, and what strangeness finds.

    `agreement` is by what they are near in: `features`, `reduced` features, `pixels`, and by
    `chance`. `recall` is the share of the nearest ten by all features that are among those by the
    reduced ones. `found` is the number of oddities of each kind, of five, among the hundred
    strangest galaxies.
    """

    galaxies: int
    agreement: dict[str, float]
    recall: float
    found: dict[str, int]


def judge(crops: PackedCrops, index: pd.DataFrame, tree: DecisionTree) -> Judged:
    """Judge neighbours and strangeness on the galaxies of a survey, whose labels are in its index.

    Raises InputError if it has too few galaxies, or labels of another tree.
    """
    first = list(tree.questions[0].columns)
    if len(index) < ORDINARY + OTHERS:
        raise InputError(
            f"the survey has {len(index):,} galaxies, and {ORDINARY + OTHERS:,} are needed"
        )
    if missing := [column for column in first if column not in index]:
        raise InputError(f"the survey's labels have no {', '.join(missing)}; give one of this tree")
    drawn = numpy_generator("judged neighbours").permutation(len(index))
    rows, others = np.sort(drawn[:ORDINARY]), np.sort(drawn[ORDINARY : ORDINARY + OTHERS])
    network, device = imagenet_network(tree), torch.device("cpu")
    kinds, odd = oddities(crops, others)
    ordinary, of_others, of_odd = (
        features_of(network, pictures, these, BATCH, device)
        for pictures, these in ((crops, rows), (crops, others), (odd, np.arange(len(odd))))
    )
    reduction = reduction_of(of_others)
    answers = index[first].to_numpy()[rows].argmax(axis=1)
    near = {
        "features": by_cosine(ordinary),
        "reduced features": by_reduction(ordinary, reduction),
        "pixels": by_distance(pixels_of(crops, rows)),
    }
    agreement = {
        name: float(np.mean(answers[found] == answers[:, None])) for name, found in near.items()
    }
    shares = np.bincount(answers) / len(answers)
    agreement["chance"] = float(np.square(shares).sum())
    both = zip(near["features"], near["reduced features"], strict=True)
    recall = float(np.mean([len(set(one) & set(other)) / NEAREST for one, other in both]))
    all_of_them = reduction.of(np.concatenate([ordinary, of_odd]))
    positions = np.arange(len(all_of_them))
    found = strangeness(
        tenth_distances(index_of([(positions, all_of_them)]), positions, all_of_them)
    )
    strangest = np.argsort(-found, kind="stable")[:FIRST]
    counts = {
        kind: int(sum(kinds[one - ORDINARY] == kind for one in strangest if one >= ORDINARY))
        for kind in ODDITIES
    }
    return Judged(ORDINARY, agreement, recall, counts)


def imagenet_network(tree: DecisionTree) -> GalaxyNetwork:
    """A network whose body has learnt ImageNet, and whose head nothing."""
    network = GalaxyNetwork(BACKBONE, "linear", "sigmoid", tree, dropout=0)
    network.body.load_state_dict(packaged_weights(BACKBONE))
    network.set_size(SIZE_PX)
    network.zoom = ZOOM
    return network


def oddities(crops: PackedCrops, others: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Kinds and pictures of oddities, five of each, made of some rows of the crops."""
    rng = numpy_generator("oddities")
    kinds = [kind for kind in ODDITIES for _ in range(OF_A_KIND)]
    pairs = [np.sort(rng.choice(others, 2, replace=False)) for _ in kinds]
    return kinds, np.stack(
        [
            odd_picture(kind, crops[int(one)], crops[int(other)], rng)
            for kind, (one, other) in zip(kinds, pairs, strict=True)
        ]
    )


def pixels_of(crops: PackedCrops, rows: np.ndarray) -> np.ndarray:
    """The middles of crops, 32 px wide, as (n, 32 * 32 * 3) float32."""
    whole = crops[int(rows[0])].shape[0]
    margin = round(whole * (1 - 1 / ZOOM) / 2)
    box = (margin, margin, whole - margin, whole - margin)
    small: list[Any] = [
        Image.fromarray(crops[int(row)]).resize((PIXELS, PIXELS), Image.Resampling.BOX, box)
        for row in rows
    ]
    return np.stack([np.asarray(one, np.float32).ravel() for one in small])


def by_distance(values: np.ndarray) -> np.ndarray:
    """The nearest ten (n, 10) of each of n rows by Euclidean distance, itself left out."""
    squares = np.square(values).sum(axis=1)
    apart = squares[:, None] + squares[None] - 2 * values @ values.T
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :NEAREST]


def by_cosine(features: np.ndarray) -> np.ndarray:
    """The nearest ten (n, 10) of each of n galaxies by the angle between features."""
    return by_distance(features / np.linalg.norm(features, axis=1, keepdims=True))


def by_reduction(features: np.ndarray, reduction: Reduction) -> np.ndarray:
    """The nearest ten (n, 10) of each of n galaxies as a catalogue finds them."""
    numbers = reduction.of(features)
    positions = np.arange(len(numbers))
    found, _ = nearest(index_of([(positions, numbers)]), numbers, NEAREST + 1)
    return np.stack([one[one != own][:NEAREST] for own, one in zip(positions, found, strict=True)])
