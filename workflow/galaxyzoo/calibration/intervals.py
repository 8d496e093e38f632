"""Conformal intervals of single predictions, fitted to validation galaxies.

For PERCENT of new galaxies, the interval holds the crowd's vote, provided that these galaxies are
like those of validation (split conformal prediction: Vovk, Gammerman & Shafer 2005, Algorithmic
Learning in a Random World, section 2.2; by crepes). This is a promise about many galaxies, not
about each: rare kinds of galaxies may be covered less. The residuals are divided by the expected
scatter of votes (`difficulty`), so that intervals are wide where votes scatter.

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
HALF = 0.5  # of the volunteers; where fewer would be asked a question, galaxies are a bin apart


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


def share_asked(probabilities: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """The share of volunteers who are asked each answer's question, (N, columns).

    `probabilities` is (N, columns), weighted as the tree's columns are.
    """
    by_question = [
        np.ones(len(probabilities)) if parent is None else probabilities[:, parent]
        for parent in tree.parents
    ]
    answers = [len(question.answers) for question in tree.questions]
    return np.repeat(np.stack(by_question, axis=1), answers, axis=1)


def numbers_of(probabilities: np.ndarray, tree: DecisionTree) -> Numbers:
    """Fractions and joint probabilities of weighted probabilities (N, columns)."""
    shares = share_asked(probabilities, tree)
    empty = np.full_like(probabilities, np.nan)
    fraction = np.divide(probabilities, shares, out=empty, where=shares > 0)
    return Numbers(np.clip(fraction, 0, 1), probabilities)


def difficulty(numbers: Numbers, shares: np.ndarray) -> Numbers:
    """The expected distance of votes from predicted numbers, up to a factor, (N, columns).

    The standard deviation of a share p of n votes is sqrt(p (1 - p) / n). For a fraction, n is in
    proportion to the share of volunteers who are asked its question, `shares` (N, columns).
    """
    spread = Numbers(*(np.sqrt(p * (1 - p) + LEAST_VARIANCE) for p in numbers))
    return Numbers(spread.fraction / np.sqrt(np.maximum(shares, LEAST_ASKED)), spread.joint)


class Intervals:
    """Intervals of the numbers of a tree, fitted to galaxies that no network was trained on."""

    def __init__(self, predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> None:
        """Fit to predictions and labels (n, columns), separately for each answer's two numbers.

        A fraction's residuals are those of galaxies with a vote on its question. They are in two
        bins: at least half of the volunteers would be asked the question, or fewer.
        """
        self.tree = tree
        self.rows = len(predicted)
        shares = share_asked(predicted, tree)
        numbers, truth = numbers_of(predicted, tree), numbers_of(voted, tree)
        scales = difficulty(numbers, shares)
        self.fitted = Numbers(
            *(
                [
                    fitted(kind[:, i], true[:, i], scale[:, i], shares[:, i])
                    for i in range(len(tree.columns))
                ]
                for kind, true, scale in zip(numbers, truth, scales, strict=True)
            )
        )

    def of(self, predicted: np.ndarray) -> Bounds:
        """The intervals of predictions (N, columns). [0, 1] for a fraction nobody is asked."""
        shares = share_asked(predicted, self.tree)
        numbers = numbers_of(predicted, self.tree)
        both = [
            np.stack(
                [
                    ends(one, kind[:, i], scale[:, i], shares[:, i])
                    for i, one in enumerate(regressors)
                ],
                axis=1,
            )
            for regressors, kind, scale in zip(
                self.fitted, numbers, difficulty(numbers, shares), strict=True
            )
        ]
        return Bounds(*(Numbers(*(kind[..., end] for kind in both)) for end in (0, 1)))


def fitted(
    predicted: np.ndarray, voted: np.ndarray, scale: np.ndarray, shares: np.ndarray
) -> "ConformalRegressor":
    """A conformal regressor fitted to the residuals (n,) of one number, where there are votes."""
    from crepes import ConformalRegressor  # slow to import, and most who import this need it not

    known = np.isfinite(voted) & np.isfinite(predicted)
    return ConformalRegressor().fit(
        (voted - predicted)[known], sigmas=scale[known], bins=(shares >= HALF)[known]
    )


def ends(
    regressor: "ConformalRegressor", predicted: np.ndarray, scale: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    """Both ends (N, 2) of one number's intervals; [0, 1] if too few galaxies were fitted."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="the no. of calibration examples is too small")
        intervals = regressor.predict_int(
            predicted,
            sigmas=scale,
            bins=shares >= HALF,
            confidence=PERCENT / 100,
            y_min=0.0,
            y_max=1.0,
        )
    known_bins = np.isin(shares >= HALF, regressor.binned_alphas[0]) & np.isfinite(predicted)
    return np.where(known_bins[:, None], intervals, [0.0, 1.0])
