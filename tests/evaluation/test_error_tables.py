"""The numbers behind the figures of errors, calibration, averaging and costs."""

import numpy as np
import pytest

from galaxyzoo.evaluation.averaging import MOST_SUBSETS, error_by_seeds, error_by_views, subsets
from galaxyzoo.evaluation.error_tables import (
    agreement,
    answer_table,
    density_table,
    error_by_property,
    main_columns,
    question_table,
    small_sample_interval,
)
from galaxyzoo.evaluation.reliability import reliability_table
from galaxyzoo.tree.decision_tree import tree_from
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE


def given(galaxies, columns=37, seed=0):
    return np.random.default_rng(seed).random((galaxies, columns))


def rmse(predicted, voted):
    return np.sqrt(np.mean((predicted - voted) ** 2))


def test_an_answer_s_error_is_over_the_galaxies():
    predicted, voted = given(9, seed=1), given(9, seed=2)
    table = answer_table(predicted, voted, np.full(37, 0.5), GALAXY_ZOO_2)
    assert table["column"].tolist() == list(GALAXY_ZOO_2.columns)
    assert table["rmse"][3] == pytest.approx(rmse(predicted[:, 3], voted[:, 3]))
    assert table["rmse_mean_label"][3] == pytest.approx(rmse(0.5, voted[:, 3]))


def test_a_question_s_error_is_over_its_columns():
    predicted, voted = given(9, seed=1), given(9, seed=2)
    table = question_table(predicted, voted, np.full(37, 0.5), GALAXY_ZOO_2)
    assert table["question"].tolist() == list(range(1, 12))
    assert table["rmse"][1] == pytest.approx(rmse(predicted[:, 3:5], voted[:, 3:5]))
    assert table["rmse_mean_label"][1] == pytest.approx(rmse(0.5, voted[:, 3:5]))


def test_main_columns_show_each_question_before_any_twice():
    assert main_columns(RING_TREE) == ("ring", "inner", "z", "outer", "other")
    many = [
        {"text": "?", "answers": [{"column": f"{q}{k}"} for k in range(3)]}
        for q in "abcdefghijklmn"
    ]
    assert main_columns(tree_from(many)) == tuple(f"{q}0" for q in "abcdefghijkl")
    assert main_columns(GALAXY_ZOO_2)[:3] == ("Class1.1", "Class1.2", "Class7.1")


def test_agreement_is_the_favourite_s_share_weighted_by_who_was_asked():
    # Ring 0.8 of all; of these, inner 0.6, outer 0.2, other 0; and the number 0.3, so no has 0.7.
    voted = np.array([[0.8, 0.2, 0.6, 0.2, 0.0, 0.3]])
    expected = (0.8 + 0.6 + 0.7) / (1 + 0.8 + 1)
    assert agreement(voted, RING_TREE) == pytest.approx([expected])
    assert agreement(np.array([[0.0], [0.5]]), NUMBER_TREE) == pytest.approx([1, 0.5])


def test_bins_of_a_property_hold_each_galaxy_once_in_its_order():
    predicted, voted = given(253, seed=1), given(253, seed=2)
    values = np.random.default_rng(3).permutation(253).astype(float)
    values[:3] = np.nan
    table = error_by_property({"size": values}, predicted, voted, voted.mean(axis=0))
    assert table["galaxies"].tolist() == [50] * 5
    assert (table["lowest"][1:].to_numpy() > table["highest"][:-1].to_numpy()).all()
    inside = (values >= table["lowest"][2]) & (values <= table["highest"][2])
    assert table["rmse"][2] == pytest.approx(rmse(predicted[inside], voted[inside]))
    assert (table["rmse_low"] < table["rmse"]).all()
    assert (table["rmse"] < table["rmse_high"]).all()


@pytest.mark.parametrize(("galaxies", "bins"), [(40, 1), (99, 1), (100, 2), (900, 10)])
def test_there_are_at_most_ten_bins_of_at_least_50_galaxies(galaxies, bins):
    predicted, voted = given(galaxies, seed=1), given(galaxies, seed=2)
    table = error_by_property(
        {"size": np.arange(galaxies, dtype=float)}, predicted, voted, voted.mean(axis=0)
    )
    assert len(table) == bins


