"""A calibration reset on labelled galaxies of another survey keeps its promise there."""

import numpy as np
import pytest

from galaxyzoo.calibration.calibration import Calibration, fitted_calibration
from galaxyzoo.calibration.coverage import covered
from galaxyzoo.calibration.reset import reset_calibration
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError
from trees import GALAXY_ZOO_2, RING_TREE


def survey(tree, galaxies: int, seed: int, unsure: float) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of a network, and votes of galaxies whose own differ from them by chance.

    The share `unsure` of each galaxy's probabilities is of another galaxy, drawn at random.
    """
    rng = np.random.default_rng(seed)
    shares = [rng.dirichlet(np.full(len(q.answers), 0.7), galaxies) for q in tree.questions]
    others = [rng.dirichlet(np.full(len(q.answers), 0.7), galaxies) for q in tree.questions]
    true = [(1 - unsure) * one + unsure * other for one, other in zip(shares, others, strict=True)]
    votes = [np.stack([rng.multinomial(40, one) for one in share]) / 40 for share in true]
    return np.concatenate(tree.weighted(shares), 1), np.concatenate(tree.weighted(votes), 1)


def calibration_of(tree) -> Calibration:
    """That of a survey on which the network is nearly sure."""
    predicted, voted = survey(tree, 600, 0, unsure=0.05)
    return fitted_calibration(predicted, voted, np.arange(600), tree)


def coverage(calibration: Calibration, predicted, voted) -> float:
    """How often intervals of joint probabilities hold the vote, over all answers."""
    holds = covered(calibration.of(predicted)[1], voted, calibration.tree).holds.joint
    return float(np.nanmean(holds))


@pytest.mark.parametrize("tree", [GALAXY_ZOO_2, RING_TREE], ids=["Galaxy Zoo 2", "rings"])
def test_intervals_hold_on_another_survey_after_a_hundred_labels(tree):
    before = calibration_of(tree)
    predicted, voted = survey(tree, 2100, 1, unsure=0.6)
    after, scores = reset_calibration(before, predicted[:100], voted[:100])
    others = predicted[100:], voted[100:]
    assert coverage(before, *others) < 0.75
    # 90 %, give or take what a hundred galaxies leave open; less data makes intervals wider.
    assert 0.87 < coverage(after, *others) < 0.97
    assert scores["galaxies"] == 100
    told = {when: scores[when]["joint"] for when in ("before", "after")}
    assert told["before"]["coverage"] < 0.75
    assert 0.85 < told["after"]["coverage"] < 0.99
    assert told["before"]["width"] < told["after"]["width"]
    low, high = told["after"]["coverage_interval"]
    assert low < told["after"]["coverage"] < high


def test_recalibration_is_fitted_anew_only_if_that_is_better():
    before = calibration_of(RING_TREE)
    predicted, voted = survey(RING_TREE, 400, 2, unsure=0.6)
    after, scores = reset_calibration(before, predicted[:200], voted[:200])
    assert scores["recalibrated_anew"]
    assert scores["after"]["rmse"] < 0.9 * scores["before"]["rmse"]
    better = after.recalibration.of(predicted[200:], RING_TREE)
    assert rmse(better, voted[200:]) < 0.9 * rmse(predicted[200:], voted[200:])
    alike = survey(RING_TREE, 60, 3, unsure=0.05)
    after, scores = reset_calibration(before, *alike)
    assert not scores["recalibrated_anew"]
    assert after.recalibration is before.recalibration
    assert scores["after"]["rmse"] == pytest.approx(scores["before"]["rmse"])


def test_missing_labels_are_left_out_and_too_few_galaxies_are_a_sentence():
    before = calibration_of(RING_TREE)
    predicted, voted = survey(RING_TREE, 100, 4, unsure=0.3)
    voted[:50, 2:] = np.nan  # the second question has no label of these
    after, scores = reset_calibration(before, predicted, voted)
    assert np.isfinite(after.intervals.joint.of_bins).all()
    assert scores["after"]["joint"]["coverage"] > 0.8
    with pytest.raises(InputError, match=r"catalogue\.labels: 29 labelled galaxies are too few"):
        reset_calibration(before, predicted[:29], voted[:29])
