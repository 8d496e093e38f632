"""The starting network before any training, scored on the held-out galaxies beside the bag.

It is recalibrated on validation galaxies, none of which it has learnt.
"""

from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.calibration.recalibration import fitted_recalibration, recalibration_scores
from galaxyzoo.evaluation.bootstrap import (
    INTERVAL_PERCENT,
    percentile_interval,
    resampled_rmse,
    rmse_interval,
)
from galaxyzoo.evaluation.metrics import label_counts, rmse, squared_sums
from galaxyzoo.evaluation.predictions import rows_of
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.tree.decision_tree import DecisionTree


def start_scores(
    validation: pd.DataFrame,
    survey: pd.DataFrame,
    predicted: np.ndarray,
    published: np.ndarray,
    voted: np.ndarray,
    tree: DecisionTree,
) -> dict[str, Any]:
    """Scores of a starting network, as in metrics.json under `start`.

    `validation` is its table of predictions of validation galaxies, and `survey` has the labels.
    `predicted` (n, columns) are its predictions of the held-out galaxies, `published` (n, columns)
    the bag's, recalibrated if that helps, and `voted` (n, columns) the labels. Returns `rmse` with
    its `rmse_interval`; `recalibration`, its scores; and `difference`, the published error minus
    the start's with the better of its predictions by the validation galaxies, with its paired
    bootstrap interval over galaxies.
    """
    ids = validation[GALAXY_ID].to_numpy()
    labels = tree.probabilities(survey)[rows_of(ids, survey[GALAXY_ID], "start_validation")]
    recalibration, _ = fitted_recalibration(tree.probabilities(validation), labels, ids, tree)
    better = recalibration.of(predicted, tree)
    squared = np.stack([squared_sums(one, voted) for one in (published, better)], axis=1)
    ours, starts = resampled_rmse(squared, label_counts(voted)).T
    low, high = percentile_interval(ours - starts)
    return {
        "rmse": rmse(predicted, voted),
        "rmse_interval": rmse_interval(squared_sums(predicted, voted), label_counts(voted)),
        "recalibration": recalibration_scores(recalibration, predicted, voted, tree),
        "published_rmse": rmse(published, voted),
        "difference": rmse(published, voted) - rmse(better, voted),
        "difference_interval": [float(low), float(high)],
        "interval_percent": INTERVAL_PERCENT,
    }
