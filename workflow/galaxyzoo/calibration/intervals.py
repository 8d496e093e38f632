"""Conformal intervals of single predictions, fitted to validation galaxies.

For PERCENT of new galaxies, the interval holds the crowd's vote, provided that these galaxies are
like those of validation. This is a promise about many galaxies, not about each: rare kinds of
galaxies may be covered less.

A residual is divided by the expected scatter of votes (`difficulty`), so that intervals are wide
where votes scatter. How many of these an interval reaches to either side is fitted so that the
promise is kept in overlapping groups: for each answer, and for all answers together in each bin of
the predicted number (multivalid conformal prediction: Jung, Noarov, Ramalingam & Roth 2023, ICLR).
An interval's reach is the product of a factor of its answer and of one of its bin.

Two numbers are published for each answer: its fraction, the share of the votes on its own question,
and its joint probability, weighted by the answers that lead to the question.
"""

from typing import NamedTuple

import numpy as np

from galaxyzoo.tree.decision_tree import DecisionTree

PERCENT = 90
# Added to p (1 - p), so that a predicted 0 or 1 has a width too: as of 1 % or 99 %.
LEAST_VARIANCE = 0.01
LEAST_ASKED = 0.01
HALF = 0.5  # of the volunteers; where fewer would be asked a question, galaxies are a group apart
EDGES = (0.05, 0.15, 0.3, 0.5, 0.7, 0.85)  # of the bins of predicted numbers
FEWEST = 50  # numbers in a bin; a bin with fewer is joined to the next
LEAST_FOR_A_QUANTILE = 9  # galaxies, of which the largest residual is then the quantile
SHORTEST = 1e-6  # reach, where all residuals are 0
ROUNDS = 20  # of fitting the factors of answers and of bins in turn; they settle within a few


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
    by_question = [tree.share_asked(probabilities, i) for i in range(len(tree.questions))]
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


class Reach(NamedTuple):
    """How many difficulties the intervals of one kind of number reach, as a product of factors.

    `of_answers` (2, columns): where fewer than half of the volunteers would be asked the question,
    and where at least half would be; infinite where too few galaxies were fitted. `of_bins` (bins,)
    are those of predicted numbers, and `edges` (bins - 1,) lie between these.
    """

    of_answers: np.ndarray
    of_bins: np.ndarray
    edges: np.ndarray

    def of(self, predicted: np.ndarray, shares: np.ndarray) -> np.ndarray:
        """The reach (N, columns) of predicted numbers (N, columns)."""
        asked = self.of_answers[groups_asked(shares), np.arange(predicted.shape[1])]
        return asked * self.of_bins[np.searchsorted(self.edges, predicted, side="right")]


class Intervals(NamedTuple):
    """Intervals of the numbers of a tree: the reach of both kinds, and the rows fitted to."""

    fraction: Reach
    joint: Reach
    rows: int

    def of(self, probabilities: np.ndarray, tree: DecisionTree) -> Bounds:
        """The intervals of predictions (N, columns). [0, 1] for a fraction nobody is asked."""
        shares, numbers = share_asked(probabilities, tree), numbers_of(probabilities, tree)
        lower, upper = [], []
        for reach, kind, scale in zip(self[:2], numbers, difficulty(numbers, shares), strict=True):
            known = np.isfinite(kind)
            middle = np.where(known, kind, 0.5)
            far = np.where(known, reach.of(middle, shares) * np.where(known, scale, 1), np.inf)
            lower.append(np.maximum(middle - far, 0))
            upper.append(np.minimum(middle + far, 1))
        return Bounds(Numbers(*lower), Numbers(*upper))


def groups_asked(shares: np.ndarray) -> np.ndarray:
    """1 where at least half of the volunteers would be asked a question, and 0 where fewer."""
    return (shares >= HALF).astype(int)


def filled_edges(predicted: np.ndarray) -> np.ndarray:
    """The EDGES that leave at least FEWEST of the predicted numbers (n,) in each bin."""
    kept, last = [], 0
    for edge, below in zip(EDGES, np.searchsorted(np.sort(predicted), EDGES), strict=True):
        if below - last >= FEWEST and len(predicted) - below >= FEWEST:
            kept.append(edge)
            last = below
    return np.array(kept)


def fitted_intervals(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> Intervals:
    """Intervals fitted to predictions and labels (n, columns) of galaxies no network learnt.

    The residuals of a fraction are those of galaxies with a vote on its question.
    """
    shares = share_asked(predicted, tree)
    numbers, truth = numbers_of(predicted, tree), numbers_of(voted, tree)
    reaches = [
        fitted_reach(np.abs(true - kind) / scale, kind, shares)
        for kind, true, scale in zip(numbers, truth, difficulty(numbers, shares), strict=True)
    ]
    return Intervals(*reaches, rows=len(predicted))


def fitted_reach(scores: np.ndarray, predicted: np.ndarray, shares: np.ndarray) -> Reach:
    """The reach that holds PERCENT of the scores of each answer, and of each bin of numbers.

    `scores` (n, columns) are residuals in difficulties, NaN where there is no vote. The factors of
    one grouping are the quantiles of the scores over those of the other, in turn, until both hold.
    """
    columns = scores.shape[1]
    groups = np.arange(columns) + columns * groups_asked(shares)
    known = np.isfinite(scores)
    known &= (np.bincount(groups[known], minlength=2 * columns) >= LEAST_FOR_A_QUANTILE)[groups]
    answer, values = groups[known], scores[known]
    edges = filled_edges(predicted[known])
    number = np.searchsorted(edges, predicted[known], side="right")
    of_bins = np.ones(len(edges) + 1)
    for _ in range(ROUNDS):
        of_answers = quantiles(values / of_bins[number], answer, 2 * columns)
        before, of_bins = of_bins, quantiles(values / of_answers[answer], number, len(of_bins))
        if np.allclose(of_bins, before, rtol=1e-3):
            break
    of_answers = quantiles(values / of_bins[number], answer, 2 * columns)
    return Reach(of_answers.reshape(2, columns), of_bins, edges)


def quantiles(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """The conformal quantile of the values (n,) in each of the groups, numbered from 0 on.

    It is the value of rank PERCENT % of n + 1 (Vovk, Gammerman & Shafer 2005, Algorithmic Learning
    in a Random World, section 2.2); infinite if there are too few for one.
    """
    order = np.lexsort((values, group))
    counts = np.bincount(group, minlength=groups)
    ranks = np.ceil((counts + 1) * PERCENT / 100).astype(int)
    found = np.full(groups, np.inf)
    enough = ranks <= counts
    first = np.cumsum(counts) - counts
    found[enough] = np.maximum(values[order][(first + ranks - 1)[enough]], SHORTEST)
    return found
