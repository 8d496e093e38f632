"""Intervals of votes by a network's own distributions: their ends, and how often they hold."""

import numpy as np
import pytest
from scipy.stats import betabinom

from galaxyzoo.calibration.dirichlet_intervals import (
    beta_binomial_quantiles,
    dirichlet_intervals,
    dirichlet_scores,
)
from galaxyzoo.tree.decision_tree import tree_from

# Two questions: the second is asked of those who give the first answer.
TREE = tree_from(
    [
        {"answers": [{"column": "a"}, {"column": "b"}]},
        {"answers": [{"column": "c"}, {"column": "d"}, {"column": "e"}], "parent": "a"},
    ]
)
NAN = float("nan")


def crowds(galaxies: int, sure: float, seed: int = 0):
    """Predictions, dispersions, and votes of crowds that scatter about the predictions so."""
    rng = np.random.default_rng(seed)
    volunteers = rng.integers(5, 60, galaxies)
    shares = [rng.dirichlet(np.ones(len(q.answers)), galaxies) for q in TREE.questions]
    votes, asked = [], volunteers
    for share in shares:
        chances = [rng.dirichlet(sure * one + 1e-9) for one in share]
        votes.append([rng.multinomial(n, one) for n, one in zip(asked, chances, strict=True)])
        asked = np.array(votes[0])[:, 0]
    dispersion = np.full((galaxies, 2), 1 / (1 + sure))
    return np.hstack(TREE.weighted(shares)), dispersion, np.hstack(votes).astype(float)


def test_quantiles_are_scipys():
    rng = np.random.default_rng(0)
    volunteers, chance = rng.integers(1, 80, 200), rng.uniform(1e-6, 1 - 1e-6, 200)
    sure = np.exp(rng.uniform(-3, 8, 200))
    low, high = beta_binomial_quantiles(volunteers.astype(float), chance, sure)
    own = betabinom(volunteers, chance * sure, (1 - chance) * sure)
    np.testing.assert_array_equal(low, own.ppf(0.05))
    np.testing.assert_array_equal(high, own.ppf(0.95))


@pytest.mark.parametrize("sure", [3.0, 100.0])
def test_intervals_hold_where_the_network_is_as_sure_as_the_crowds_are_alike(sure):
    scores = dirichlet_scores(*crowds(3000, sure), TREE)
    low, high = scores["coverage_interval"]
    # At least 90 %, and more by what whole numbers leave over; the bounds are of 3,000 galaxies.
    assert 0.895 < low <= scores["coverage"] <= high < 0.97


def test_a_network_that_is_too_sure_has_narrower_intervals_that_hold_less_often():
    predicted, dispersion, votes = crowds(1000, 10.0)
    right, wrong = (
        dirichlet_scores(predicted, d, votes, TREE) for d in (dispersion, dispersion / 9)
    )
    assert wrong["width"] < right["width"]
    assert wrong["coverage"] < 0.88 < right["coverage"]


def test_where_votes_are_unknown_or_none_there_is_no_interval():
    predicted = np.tile([0.5, 0.5, 0.25, 0.25, 0.0], (3, 1))
    votes = np.array([[4, 4, 2.0, 2, 0], [8, 0, NAN, 1, 2], [0, 7, 0, 0, 0]])
    ends = dirichlet_intervals(predicted, np.full((3, 2), 0.1), votes, TREE)
    known = [[True, True, True, True, True], [True, True] + 3 * [False], [True, True] + 3 * [False]]
    np.testing.assert_array_equal(np.isfinite(ends.fewest), known)
    np.testing.assert_array_equal(np.isfinite(ends.most), known)
    nothing = dirichlet_scores(predicted, np.full((3, 2), 0.1), np.full((3, 5), NAN), TREE)
    assert nothing == {"coverage": None, "coverage_interval": [None, None], "width": None}
