"""Votes that nobody gave count nowhere: as if the cells were not there."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.evaluation.averaging import error_by_seeds, error_by_views
from galaxyzoo.evaluation.central_pixel import central_pixel_benchmark
from galaxyzoo.evaluation.confusion import confusion_table, selection_table
from galaxyzoo.evaluation.ensembles import member_scores
from galaxyzoo.evaluation.error_tables import (
    agreement,
    answer_table,
    density_table,
    error_by_property,
    question_table,
)
from galaxyzoo.evaluation.held_out import held_out
from galaxyzoo.evaluation.metrics import column_rmse, question_rmse, rmse, scores
from galaxyzoo.evaluation.rankings import disagreements, galaxy_errors, ranked_galaxies
from galaxyzoo.evaluation.reliability import reliability_table
from galaxyzoo.evaluation.validation import Validation, fitted_weights
from held_out_galaxies import table, votes
from trees import GALAXY_ZOO_2, RING_TREE

GALAXIES = 300
NAN = np.nan
UNKNOWN = 6  # the question without any label
SLICES = GALAXY_ZOO_2.slices


def with_gaps(seed=0) -> np.ndarray:
    """Votes of which a fifth is missing, by question, and all of one question."""
    rng = np.random.default_rng(seed)
    voted = votes(GALAXIES, 2)
    for number, columns in enumerate(SLICES, 1):
        if number != 1:
            voted[rng.random(GALAXIES) < (1 if number == UNKNOWN else 0.2), columns] = NAN
    return voted


@pytest.fixture
def voted():
    return with_gaps()


@pytest.fixture
def predicted():
    return votes(GALAXIES, 1)


def pairs(predicted, voted):
    """All (predicted, voted) of cells that there are."""
    known = np.isfinite(voted)
    return predicted[known], voted[known]


def error(predicted, voted):
    """The root mean square of what there is, by plain arithmetic."""
    ours, theirs = pairs(predicted, voted)
    return np.sqrt(sum((ours - theirs) ** 2) / len(ours))


def test_errors_are_over_the_labels_that_there_are(predicted, voted):
    assert rmse(predicted, voted) == pytest.approx(error(predicted, voted), rel=1e-12)
    by_question = question_rmse(predicted, voted, GALAXY_ZOO_2)
    by_column = column_rmse(predicted, voted)
    for question, columns in zip(GALAXY_ZOO_2.questions, SLICES, strict=True):
        if question.number == UNKNOWN:
            assert by_question[str(UNKNOWN)] is None
            assert np.isnan(by_column[columns]).all()
        else:
            expected = error(predicted[:, columns], voted[:, columns])
            assert by_question[str(question.number)] == pytest.approx(expected)
            expected = [error(predicted[:, [i]], voted[:, [i]]) for i in range(37)[columns]]
            np.testing.assert_allclose(by_column[columns], expected)
    expected = [error(*rows) for rows in zip(predicted, voted, strict=True)]
    np.testing.assert_allclose(galaxy_errors(predicted, voted), expected)


def test_a_prediction_that_is_no_number_is_not_taken_for_a_missing_vote(predicted, voted):
    predicted[0, 0] = NAN
    assert np.isnan(rmse(predicted, voted))


def test_the_scores_are_numbers_or_none(predicted, voted):
    tenths = np.full_like(voted, 0.1)
    train = with_gaps(3)
    train[:, SLICES[UNKNOWN - 1]] = 0.5
    seeds = {0: {"single": predicted, "tta": predicted}}
    found = scores(voted, train, tenths, None, seeds, predicted, GALAXY_ZOO_2)
    assert found["rmse"]["bag"] == pytest.approx(error(predicted, voted))
    mean_label = np.broadcast_to(np.nanmean(train, axis=0), voted.shape)
    assert found["rmse"]["mean_label"] == pytest.approx(error(mean_label, voted))
    assert found["rmse"]["all_zeros"] == pytest.approx(error(0 * voted, voted))
    low, high = found["rmse_interval"]["bag"]
    assert low < found["rmse"]["bag"] < high < low + 0.02
    assert found["questions"][str(UNKNOWN)] is found["questions_mean_label"][str(UNKNOWN)] is None


def test_the_mean_label_is_that_of_the_labels_that_there_are(voted):
    survey = table(voted, np.arange(GALAXIES))
    galaxies = held_out(survey, survey["GalaxyID"][:100], GALAXY_ZOO_2, "holdout.csv")
    known = np.delete(np.arange(37), np.arange(37)[SLICES[UNKNOWN - 1]])
    expected = [voted[100:, i][np.isfinite(voted[100:, i])].mean() for i in known]
    np.testing.assert_allclose(galaxies.mean_label[known], expected)


def test_the_central_pixel_predicts_means_of_labels_that_there_are():
    colours = np.repeat([[red, 0.0, 0.0] for red in range(0, 240, 40)], 2, axis=0)  # six clusters
    labels = np.repeat([[0.2, 0.4], *[[0.6, 0.7]] * 4, [0.6, NAN]], 2, axis=0)
    labels[0, 0] = NAN
    found = central_pixel_benchmark(colours, labels, colours[[0, -1]])
    # The last cluster has no label of the second column, and takes the mean of all ten.
    np.testing.assert_allclose(found, [[0.2, 0.4], [0.6, (0.4 + 4 * 0.7) / 5]])


def test_averages_members_and_weights_are_judged_by_the_labels_that_there_are(voted):
    members = {name: votes(GALAXIES, seed) for name, seed in (("one", 4), ("other", 5))}
    mean = np.mean(list(members.values()), axis=0)
    by_views = error_by_views({0: {1: members["one"]}, 1: {1: members["other"]}}, voted)
    assert by_views["rmse"].tolist() == pytest.approx(
        [error(one, voted) for one in (*members.values(), mean)]
    )
    by_seeds = error_by_seeds(list(members.values()), voted)
    assert by_seeds["rmse"].iloc[1] == pytest.approx(error(mean, voted))
    found = member_scores(members, {"one": 0.5, "other": 0.5}, voted)
    assert found["members"]["one"]["rmse_without"] == pytest.approx(error(members["other"], voted))
    one, other = (np.subtract(*pairs(prediction, voted)) for prediction in members.values())
    assert found["error_correlation"]["one"]["other"] == pytest.approx(
        np.corrcoef(one, other)[0, 1]
    )
    rows = pd.MultiIndex.from_product([[0], range(GALAXIES)], names=["seed", "GalaxyID"])
    weights = fitted_weights({n: Validation(rows, p, voted) for n, p in members.items()})
    ours, theirs = np.array([one, other]) @ np.array([one, other]).T
    # The least of w²A + 2w(1-w)B + (1-w)²C.
    best = (theirs[1] - ours[1]) / (ours[0] - 2 * ours[1] + theirs[1])
    assert weights["one"] == pytest.approx(best, rel=1e-4)


def test_tables_by_question_and_answer_say_what_is_known(predicted, voted):
    mean_label = np.full(37, 0.2)
    questions = question_table(predicted, voted, mean_label, GALAXY_ZOO_2).set_index("question")
    assert questions[["rmse", "rmse_mean_label"]].isna().all(axis=1).tolist() == [
        number == UNKNOWN for number in range(1, 12)
    ]
    answers = answer_table(predicted, voted, mean_label, GALAXY_ZOO_2)
    expected = [
        NAN if row.question == UNKNOWN else error(predicted[:, [i]], voted[:, [i]])
        for i, row in enumerate(answers.itertuples())
    ]
    np.testing.assert_allclose(answers["rmse"], expected)


def test_errors_by_property_are_over_the_labels_of_each_bin(predicted, voted):
    size = np.arange(GALAXIES, dtype=float)
    bins = error_by_property({"size": size}, predicted, voted, np.full(37, 0.2))
    for row in bins.itertuples():
        rows = slice(int(row.lowest), int(row.highest) + 1)
        assert row.rmse == pytest.approx(error(predicted[rows], voted[rows]))
        assert row.rmse_mean_label == pytest.approx(error(np.full((50, 37), 0.2), voted[rows]))
        assert row.rmse_low < row.rmse < row.rmse_high


def test_agreement_is_over_the_questions_that_are_known():
    voted = np.array(
        [
            [0.8, 0.2, 0.6, 0.1, 0.1, 0.7],
            [0.8, 0.2, 0.6, NAN, 0.1, 0.7],
            [NAN, 0.2, 0.1, 0.6, 0.1, NAN],
        ]
    )
    # By hand: highest values over those who were asked; of the number, 0.7 yes beats 0.3 no.
    expected = [(0.8 + 0.6 + 0.7) / (1 + 0.8 + 1), (0.8 + 0.7) / 2, NAN]
    np.testing.assert_allclose(agreement(voted, RING_TREE), expected)


def test_diagrams_count_each_answer_s_own_labels(predicted, voted):
    densities = density_table(predicted, voted, GALAXY_ZOO_2)
    by_column = densities.groupby("column")["galaxies"].sum()
    bins = reliability_table(predicted, voted, GALAXY_ZOO_2)
    galaxies = bins.groupby("column")["galaxies"].sum()
    known = pd.Series(np.isfinite(voted).sum(axis=0), GALAXY_ZOO_2.columns)
    pd.testing.assert_series_equal(
        galaxies, known[known > 0].sort_index(), check_names=False, check_dtype=False
    )
    assert set(GALAXY_ZOO_2.questions[UNKNOWN - 1].columns).isdisjoint(by_column.index)
    assert (by_column == known[by_column.index]).all()
    one = bins[bins["column"] == "Class7.1"]
    i = GALAXY_ZOO_2.columns.index("Class7.1")
    rows = np.isfinite(voted[:, i])
    assert np.average(one["voted"], weights=one["galaxies"]) == pytest.approx(voted[rows, i].mean())


def test_majorities_are_those_of_galaxies_whose_votes_are_all_known(predicted, voted):
    found = confusion_table(predicted, voted, GALAXY_ZOO_2)
    selected = selection_table(predicted, voted, GALAXY_ZOO_2)
    for i, (question, columns) in enumerate(zip(GALAXY_ZOO_2.questions, SLICES, strict=True)):
        known = np.isfinite(voted[:, columns]).all(axis=1)
        known &= GALAXY_ZOO_2.share_asked(voted, i) >= 0.5  # not where that is missing
        of_it = found["question"] == question.number
        assert found.loc[of_it, "galaxies"].sum() == known.sum()
        one = selected[(selected["question"] == question.number) & (selected["threshold"] == 0.5)]
        assert one["voted"].sum() == known.sum()


def test_two_that_differ_only_in_what_nobody_voted_do_not_disagree():
    crowd = np.array([[0.8, 0.2, NAN, 0.1, 0.1, NAN]])
    assert disagreements(np.array([[0.7, 0.3, 0.1, 0.5, 0.1, 0.9]]), crowd, RING_TREE) == [0]
    # They do where it is known: one says ring, the other no ring.
    found = disagreements(np.array([[0.3, 0.7, 0.1, 0.1, 0.1, 0.9]]), crowd, RING_TREE)
    assert found == pytest.approx([0.5])


def test_ranked_galaxies_say_what_is_known():
    labels = np.array([[0.8, 0.2, NAN, NAN, NAN, NAN], [NAN, NAN, NAN, NAN, NAN, 0.5]])
    survey = table(labels, [3, 4], RING_TREE)
    galaxies = held_out(survey, survey["GalaxyID"], RING_TREE, "holdout.csv")
    ranked = ranked_galaxies(galaxies, votes(2, 1, RING_TREE))
    assert ranked["crowd"].tolist() == ["A ring.", "Redshift 0.50."]
    assert np.isfinite(ranked[["rmse", "disagreement"]]).all(axis=None)
