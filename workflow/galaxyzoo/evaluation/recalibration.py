"""Predictions set right on validation galaxies, where that lowers their error.

A network's probabilities can be off on average: it may have been trained for too short a time, or
on galaxies of another mix than those it is judged on. For each answer, a rising step function maps
what was predicted to what the crowd voted (isotonic regression: Zadrozny & Elkan 2002, KDD, 694; by
scikit-learn), and the nearest probabilities that meet the tree's sums are taken. Whether that helps
is decided on validation galaxies alone, each mapped by functions that were fitted to the others.
"""

from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval, resampled_means
from galaxyzoo.evaluation.metrics import rmse, squared_errors
from galaxyzoo.tree.decision_tree import DecisionTree

FOLDS = 5


class Recalibration:
    """A map from predictions (N, columns) to better ones, or to themselves where none is better.

    `helps` tells which. `out_of_fold` (n, columns) are the validation rows as they are mapped by
    functions fitted to other galaxies; the rows themselves if the map does not help.
    """

    def __init__(
        self, predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
    ) -> None:
        """Fit to predictions and votes (n, columns) of `galaxies` (n,), of which some repeat."""
        self.tree = tree
        self.out_of_fold, self.helps, self._maps = predicted, False, []
        if len(np.unique(galaxies)) < FOLDS:
            return
        mapped = np.empty_like(predicted)
        folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
        for rest, fold in folds.split(predicted, groups=galaxies):
            mapped[fold] = self.mapped(predicted[fold], fitted(predicted[rest], voted[rest]))
        if rmse(mapped, voted) < rmse(predicted, voted):
            self.out_of_fold, self.helps = mapped, True
            self._maps = fitted(predicted, voted)

    def of(self, predicted: np.ndarray) -> np.ndarray:
        """Predictions (N, columns) set right; they meet the tree's sums."""
        return self.mapped(predicted, self._maps) if self.helps else predicted

    def mapped(self, predicted: np.ndarray, maps: list[IsotonicRegression]) -> np.ndarray:
        """Predictions (N, columns), each column through its map, brought to the tree's sums."""
        columns = [one.predict(values) for one, values in zip(maps, predicted.T, strict=True)]
        return self.tree.nearest_consistent(np.stack(columns, axis=1))


def fitted(predicted: np.ndarray, voted: np.ndarray) -> list[IsotonicRegression]:
    """The rising function that fits each column's votes best, constant beyond what was seen."""
    return [
        IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(ours, theirs)
        for ours, theirs in zip(predicted.T, voted.T, strict=True)
    ]


def recalibration_scores(
    recalibration: Recalibration, bag: np.ndarray, voted: np.ndarray
) -> dict[str, Any]:
    """What recalibration brings on held-out galaxies, as in metrics.json; arrays (N, columns).

    `rmse` is the recalibrated bag's, and `difference` that minus the bag's, with its paired
    bootstrap interval over galaxies.
    """
    better = recalibration.of(bag)
    squared = np.stack([squared_errors(one, voted) for one in (better, bag)], axis=1)
    ours, theirs = np.sqrt(resampled_means(squared)).T
    low, high = percentile_interval(ours - theirs)
    return {
        "helps_on_validation": recalibration.helps,
        "rmse": rmse(better, voted),
        "difference": rmse(better, voted) - rmse(bag, voted),
        "difference_interval": [float(low), float(high)],
        "interval_percent": INTERVAL_PERCENT,
    }
