"""Predictions that are off on average are recalibrated, and others are left alone."""

import numpy as np
import pytest

from galaxyzoo.calibration.recalibration import (
    LOGIT_SCALE,
    SMALLEST_PROBABILITY,
    columns_together,
    features,
    fitted,
    fitted_recalibration,
    recalibration_scores,
)
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.tree.decision_tree import tree_from
from trees import GALAXY_ZOO_2


def test_features_are_the_probabilities_and_their_logits_finite_at_the_ends():
    probabilities = np.array([[0.0, 0.2, 1.0]])
    # The logarithm of the odds, with 0 and 1 replaced by what is nearest to them and has any.
    odds = [SMALLEST_PROBABILITY / (1 - SMALLEST_PROBABILITY), 0.25]
    logits = [np.log(odds[0]), np.log(odds[1]), -np.log(odds[0])]
    expected = np.concatenate([probabilities[0], LOGIT_SCALE * np.array(logits)])
    np.testing.assert_allclose(features(probabilities), [expected], rtol=1e-12)


def truth_and_votes(galaxies, seed, volunteers=40):
    rng = np.random.default_rng(seed)
    shares = [rng.dirichlet(np.full(len(q.answers), 0.7), galaxies) for q in GALAXY_ZOO_2.questions]
    votes = [
        np.stack([rng.multinomial(volunteers, one) for one in share]) / volunteers
        for share in shares
    ]
    return tuple(np.concatenate(GALAXY_ZOO_2.weighted(part), axis=1) for part in (shares, votes))


def too_timid(probabilities):
    """Halfway to the mean: what a network says that was trained for too short a time."""
    return (probabilities + probabilities.mean(axis=0)) / 2


def test_predictions_off_on_average_are_recalibrated():
    truth, voted = truth_and_votes(2000, 0)
    predicted = too_timid(truth)
    found, out_of_fold = fitted_recalibration(
        predicted[:1200], voted[:1200], np.arange(1200), GALAXY_ZOO_2
    )
    assert found.helps
    better = found.of(predicted[1200:], GALAXY_ZOO_2)
    floor = rmse(truth[1200:], voted[1200:])
    assert rmse(better, voted[1200:]) < floor + 0.2 * (rmse(predicted[1200:], voted[1200:]) - floor)
    assert GALAXY_ZOO_2.sum_errors(better).max() < 1e-9
    assert found.validation_rmse == rmse(out_of_fold, voted[:1200])
    assert found.validation_rmse < rmse(predicted[:1200], voted[:1200])
    scores = recalibration_scores(found, predicted[1200:], voted[1200:], GALAXY_ZOO_2)
    assert scores["rmse"] == pytest.approx(rmse(better, voted[1200:]))
    low, high = scores["difference_interval"]
    assert low < scores["difference"] < high < 0


def test_what_is_right_already_is_left_as_it_is():
    truth, voted = truth_and_votes(300, 1)
    found, out_of_fold = fitted_recalibration(truth, voted, np.arange(300), GALAXY_ZOO_2)
    assert not found.helps
    assert found.validation_rmse == rmse(truth, voted)
    np.testing.assert_array_equal(found.of(truth, GALAXY_ZOO_2), truth)
    np.testing.assert_array_equal(out_of_fold, truth)
    assert recalibration_scores(found, truth, voted, GALAXY_ZOO_2)["difference"] == 0


def test_too_few_galaxies_change_nothing():
    truth, voted = truth_and_votes(150, 2)
    predicted, galaxies = too_timid(truth), np.arange(150) % 73  # a 74th would be enough
    few, _ = fitted_recalibration(predicted, voted, galaxies, GALAXY_ZOO_2)
    assert (few.tried, few.helps) == (False, False)
    assert recalibration_scores(few, predicted, voted, GALAXY_ZOO_2)["tried"] is False
    enough, _ = fitted_recalibration(predicted, voted, np.arange(150) % 74, GALAXY_ZOO_2)
    assert enough.helps


