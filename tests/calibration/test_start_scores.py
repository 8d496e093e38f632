"""The starting network by itself: its error as it is, recalibrated, and against the bag's."""

import numpy as np
import pytest

from galaxyzoo.calibration.start_scores import start_scores
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.evaluation.predictions import prediction_table
from galaxyzoo.evaluation.starts import start_in_words
from trees import RING_TREE

COLUMNS = len(RING_TREE.columns)


def galaxies(count, seed):
    """Votes that meet the tree's sums (count, columns), and what a start that sees too little says.

    It predicts the votes pulled halfway to their mean, which a regression can undo.
    """
    rng = np.random.default_rng(seed)
    voted = RING_TREE.nearest_consistent(rng.random((count, COLUMNS)))
    return voted, RING_TREE.nearest_consistent((voted + voted.mean(axis=0)) / 2)


@pytest.fixture
def scored():
    """A function of the bag's error: the scores beside it of a start on 80 held-out galaxies."""
    labels, predicted = galaxies(100, 1)
    survey = prediction_table(np.arange(100), labels, RING_TREE)
    validation = prediction_table(np.arange(100), predicted, RING_TREE)[::-1]
    voted, held_out = galaxies(80, 2)

    def of(bag_errs_by):
        noise = np.random.default_rng(3).normal(0, bag_errs_by, voted.shape)
        bag = voted + noise
        return start_scores(validation, survey, held_out, bag, voted, RING_TREE), held_out, voted

    return of


def test_the_start_s_error_is_told_as_it_is_and_recalibrated(scored):
    scores, predicted, voted = scored(0.0)
    assert scores["rmse"] == pytest.approx(rmse(predicted, voted))
    low, high = scores["rmse_interval"]
    assert low < scores["rmse"] < high
    assert scores["recalibration"]["helps_on_validation"]
    assert scores["recalibration"]["rmse"] < scores["rmse"] / 2


def test_who_would_be_better_off_without_training_is_told_so(scored):
    scores, *_ = scored(0.5)
    [told] = start_in_words(scores)
    assert told.startswith("Training made the start worse: the start alone, recalibrated on")
    assert told.endswith("Use the start without training.")
    assert scores["difference"] == pytest.approx(
        scores["published_rmse"] - scores["recalibration"]["rmse"]
    )
    scores, *_ = scored(0.0)
    [told] = start_in_words(scores)
    assert told.startswith("Training made the start better: ")
    assert f"an error of {scores['recalibration']['rmse']:.5f} on held-out galaxies" in told
    [told] = start_in_words(scores | {"difference_interval": [-0.1, 0.1]})
    assert told.startswith("Whether training made the start better is not shown: ")
    assert start_in_words(None) == []
