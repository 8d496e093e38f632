"""Intervals of single predictions, by split conformal prediction on validation galaxies.

An interval of PERCENT holds what the crowd says of a new galaxy in that share of galaxies, provided
that they are like those of validation (Vovk, Gammerman & Shafer 2005, Algorithmic Learning in a
Random World, section 2.2; by crepes). This is a promise about many galaxies, not about each: kinds
of galaxies that are few may be covered less. The residuals are divided by how far votes are likely
to be off (`difficulty`), so that intervals are wide where votes scatter.

Two numbers are published for each answer: its fraction, the share of the votes on its own question,
and its joint probability, weighted by the answers that lead to the question.
"""

import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from galaxyzoo.tree.decision_tree import DecisionTree

if TYPE_CHECKING:
    from crepes import ConformalRegressor

PERCENT = 90
# Added to p (1 - p), so that a predicted 0 or 1 has a width too: as of 1 % or 99 %.
LEAST_VARIANCE = 0.01
LEAST_ASKED = 0.01
HALF = 0.5  # of the volunteers; a question that fewer would be asked is calibrated by itself


class Numbers(NamedTuple):
    """Two numbers of each answer, (N, columns) float64 each, for one kind of array.

    A fraction is NaN where nobody was asked its question.
    """

    fraction: np.ndarray
    joint: np.ndarray


class Bounds(NamedTuple):
    """The ends of the intervals of both numbers, within [0, 1]."""

    lower: Numbers
    upper: Numbers


def asked(probabilities: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """The share of volunteers who are asked each answer's question, (N, columns).

    `probabilities` is (N, columns), weighted as the tree's columns are.
    """
    came = [
        np.ones(len(probabilities)) if parent is None else probabilities[:, parent]
        for parent in tree.parents
    ]
    return np.repeat(np.stack(came, axis=1), [len(q.answers) for q in tree.questions], axis=1)


def numbers_of(probabilities: np.ndarray, tree: DecisionTree) -> Numbers:
    """Fractions and joint probabilities of weighted probabilities (N, columns)."""
    came = asked(probabilities, tree)
    empty = np.full_like(probabilities, np.nan)
    fraction = np.divide(probabilities, came, out=empty, where=came > 0)
    return Numbers(np.clip(fraction, 0, 1), probabilities)


def difficulty(numbers: Numbers, came: np.ndarray) -> Numbers:
    """How far the votes are likely to be from predicted numbers, but for a factor, (N, columns).

    The standard deviation of a share p of n votes is sqrt(p (1 - p) / n). A fraction is of the
    votes of those who `came` (N, columns) to its question alone.
    """
    spread = Numbers(*(np.sqrt(p * (1 - p) + LEAST_VARIANCE) for p in numbers))
    return Numbers(spread.fraction / np.sqrt(np.maximum(came, LEAST_ASKED)), spread.joint)


class Intervals:
    """Intervals of the numbers of a tree, calibrated on galaxies that no network was trained on."""

    def __init__(self, predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> None:
        """Calibrate on predictions and labels (n, columns), each answer's numbers by themselves.

        A fraction's residuals are those of galaxies with a vote on its question; those whose
        question half of the volunteers or more would be asked are kept apart from the others.
        """
        self.tree = tree
        self.rows = len(predicted)
        came = asked(predicted, tree)
        found, truth = numbers_of(predicted, tree), numbers_of(voted, tree)
        scales = difficulty(found, came)
        self.fitted = Numbers(
            *(
                [
                    fitted(kind[:, i], true[:, i], scale[:, i], came[:, i])
                    for i in range(len(tree.columns))
                ]
                for kind, true, scale in zip(found, truth, scales, strict=True)
            )
        )

    def of(self, predicted: np.ndarray) -> Bounds:
        """The intervals of predictions (N, columns). A fraction nobody is asked has [0, 1]."""
        came = asked(predicted, self.tree)
        found = numbers_of(predicted, self.tree)
        both = [
            np.stack(
                [
                    ends(one, kind[:, i], scale[:, i], came[:, i])
                    for i, one in enumerate(regressors)
                ],
                axis=1,
            )
            for regressors, kind, scale in zip(
                self.fitted, found, difficulty(found, came), strict=True
            )
        ]
        return Bounds(*(Numbers(*(kind[..., end] for kind in both)) for end in (0, 1)))


def fitted(
    predicted: np.ndarray, voted: np.ndarray, scale: np.ndarray, came: np.ndarray
) -> "ConformalRegressor":
    """A regressor calibrated on the residuals (n,) of one number, where there are votes."""
    from crepes import ConformalRegressor  # slow to import, and most who import this need it not

    known = np.isfinite(voted) & np.isfinite(predicted)
    return ConformalRegressor().fit(
        (voted - predicted)[known], sigmas=scale[known], bins=(came >= HALF)[known]
    )


def ends(
    regressor: "ConformalRegressor", predicted: np.ndarray, scale: np.ndarray, came: np.ndarray
) -> np.ndarray:
    """Both ends (N, 2) of one number's intervals; [0, 1] where too few galaxies calibrate it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the no. of calibration examples is too small")
        found = regressor.predict_int(
            predicted,
            sigmas=scale,
            bins=came >= HALF,
            confidence=PERCENT / 100,
            y_min=0.0,
            y_max=1.0,
        )
    known_bins = np.isin(came >= HALF, regressor.binned_alphas[0]) & np.isfinite(predicted)
    return np.where(known_bins[:, None], found, [0.0, 1.0])
