"""Validation galaxies: whose rows are pooled, and the weights that are fitted on them."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.evaluation.validation import (
    Validation,
    fitted_weights,
    read_members,
    together,
)
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import write_parquet
from held_out_galaxies import table, votes
from trees import GALAXY_ZOO_2

COLUMNS = 3


def rows(seeds: dict[int, list[int]]) -> pd.MultiIndex:
    """An index of the galaxies that each seed validates on."""
    pairs = [(seed, galaxy) for seed, galaxies in seeds.items() for galaxy in galaxies]
    return pd.MultiIndex.from_tuples(pairs, names=["seed", "GalaxyID"])


def validation(seeds: dict[int, list[int]], noise: float, draw: int) -> Validation:
    """Predictions that miss the votes by so much; votes depend on the galaxy alone."""
    index = rows(seeds)
    galaxies = index.get_level_values(1).to_numpy()
    voted = np.random.default_rng(0).random((1000, COLUMNS))[galaxies]
    miss = np.random.default_rng(draw).normal(0, noise, voted.shape)
    return Validation(index, voted + miss, voted)


def test_each_seed_s_rows_are_scored_and_pooled():
    one = validation({0: [1, 2, 3], 4: [3, 4]}, 0.1, 1)
    scores = one.scores()
    squared = (one.predicted - one.voted) ** 2
    assert scores["rmse"] == pytest.approx(np.sqrt(squared.mean()))
    assert (scores["rows"], scores["galaxies"]) == (5, 4)
    assert scores["seeds"]["0"] == pytest.approx(np.sqrt(squared[:3].mean()))
    assert scores["seeds"]["4"] == pytest.approx(np.sqrt(squared[3:].mean()))


def test_an_ensemble_is_scored_where_no_member_s_network_of_that_seed_was_trained():
    one = validation({0: [1, 2, 3], 1: [4, 5]}, 0.1, 1)
    other = validation({1: [5, 4, 1], 2: [1]}, 0.2, 2)
    both = together({"one": one, "other": other}, {"one": 0.25, "other": 0.75})
    assert both.rows.to_list() == [(1, 4), (1, 5)]
    expected = 0.25 * one.predicted[[3, 4]] + 0.75 * other.predicted[[1, 0]]
    np.testing.assert_allclose(both.predicted, expected)
    np.testing.assert_allclose(both.voted, one.voted[[3, 4]])


def test_members_without_a_galaxy_in_common_have_no_score_and_no_fitted_weights():
    apart = {"one": validation({0: [1]}, 0.1, 1), "other": validation({0: [2]}, 0.1, 2)}
    assert together(apart, {"one": 0.5, "other": 0.5}).scores() is None
    with pytest.raises(InputError, match="one, other: give them the same seeds"):
        fitted_weights(apart)


def test_fitted_weights_have_the_lowest_error_of_all():
    seeds = {0: list(range(300)), 1: list(range(200, 500))}
    members = {
        "good": validation(seeds, 0.1, 1),
        "fair": validation(seeds, 0.15, 2),
        "bad": validation(seeds, 0.5, 3),
    }
    weights = fitted_weights(members)
    assert list(weights) == list(members)
    assert sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= 0
    best = together(members, weights).scores()["rmse"]
    rng = np.random.default_rng(0)
    for drawn in rng.dirichlet(np.ones(3), 300):
        other = together(members, dict(zip(members, drawn, strict=True))).scores()["rmse"]
        assert best <= other + 1e-9
    # Errors are independent, so the best weights go as the inverse of the squared error.
    inverse = 1 / np.array([0.1, 0.15, 0.5]) ** 2
    np.testing.assert_allclose(list(weights.values()), inverse / inverse.sum(), atol=0.05)


def test_a_member_that_only_makes_things_worse_gets_no_weight():
    seeds = {0: list(range(400))}
    good = validation(seeds, 0.1, 1)
    worse = good._replace(predicted=good.voted + 3 * (good.predicted - good.voted))
    weights = fitted_weights({"worse": worse, "good": good})
    assert weights["worse"] == 0
    assert weights["good"] == pytest.approx(1)


def test_members_that_agree_share_their_weight():
    good = validation({0: list(range(400))}, 0.1, 1)
    assert fitted_weights({"one": good, "other": good}) == pytest.approx({"one": 0.5, "other": 0.5})


def test_predictions_are_read_member_by_member_and_matched_with_the_survey(tmp_path):
    survey = table(votes(6), np.arange(6) + 10)
    predicted = {name: votes(2, seed) for seed, name in enumerate(("a0", "a1", "b1"), 1)}
    for name, values in predicted.items():
        write_parquet(table(values, [14, 11]), tmp_path / name)
    paths = [tmp_path / name for name in predicted]
    members = read_members({"a": [0, 1], "b": [1]}, paths, survey, GALAXY_ZOO_2)
    assert members["a"].rows.to_list() == [(0, 14), (0, 11), (1, 14), (1, 11)]
    assert members["b"].rows.to_list() == [(1, 14), (1, 11)]
    np.testing.assert_allclose(members["b"].predicted, predicted["b1"])
    np.testing.assert_allclose(members["b"].voted, votes(6)[[4, 1]])


def test_a_galaxy_of_another_survey_is_refused(tmp_path):
    write_parquet(table(votes(1), [99]), tmp_path / "a0")
    with pytest.raises(InputError, match="a0 does not list each of its galaxies once"):
        read_members({"a": [0]}, [tmp_path / "a0"], table(votes(3), [1, 2, 3]), GALAXY_ZOO_2)
