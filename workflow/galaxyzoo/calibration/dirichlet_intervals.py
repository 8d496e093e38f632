"""Intervals of the votes by a network's own Dirichlet distributions, with their coverage.

A network that was trained with `loss: dirichlet_multinomial` tells how sure it is of each
question's chances. Given the number of votes on a question, the votes for an answer are then
beta-binomial. These intervals are of an answer's fraction alone, its share of the votes on its own
question: multiplied down the tree, the distribution is no beta-binomial any more. Nothing is fitted
to validation galaxies, and nothing promises that they hold.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaln, gammaln

from galaxyzoo.calibration.coverage import (
    in_main_questions,
    mean_coverage,
    number_or_none,
    resampled_coverage,
)
from galaxyzoo.calibration.intervals import PERCENT, numbers_of
from galaxyzoo.evaluation.bootstrap import percentile_interval
from galaxyzoo.tree.decision_tree import DecisionTree
from galaxyzoo.tree.vote_columns import asked_of

SMALLEST = 1e-6  # chance or dispersion; with one of 0 or 1, all votes would be certain


class Votes(NamedTuple):
    """The fewest and the most votes (N, columns) float64 in an interval; NaN without a vote."""

    fewest: np.ndarray
    most: np.ndarray


def dirichlet_intervals(
    predicted: np.ndarray, dispersion: np.ndarray, votes: np.ndarray, tree: DecisionTree
) -> Votes:
    """The central intervals of PERCENT for each answer's votes, given those on its question.

    `predicted` (N, columns) are weighted probabilities, `dispersion` (N, questions) is what the
    variance of a chance p is in p (1 - p), in (0, 1), and `votes` (N, columns) are the counted
    votes. An interval goes from the 5 % to the 95 % quantile of the beta-binomial distribution;
    since votes are whole numbers, it holds more than PERCENT of the distribution.
    """
    chances = np.clip(numbers_of(predicted, tree).fraction, SMALLEST, 1 - SMALLEST)
    asked = asked_of(votes, tree)
    sure = 1 / np.clip(dispersion, SMALLEST, 1 - SMALLEST) - 1
    fewest, most = np.full(votes.shape, np.nan), np.full(votes.shape, np.nan)
    for question, columns in enumerate(tree.slices):
        for column in range(columns.start, columns.stop):
            known = (asked[:, column] > 0) & np.isfinite(chances[:, column])
            fewest[known, column], most[known, column] = beta_binomial_quantiles(
                asked[known, column], chances[known, column], sure[known, question]
            )
    return Votes(fewest, most)


def beta_binomial_quantiles(
    volunteers: np.ndarray, chance: np.ndarray, sure: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The quantiles at both ends of PERCENT of beta-binomial votes: two arrays (n,).

    Of each galaxy, `volunteers` (n,) whole, at least 1, vote with a chance whose mean is `chance`
    (n,) in (0, 1), and whose Beta distribution has the parameters chance x sure and (1 - chance) x
    sure. A quantile is the fewest votes whose cumulative probability is at least that of the end.
    """
    if not len(volunteers):
        return volunteers, volunteers
    total, one, other = (v[:, None] for v in (volunteers, chance * sure, (1 - chance) * sure))
    count = np.arange(volunteers.max() + 1)[None]
    possible = count <= total
    left = np.where(possible, total - count, 0)
    choices = gammaln(total + 1) - gammaln(count + 1) - gammaln(left + 1)
    logs = choices + betaln(count + one, left + other) - betaln(one, other)
    cumulative = np.cumsum(np.where(possible, np.exp(logs), 0), axis=1)
    cumulative /= cumulative[:, -1:]  # 1 but for rounding
    ends = (0.5 - PERCENT / 200, 0.5 + PERCENT / 200)
    low, high = ((cumulative < end).sum(axis=1).astype(float) for end in ends)
    return low, high


def dirichlet_scores(
    predicted: np.ndarray, dispersion: np.ndarray, votes: np.ndarray, tree: DecisionTree
) -> dict[str, Any]:
    """Coverage and width of these intervals, as in metrics.json beside the conformal ones.

    The arguments are those of `dirichlet_intervals`. `coverage` is the mean over the answers of the
    main questions of how often the interval holds the votes, with its bootstrap interval over
    galaxies, and `width` the mean width as a share of the votes. None without a vote.
    """
    ends = dirichlet_intervals(predicted, dispersion, votes, tree)
    main = in_main_questions(tree)
    known = np.isfinite(ends.fewest)
    holds = np.where(known, (votes >= ends.fewest) & (votes <= ends.most), np.nan)[:, main]
    asked = np.where(known, asked_of(votes, tree), 1)
    width = ((ends.most - ends.fewest) / asked)[:, main]
    low, high = percentile_interval(resampled_coverage(holds))
    return {
        "coverage": mean_coverage(holds),
        "coverage_interval": [number_or_none(low), number_or_none(high)],
        "width": mean_coverage(width),
    }