@pytest.mark.parametrize("galaxies", [20, 50])
def test_the_interval_of_few_galaxies_holds_as_often_as_it_says(galaxies):
    """Squared errors are skewed; the bootstrap's percentiles hold in 88 to 92 % of such samples."""
    rng, trials = np.random.default_rng(1), 1000
    holds = 0
    for _ in range(trials):
        low, high = small_sample_interval(rng.gamma(2.0, size=galaxies), np.ones(galaxies))
        holds += low <= np.sqrt(2) <= high  # the mean of gamma(2) is 2
    # Binomial: a standard deviation of 0.7 %.
    assert 0.925 <= holds / trials <= 0.965


def test_the_interval_is_student_s_in_the_logarithm():
    low, high = small_sample_interval(np.array([3.0, 6.0, 9.0, 12.0]), np.full(4, 3))
    # A mean of 2.5, its error sqrt(5 / 3) / 2; t for 97.5 % and 3 degrees of freedom is 3.18245.
    factor = np.exp(3.18245 * np.sqrt(5 / 3) / 2 / (2 * 2.5))
    assert (low, high) == pytest.approx((np.sqrt(2.5) / factor, np.sqrt(2.5) * factor), rel=1e-5)


def test_the_interval_of_one_galaxy_is_unknown_and_of_equal_errors_a_point():
    assert np.isnan(small_sample_interval(np.array([0.04]), np.ones(1))).all()
    assert small_sample_interval(np.full(5, 0.04), np.ones(5)) == pytest.approx((0.2, 0.2))
    assert small_sample_interval(np.zeros(5), np.ones(5)) == (0, 0)


def test_densities_count_every_galaxy_of_every_main_answer():
    predicted, voted = given(50, 6, 1), given(50, 6, 2)
    predicted[0], voted[0] = 0, 1
    table = density_table(predicted, voted, RING_TREE)
    assert (table.groupby("column")["galaxies"].sum() == 50).all()
    corner = table[(table["predicted"] == 0) & (table["voted"] == 31 / 32)]
    assert len(corner) == len(main_columns(RING_TREE))
    names = ["column", "answer", "rmse", "voted", "predicted", "galaxies"]  # as the CSV has them
    assert table.columns.tolist() == names


def test_reliable_predictions_have_no_calibration_error_and_offset_ones_have_their_offset():
    predicted = np.tile([0.22, 0.28, 0.55, 1.0], 5)[:, None]
    table = reliability_table(predicted, predicted - 0.1, NUMBER_TREE)
    assert table["galaxies"].tolist() == [10, 5, 5]
    assert table["lowest"].tolist() == pytest.approx([0.2, 0.5, 0.9])  # 1 is in the last bin
    assert table["predicted"].tolist() == pytest.approx([0.25, 0.55, 1.0])
    assert table["calibration_error"].tolist() == pytest.approx([0.1] * 3)
    mixed = predicted + np.tile([0.06, -0.06, 0, 0], 5)[:, None]  # right on average
    assert reliability_table(predicted, mixed, NUMBER_TREE)["calibration_error"][0] < 1e-12


def test_a_calibration_error_is_weighted_by_galaxies():
    predicted = np.array([0.1, 0.1, 0.1, 0.9])[:, None]
    voted = np.array([0.1, 0.1, 0.1, 0.5])[:, None]
    table = reliability_table(predicted, voted, NUMBER_TREE)
    assert table["calibration_error"][0] == pytest.approx(0.4 / 4)


def test_the_error_by_seeds_is_that_of_the_mean_of_each_choice():
    voted, seeds = given(12, 6), [given(12, 6, seed) for seed in (1, 2, 3)]
    table = error_by_seeds(seeds, voted)
    pairs = [rmse((seeds[i] + seeds[j]) / 2, voted) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert table["subsets"].tolist() == [3, 3, 1]
    assert table.loc[1, ["rmse", "lowest", "highest"]].tolist() == pytest.approx(
        [np.mean(pairs), min(pairs), max(pairs)]
    )
    assert table["rmse"][2] == pytest.approx(rmse(np.mean(seeds, axis=0), voted))


def test_too_many_choices_are_drawn_each_once():
    drawn = subsets(20, 10)
    assert len(set(drawn)) == len(drawn) == MOST_SUBSETS
    assert drawn == subsets(20, 10)


def test_the_error_by_views_is_of_each_seed_and_of_their_mean():
    voted = given(8, 6)
    predicted = {seed: {n: given(8, 6, 10 * seed + n) for n in (1, 2)} for seed in (4, 5)}
    table = error_by_views(predicted, voted).set_index(["network", "views"])["rmse"]
    assert table["5", 2] == pytest.approx(rmse(predicted[5][2], voted))
    together = (predicted[4][1] + predicted[5][1]) / 2
    assert table["bag", 1] == pytest.approx(rmse(together, voted))
