"""Predictions set right on validation galaxies, where that lowers their error.

A network's probabilities can be off on average: it may have been trained for too short a time, or
on galaxies of another mix than those it is judged on. What it leaves over, the votes minus the
prediction, is predicted from its probabilities and their logits by ridge regression (of
scikit-learn), and the nearest probabilities that meet the tree's sums are taken. Whether that
helps, and how strongly the regression is held back, is decided on validation galaxies alone, each
mapped by a regression that was fitted to others.
"""

from typing import Any

import numpy as np
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GroupKFold

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval, resampled_means
from galaxyzoo.evaluation.metrics import rmse, squared_errors
from galaxyzoo.tree.decision_tree import DecisionTree

FOLDS = 5
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
SMALLEST_PROBABILITY = 1e-3  # 0 and 1 have no finite logit
LOGIT_SCALE = 0.1  # logits then vary about as much as probabilities, and are penalised as much


class Recalibration:
    """A map from predictions (N, columns) to better ones, or to themselves where none is better.

    `helps` tells which. `out_of_fold` (n, columns) are the validation rows as they are mapped by
    regressions fitted to other galaxies; the rows themselves if the map does not help.
    `validation_rmse` is their error, None where there are no rows.
    """

    def __init__(
        self, predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
    ) -> None:
        """Fit to predictions and votes (n, columns) of `galaxies` (n,), of which some repeat."""
        self.tree = tree
        self.out_of_fold, self.helps = predicted, False
        self.validation_rmse = rmse(predicted, voted) if len(voted) else None
        if len(np.unique(galaxies)) < 2 * predicted.shape[1]:  # fewer galaxies than features
            return
        mapped = np.empty_like(predicted)
        for rest, fold in folds(predicted, galaxies):
            regression = fitted(predicted[rest], voted[rest], galaxies[rest])
            mapped[fold] = self.mapped(predicted[fold], regression)
        if rmse(mapped, voted) < self.validation_rmse:
            self.out_of_fold, self.helps = mapped, True
            self.validation_rmse = rmse(mapped, voted)
            self._regression = fitted(predicted, voted, galaxies)

    def of(self, predicted: np.ndarray) -> np.ndarray:
        """Predictions (N, columns) set right; they meet the tree's sums."""
        return self.mapped(predicted, self._regression) if self.helps else predicted

    def mapped(self, predicted: np.ndarray, regression: RidgeCV) -> np.ndarray:
        """Predictions (N, columns) plus what is left over of them, brought to the tree's sums."""
        # Of a single column, scikit-learn predicts a vector.
        left_over = regression.predict(features(predicted)).reshape(predicted.shape)
        better = (predicted + left_over).clip(0, 1).astype(predicted.dtype)
        return self.tree.nearest_consistent(better)


def folds(predicted: np.ndarray, galaxies: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Row numbers of the rest and of each fold; all rows of a galaxy are in one fold."""
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    return list(folds.split(predicted, groups=galaxies))


def features(predicted: np.ndarray) -> np.ndarray:
    """Probabilities (N, columns) and their logits, scaled: (N, 2 columns)."""
    inside = predicted.clip(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY).astype(np.float64)
    return np.hstack([predicted, LOGIT_SCALE * np.log(inside / (1 - inside))])


def fitted(predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray) -> RidgeCV:
    """The regression of votes minus predictions (n, columns) with the penalty that is best."""
    regression = RidgeCV(PENALTIES, cv=folds(predicted, galaxies), scoring="neg_mean_squared_error")
    return regression.fit(features(predicted), voted - predicted)


def recalibration_scores(
    recalibration: Recalibration, bag: np.ndarray, voted: np.ndarray
) -> dict[str, Any]:
    """What recalibration brings on held-out galaxies, as in metrics.json; arrays (N, columns).

    `rmse` is the recalibrated bag's, and `difference` that minus the bag's, with its paired
    bootstrap interval over galaxies. `validation_rmse` is on validation galaxies.
    """
    better = recalibration.of(bag)
    squared = np.stack([squared_errors(one, voted) for one in (better, bag)], axis=1)
    ours, theirs = np.sqrt(resampled_means(squared)).T
    low, high = percentile_interval(ours - theirs)
    return {
        "helps_on_validation": recalibration.helps,
        "validation_rmse": recalibration.validation_rmse,
        "rmse": rmse(better, voted),
        "difference": rmse(better, voted) - rmse(bag, voted),
        "difference_interval": [float(low), float(high)],
        "interval_percent": INTERVAL_PERCENT,
    }
