"""Coverage over repeated splits is of galaxies that the calibration was not fitted to."""

import numpy as np

from galaxyzoo.calibration.repeated_splits import coverage_over_splits
from galaxyzoo.tree.decision_tree import tree_from

TREE = tree_from([{"text": "Is it red?", "answers": [{"column": "red"}, {"column": "blue"}]}])


def rows(seed=0, galaxies=400):
    """Two rows a galaxy, whose errors are nearly the same, so that one tells of the other."""
    rng = np.random.default_rng(seed)
    red = rng.uniform(0.3, 0.7, galaxies)
    voted = (red + rng.normal(0, 0.1, galaxies)).clip(0, 1)
    both = [np.repeat(np.stack([one, 1 - one], axis=1), 2, axis=0) for one in (red, voted)]
    return *both, np.repeat(np.arange(galaxies), 2)


def test_intervals_hold_in_the_mean_over_splits():
    predicted, voted, ids = rows()
    table = coverage_over_splits(predicted, voted, ids, {"any": predicted}, 300, 8, TREE)
    joint = table[(table["kind"] == "joint") & (table["numbers"] > 50)]
    assert {0.3, 0.5} <= set(joint["lowest"])
    assert joint["coverage"].between(0.87, 0.93).all()  # 8 draws of 250 galaxies
    # One row of each galaxy that is not among the 150 of calibration, with two numbers.
    assert 450 < joint["numbers"].sum() <= 2 * 250


def test_rows_without_a_published_prediction_are_not_tested():
    predicted, voted, ids = rows()
    published = predicted.copy()
    published[200:] = np.nan  # of 300 of the 400 galaxies
    table = coverage_over_splits(predicted, voted, ids, {"few": published}, 300, 3, TREE)
    assert table[table["kind"] == "joint"]["numbers"].sum() < 2 * 100