@pytest.mark.parametrize("count", [1, 2, 4, 6, 7])
def test_a_few_galaxies_of_a_small_tree_are_recalibrated_only_if_they_can_be_folded(count):
    tree = tree_from([{"text": "Is it red?", "answers": [{"column": "red"}, {"column": "blue"}]}])
    red = np.linspace(0.2, 0.8, count)
    voted = np.stack([red, 1 - red], axis=1)
    predicted = np.full_like(voted, 0.5)
    found, _ = fitted_recalibration(predicted, voted, np.arange(count), tree)
    assert found.tried == (count == 7)
    assert found.validation_rmse <= rmse(predicted, voted)


def test_where_no_galaxy_is_unseen_there_is_no_error_on_validation():
    none = np.empty((0, len(GALAXY_ZOO_2.columns)))
    found, _ = fitted_recalibration(none, none, np.empty(0, int), GALAXY_ZOO_2)
    assert not found.helps
    assert found.validation_rmse is None


def test_no_galaxy_is_mapped_by_functions_that_have_seen_it():
    truth, voted = truth_and_votes(400, 3)
    predicted, galaxies = too_timid(truth), np.repeat(np.arange(200), 2)
    found, ours = fitted_recalibration(predicted, voted, galaxies, GALAXY_ZOO_2)
    assert found.helps
    changed = voted.copy()
    changed[:2] = 0
    _, theirs = fitted_recalibration(predicted, changed, galaxies, GALAXY_ZOO_2)
    np.testing.assert_array_equal(ours[:2], theirs[:2])
    assert not np.array_equal(ours, theirs)


def with_gaps(voted, share=0.3, seed=9):
    """Votes without those on question 7 of some galaxies, and on question 9 of all but a few."""
    found, rng = voted.copy(), np.random.default_rng(seed)
    found[rng.random(len(voted)) < share, SEVENTH] = np.nan
    found[50:, NINTH] = np.nan
    return found


SEVENTH, NINTH = GALAXY_ZOO_2.slices[6], GALAXY_ZOO_2.slices[8]


def test_missing_votes_are_as_if_the_cells_were_not_there():
    truth, voted = truth_and_votes(300, 4)
    predicted, given, galaxies = too_timid(truth), with_gaps(voted), np.arange(300)
    found, out_of_fold = fitted_recalibration(predicted, given, galaxies, GALAXY_ZOO_2)
    assert found.helps
    assert np.isfinite(found.coefficients).all()
    # Question 7's regression is the one of the galaxies that have votes on it, and no others.
    rows = np.isfinite(given[:, SEVENTH.start])
    alone = fitted(predicted[rows], voted[rows], galaxies[rows], [np.arange(37)[SEVENTH]])
    np.testing.assert_array_equal(found.coefficients[SEVENTH], alone.coefficients[SEVENTH])
    # 50 galaxies are too few for 74 features: left as it is.
    assert (found.coefficients[NINTH] == 0).all()
    assert (found.intercept[NINTH] == 0).all()
    assert found.validation_rmse == rmse(out_of_fold, given) < rmse(predicted, given)
    assert np.isfinite(out_of_fold).all()


def test_whole_votes_have_one_regression():
    assert [len(one) for one in columns_together(np.zeros((80, 37)), np.arange(80))] == [37]
    gaps = with_gaps(np.zeros((80, 37)))
    assert [len(one) for one in columns_together(gaps, np.arange(80))] == [34 - 3]


def test_recalibration_is_scored_on_known_votes():
    truth, voted = truth_and_votes(200, 5)
    predicted, given = too_timid(truth), with_gaps(voted)
    regression = fitted(predicted, given, np.arange(200), columns_together(given, np.arange(200)))
    scores = recalibration_scores(regression, predicted, given, GALAXY_ZOO_2)
    better = regression.of(predicted, GALAXY_ZOO_2)
    known = np.isfinite(given)
    expected = np.sqrt(((better - voted)[known] ** 2).mean())
    assert scores["rmse"] == pytest.approx(expected)
    low, high = scores["difference_interval"]
    assert low < scores["difference"] < high
