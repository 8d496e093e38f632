"""Intervals of single predictions: what they promise, and whether it is kept."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.calibration.calibration import (
    fitted_calibration,
    read_calibration,
    recalibrated,
    write_calibration,
)
from galaxyzoo.calibration.coverage import (
    coverage_by_number,
    coverage_by_property,
    coverage_scores,
    coverage_table,
    covered,
    in_main_questions,
    mean_coverage,
)
from galaxyzoo.calibration.intervals import (
    filled_edges,
    fitted_intervals,
    numbers_of,
    quantiles,
    share_asked,
)
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import tree_from
from trees import GALAXY_ZOO_2, NUMBER_TREE

# Two questions: the second is asked of those who give the first answer.
TREE = tree_from(
    [
        {"answers": [{"column": "a"}, {"column": "b"}]},
        {"answers": [{"column": "c"}, {"column": "d"}], "parent": "a"},
    ]
)


def predictions_and_votes(galaxies, tree=GALAXY_ZOO_2, seed=0, volunteers=40):
    """Random probabilities, and votes drawn from them by as many volunteers as are asked."""
    rng = np.random.default_rng(seed)
    shares = [rng.dirichlet(np.full(len(q.answers), 0.7), galaxies) for q in tree.questions]
    predicted = np.concatenate(tree.weighted(shares), axis=1)
    votes = [
        np.stack([rng.multinomial(volunteers, one) for one in share]) / volunteers
        for share in shares
    ]
    return predicted, np.concatenate(tree.weighted(votes), axis=1)


def test_a_fraction_is_of_those_who_are_asked():
    probabilities = np.array([[0.8, 0.2, 0.2, 0.6], [0.0, 1.0, 0.0, 0.0]])
    np.testing.assert_allclose(share_asked(probabilities, TREE)[0], [1, 1, 0.8, 0.8])
    fraction, joint = numbers_of(probabilities, TREE)
    np.testing.assert_allclose(fraction, [[0.8, 0.2, 0.25, 0.75], [0, 1, np.nan, np.nan]])
    np.testing.assert_array_equal(joint, probabilities)


@pytest.mark.parametrize("kind", ["fraction", "joint"])
def test_intervals_hold_as_often_as_promised(kind):
    predicted, voted = predictions_and_votes(3000)
    intervals = fitted_intervals(predicted[:1500], voted[:1500], GALAXY_ZOO_2)
    held = covered(intervals.of(predicted[1500:], GALAXY_ZOO_2), voted[1500:], GALAXY_ZOO_2)
    table = coverage_table(held, GALAXY_ZOO_2)
    table = table[table["kind"] == kind]
    # 1,500 to calibrate and 1,500 to test: a standard deviation of sqrt(2) * 0.9 %, for 37 answers.
    assert table["coverage"].mean() == pytest.approx(0.9, abs=0.006)
    assert table["coverage"].between(0.855, 0.945).all()


def test_intervals_are_wide_where_few_are_asked_and_where_votes_scatter():
    predicted, voted = predictions_and_votes(2000, TREE)
    given = np.array([[0.9, 0.1, 0.45, 0.45], [0.6, 0.4, 0.3, 0.3], [0.9, 0.1, 0.88, 0.02]])
    bounds = fitted_intervals(predicted, voted, TREE).of(given, TREE)
    width = bounds.upper.fraction - bounds.lower.fraction
    assert width[1, 2] > 1.1 * width[0, 2]  # of the same fraction, of fewer
    assert width[2, 2] < 0.8 * width[0, 2]
    assert (bounds.lower.joint >= 0).all()
    assert (bounds.upper.joint <= 1).all()
    assert (bounds.upper.fraction >= bounds.lower.fraction).all()


def test_what_nobody_would_be_asked_can_be_anything():
    predicted, voted = predictions_and_votes(500, TREE)
    nobody = np.array([[0.0, 1.0, 0.0, 0.0]])
    bounds = fitted_intervals(predicted, voted, TREE).of(nobody, TREE)
    assert (bounds.lower.fraction[0, 2:] == 0).all()
    assert (bounds.upper.fraction[0, 2:] == 1).all()


def test_nine_galaxies_are_too_few_to_promise_anything():
    predicted, voted = predictions_and_votes(8, NUMBER_TREE)
    bounds = fitted_intervals(predicted, voted, NUMBER_TREE).of(predicted, NUMBER_TREE)
    assert (bounds.lower.joint == 0).all()
    assert (bounds.upper.joint == 1).all()
    none = fitted_intervals(predicted[:0], voted[:0], NUMBER_TREE).of(predicted, NUMBER_TREE)
    assert (none.upper.fraction - none.lower.fraction == 1).all()


def a_calibration(tree=TREE, galaxies=200):
    """A calibration that recalibrates, and the timid predictions it was fitted to."""
    predicted, voted = predictions_and_votes(galaxies, tree)
    timid = (predicted + predicted.mean(axis=0)) / 2
    return fitted_calibration(timid, voted, np.arange(galaxies), tree), timid


@pytest.mark.parametrize("galaxies", [200, 5])
def test_the_calibration_is_read_as_it_was_written(tmp_path, galaxies):
    expected, timid = a_calibration(galaxies=galaxies)
    path = tmp_path / "calibration.json"
    write_calibration(expected, path)
    found = read_calibration(path, TREE)
    assert found.intervals.rows == galaxies
    assert found.recalibration[:3] == expected.recalibration[:3]
    assert found.recalibration.helps == (galaxies == 200)
    for ours, theirs in zip(found.of(timid)[1], expected.of(timid)[1], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(found.of(timid)[0], expected.of(timid)[0])


def test_a_calibration_of_another_experiment_or_tree_or_half_of_one_is_refused(tmp_path):
    path = tmp_path / "mine" / "calibration.json"
    path.parent.mkdir()
    write_calibration(a_calibration()[0], path)
    with pytest.raises(InputError, match="of another decision tree"):
        read_calibration(path, GALAXY_ZOO_2)
    other = tmp_path / "other"
    path.parent.rename(other)
    with pytest.raises(InputError, match=r"mine/calibration\.json under another name"):
        read_calibration(other / "calibration.json", TREE)
    text = (other / "calibration.json").read_text(encoding="utf-8")
    for broken in (text[: len(text) // 2], text.replace('"edges"', '"hedges"'), "[]", "{}"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(broken, encoding="utf-8")
        with pytest.raises(InputError, match="delete it and run this again"):
            read_calibration(path, TREE)


def errant(probabilities, tree, seed):
    """Probabilities whose shares are off by a factor of about 2, and so more in the middle."""
    rng = np.random.default_rng(seed)
    shares = []
    for i, columns in enumerate(tree.slices):
        asked = tree.share_asked(probabilities, i)[:, None]
        share = (probabilities[:, columns] / asked).clip(1e-3)
        share *= np.exp(rng.normal(0, 0.7, share.shape))
        shares.append(share / share.sum(axis=1, keepdims=True))
    return np.concatenate(tree.weighted(shares), axis=1)


@pytest.mark.parametrize("kind", ["fraction", "joint"])
def test_the_promise_is_kept_by_predicted_number_too(kind):
    kept = []
    for seed in range(20):
        truth, voted = predictions_and_votes(1200, seed=seed)
        predicted = errant(truth, GALAXY_ZOO_2, seed)
        intervals = fitted_intervals(predicted[:600], voted[:600], GALAXY_ZOO_2)
        bounds = intervals.of(predicted[600:], GALAXY_ZOO_2)
        held = covered(bounds, voted[600:], GALAXY_ZOO_2)
        kept.append(coverage_by_number(held, predicted[600:], GALAXY_ZOO_2))
    table = pd.concat(kept)
    table = table[table["kind"] == kind].groupby("lowest")["coverage"].mean()
    assert len(table) == 7
    # Means of 20 draws; without the factors of bins they reach from 0.84 (0.82 of joint) to 0.94.
    assert table.between(0.885, 0.915).all(), table


def test_the_interval_of_coverage_by_number_takes_a_galaxy_for_one_draw():
    predicted, voted = predictions_and_votes(400, TREE)
    held = covered(fitted_intervals(predicted, voted, TREE).of(predicted, TREE), voted, TREE)
    table = coverage_by_number(held, predicted, TREE)
    row = table[(table["kind"] == "joint") & (table["lowest"] == 0.3)].iloc[0]
    inside = (predicted >= 0.3) & (predicted < 0.5)
    counts, holds = inside.sum(1), (held.holds.joint * inside).sum(1)
    coverage = holds.sum() / counts.sum()
    # The jackknife over galaxies is another way to the standard error of a ratio.
    left_out = (holds.sum() - holds) / (counts.sum() - counts)
    galaxies = (counts > 0).sum()
    left_out = left_out[counts > 0]
    error = np.sqrt((galaxies - 1) / galaxies * ((left_out - left_out.mean()) ** 2).sum())
    assert row["coverage"] == pytest.approx(coverage)
    assert row["coverage_high"] - coverage == pytest.approx(1.97 * error, rel=0.03)


def test_a_table_is_recalibrated_and_keeps_its_other_columns():
    calibration, timid = a_calibration()
    _, voted = predictions_and_votes(200, TREE)
    columns = list(TREE.columns)
    table = pd.DataFrame(timid, columns=columns).assign(GalaxyID=range(7, 207))
    better = recalibrated(table, calibration)
    assert better["GalaxyID"].tolist() == list(range(7, 207))
    assert rmse(better[columns].to_numpy(), voted) < rmse(timid, voted)
    np.testing.assert_array_equal(table[columns], timid)  # the table given is as it was


def test_intervals_of_recalibrated_predictions_hold_as_often_as_promised():
    predicted, voted = predictions_and_votes(3000)
    timid = (predicted + predicted.mean(axis=0)) / 2
    found = fitted_calibration(timid[:1500], voted[:1500], np.arange(1500), GALAXY_ZOO_2)
    assert found.recalibration.helps
    table = coverage_table(
        covered(found.of(timid[1500:])[1], voted[1500:], GALAXY_ZOO_2), GALAXY_ZOO_2
    )
    # As above, and what the functions learnt of 1,500 galaxies is a little off.
    assert table["coverage"].mean() == pytest.approx(0.9, abs=0.008)


def test_coverage_counts_only_galaxies_with_a_vote_on_the_question():
    voted = np.array([[0.8, 0.2, 0.8, 0.0], [0.0, 1.0, 0.0, 0.0]])
    predicted, calibration_votes = predictions_and_votes(300, TREE)
    intervals = fitted_intervals(predicted, calibration_votes, TREE)
    held = covered(intervals.of(voted, TREE), voted, TREE)
    table = coverage_table(held, TREE).set_index(["kind", "column"])
    assert table.loc[("fraction", "c"), "galaxies"] == 1
    assert table.loc[("joint", "c"), "galaxies"] == 2
    assert table.loc[("joint", "c"), "zero_votes"] == 0.5
    assert (table["coverage"] == 1).all()
    # Wilson's interval of 2 of 2 at 95 %: from 2 / (2 + 1.96 ** 2) to 1.
    assert table.loc[("joint", "a"), "coverage_low"] == pytest.approx(0.34238, abs=1e-4)


def test_the_mean_coverage_gives_each_answer_the_same_weight():
    holds = np.array([[1, 1.0], [0, np.nan], [0, np.nan], [1, np.nan]])
    assert mean_coverage(holds) == pytest.approx((0.5 + 1) / 2)


def test_scores_tell_of_the_bag_and_of_each_network():
    predicted, voted = predictions_and_votes(1200)
    noise = np.random.default_rng(5).normal(0, 0.05, voted.shape)
    single = GALAXY_ZOO_2.nearest_consistent(predicted + noise)
    calibration = fitted_calibration(single[:600], voted[:600], np.arange(600), GALAXY_ZOO_2)
    scores = coverage_scores(calibration, predicted[600:], {0: single[600:]}, voted[600:])
    for kind in ("fraction", "joint"):
        one = scores[kind]
        assert one["coverage_of_networks"][0] == pytest.approx(0.9, abs=0.02)
        assert one["coverage"] > one["coverage_of_networks"][0] + 0.01  # it errs less
        low, high = one["coverage_interval"]
        assert low < one["coverage"] < high < low + 0.03
    assert scores["calibration_rows"] == 600


def test_coverage_by_property_is_over_bins_of_equal_numbers():
    predicted, voted = predictions_and_votes(400)
    intervals = fitted_intervals(predicted[:200], voted[:200], GALAXY_ZOO_2)
    held = covered(intervals.of(predicted[200:], GALAXY_ZOO_2), voted[200:], GALAXY_ZOO_2)
    table = coverage_by_property({"agreement": np.arange(200.0)}, held, GALAXY_ZOO_2)
    assert table["galaxies"].tolist() == [50] * 4 * 2
    assert table["lowest"].tolist() == [0, 50, 100, 150] * 2
    both = (table["coverage_low"] < table["coverage"]) & (
        table["coverage"] < table["coverage_high"]
    )
    assert both.all()


def test_the_main_questions_are_those_that_most_are_asked():
    main = np.array(GALAXY_ZOO_2.columns)[in_main_questions(GALAXY_ZOO_2)]
    assert {column.split(".")[0] for column in main} == {
        *("Class1", "Class2", "Class3", "Class4", "Class6", "Class7"),
    }
    assert in_main_questions(TREE).all()


def with_gaps(voted):
    """Votes of which those on the second question of TREE are missing for every third galaxy."""
    found = voted.copy()
    found[::3, 2:] = np.nan
    return found


def test_intervals_are_fitted_to_known_votes_and_coverage_counts_these():
    predicted, voted = predictions_and_votes(900, TREE)
    given = with_gaps(voted)
    intervals = fitted_intervals(predicted, given, TREE)
    held = covered(intervals.of(predicted, TREE), given, TREE)
    table = coverage_table(held, TREE).set_index(["kind", "column"])
    assert table.loc[("joint", "a"), "galaxies"] == 900
    assert table.loc[("joint", "c"), "galaxies"] == 600
    assert table["coverage"].between(0.87, 0.93).all()
    by_number = coverage_by_number(held, predicted, TREE)
    assert by_number[by_number["kind"] == "joint"]["numbers"].sum() == 2 * 900 + 2 * 600


def test_an_answer_that_nobody_voted_on_can_be_anything_and_has_no_coverage():
    predicted, voted = predictions_and_votes(300, TREE)
    voted[:, 2:] = np.nan
    calibration = fitted_calibration(predicted, voted, np.arange(300), TREE)
    bounds = calibration.intervals.of(predicted, TREE)
    assert (bounds.lower.joint[:, 2:] == 0).all()
    assert (bounds.upper.joint[:, 2:] == 1).all()
    assert np.isfinite(bounds.lower.joint[:, :2]).all()
    table = coverage_table(covered(bounds, voted, TREE), TREE).set_index(["kind", "column"])
    assert table.loc[("joint", "c"), "galaxies"] == 0
    scores = coverage_scores(calibration, predicted, {0: predicted}, voted)
    expected = table.loc[[("joint", "a"), ("joint", "b")], "coverage"].mean()
    assert scores["joint"]["coverage"] == pytest.approx(expected)
    voted[:, :] = np.nan
    scores = coverage_scores(calibration, predicted, {0: predicted}, voted)
    assert scores["joint"]["coverage"] is None
    assert scores["joint"]["coverage_interval"] == [None, None]


def test_coverage_by_property_leaves_out_galaxies_without_a_vote_on_the_main_questions():
    predicted, voted = predictions_and_votes(120, TREE)
    voted[:20] = np.nan
    held = covered(fitted_intervals(predicted, voted, TREE).of(predicted, TREE), voted, TREE)
    table = coverage_by_property({"size": np.arange(120.0)}, held, TREE)
    assert table["galaxies"].tolist() == [50] * 4
    assert table["lowest"].min() == 20
    assert np.isfinite(table.drop(columns=["kind", "property"])).all(axis=None)


def test_the_ends_of_a_coverage_are_shares():
    predicted, voted = predictions_and_votes(12, TREE)
    voted[0, :2] = [0, 1]  # one galaxy far from what was predicted
    predicted[0, :2] = [1, 0]
    held = covered(fitted_intervals(predicted, voted, TREE).of(predicted, TREE), voted, TREE)
    for table in (
        coverage_by_property({"size": np.arange(12.0)}, held, TREE),
        coverage_by_number(held, predicted, TREE),
    ):
        assert table["coverage_high"].max() == 1
        assert table["coverage_low"].min() >= 0


def test_each_bin_of_numbers_holds_at_least_fifty():
    numbers = np.repeat([0.1, 0.2, 0.4, 0.6, 0.8, 0.9], [60, 20, 40, 200, 10, 50])
    edges = filled_edges(numbers)
    # By hand: 60; 20 and 40 together; 200; 10 and 50 together.
    assert edges.tolist() == [0.15, 0.5, 0.7]


def test_nine_values_are_enough_for_a_conformal_quantile_of_90_percent_and_eight_are_not():
    # The rank of 90 % of 9 + 1 is 9, the largest of them; that of 8 + 1 rounds up to 9 as well.
    values = np.concatenate([np.linspace(0.1, 0.9, 9), np.linspace(0.1, 0.8, 8)])
    found = quantiles(values, np.repeat([0, 1], [9, 8]), 2)
    np.testing.assert_allclose(found, [0.9, np.inf])
