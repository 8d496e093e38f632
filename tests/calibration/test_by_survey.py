"""Each of several surveys is scored by its own held-out galaxies alone."""

import json

import numpy as np
import pytest

from galaxyzoo.calibration.by_survey import scores_by_survey
from galaxyzoo.calibration.calibration import fitted_calibration
from galaxyzoo.calibration.coverage import covered, in_main_questions, mean_coverage
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.joined_ids import joined_ids
from held_out_galaxies import votes
from trees import GALAXY_ZOO_2

SURVEYS = ["near", "far"]


@pytest.fixture(scope="module")
def scored():
    """Scores of 20 galaxies of near, which are predicted well, and 30 of far, which are not."""
    sizes = (20, 30)
    ids = np.concatenate([joined_ids(np.arange(n), i, SURVEYS) for i, n in enumerate(sizes)])
    voted, bag = votes(50), votes(50, seed=1)
    bag[:20] = 0.9 * voted[:20] + 0.1 * bag[:20]
    order = np.argsort(ids)
    ids, voted, bag = ids[order], voted[order], bag[order]
    calibration = fitted_calibration(votes(200, 2), votes(200, 3), np.arange(200), GALAXY_ZOO_2)
    published, bounds = calibration.of(bag)
    coverage = covered(bounds, voted, GALAXY_ZOO_2)
    mean_label = voted.mean(axis=0)
    scores = scores_by_survey(
        SURVEYS, ids, bag, published, mean_label, voted, coverage, GALAXY_ZOO_2
    )
    return scores, ids, bag, published, mean_label, voted, coverage


def test_each_survey_has_the_errors_of_its_galaxies_alone(scored):
    scores, ids, bag, published, mean_label, voted, _ = scored
    assert [(one["survey"], one["galaxies"]) for one in scores] == [("near", 20), ("far", 30)]
    for place, one in enumerate(scores):
        own = ids % 2 == place
        assert one["rmse"] == rmse(bag[own], voted[own])
        assert one["rmse_published"] == rmse(published[own], voted[own])
        assert one["rmse_mean_label"] == rmse(mean_label[None].repeat(own.sum(), 0), voted[own])
        low, high = one["rmse_interval"]
        assert low < one["rmse"] < high
    near, far = scores
    assert near["rmse_interval"][1] < far["rmse_interval"][0]
    pooled = np.sqrt((20 * near["rmse"] ** 2 + 30 * far["rmse"] ** 2) / 50)
    assert pooled == pytest.approx(rmse(bag, voted))  # the error of all is made of theirs


def test_each_survey_has_the_coverage_of_its_galaxies_alone(scored):
    scores, ids, *_, coverage = scored
    main = in_main_questions(GALAXY_ZOO_2)
    for place, one in enumerate(scores):
        holds = coverage.holds.joint[ids % 2 == place][:, main]
        told = one["intervals"]["joint"]
        assert told["coverage"] == mean_coverage(holds)
        assert told["coverage_interval"][0] <= told["coverage"] <= told["coverage_interval"][1]
    assert scores[0]["intervals"]["joint"] != scores[1]["intervals"]["joint"]
    json.dumps(scores, allow_nan=False)


def test_one_survey_by_itself_has_no_scores_apart(scored):
    _, ids, *others = scored
    bag, published, mean_label, voted, coverage = others
    alone = scores_by_survey(
        ["near"], ids, bag, published, mean_label, voted, coverage, GALAXY_ZOO_2
    )
    assert alone == []
