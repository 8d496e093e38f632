"""Recalibration: a ridge regression that corrects predictions, where it lowers validation error.

A network's probabilities can be off on average: it may have been trained for too short a time, or
on galaxies whose composition differs from those it is judged on. Recalibration predicts the
residuals, votes minus predictions, from the probabilities and their logits (scikit-learn's ridge
regression), adds them, and takes the nearest probabilities that meet the tree's sums. Validation
galaxies alone decide whether that helps, and the penalty: each is recalibrated out of fold, by a
regression fitted to other galaxies. Columns that have labels of the same rows share a regression;
where only some galaxies have a label, these alone are fitted to.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval, resampled_rmse
from galaxyzoo.evaluation.metrics import label_counts, rmse, squared_sums
from galaxyzoo.tree.decision_tree import DecisionTree

FOLDS = 5
FEWEST_GALAXIES = 7  # a fold of them set aside, 5 are left for the folds that choose the penalty
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0)
SMALLEST_PROBABILITY = 1e-3  # 0 and 1 have no finite logit
LOGIT_SCALE = 0.1  # logits then vary about as much as probabilities, and are penalised as much


class Recalibration(NamedTuple):
    """Recalibrates predictions (N, columns), or leaves them as they are if that does not help.

    `helps` says which, and `tried` whether enough galaxies have a label of any column to find out.
    `validation_rmse` is the error of the validation rows, recalibrated out of fold if that helps;
    None without rows. `coefficients` (columns, 2 columns) and `intercept` (columns,) are the
    regression's, 0 for a column that too few galaxies have a label of, empty if it does not help.
    """

    tried: bool
    helps: bool
    validation_rmse: float | None
    coefficients: np.ndarray
    intercept: np.ndarray

    def of(self, predicted: np.ndarray, tree: DecisionTree) -> np.ndarray:
        """Recalibrated predictions (N, columns), which meet the tree's sums."""
        if not self.helps:
            return predicted
        residuals = features(predicted) @ self.coefficients.T + self.intercept
        better = (predicted + residuals).clip(0, 1).astype(predicted.dtype)
        return tree.nearest_consistent(better)


def fitted_recalibration(
    predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
) -> tuple[Recalibration, np.ndarray]:
    """Fit to predictions and votes (n, columns) of `galaxies` (n,), of which some repeat.

    Returns the recalibration and the rows out of fold (n, columns): each recalibrated by a
    regression fitted to other galaxies, or as it is if recalibration does not help.
    """
    together = columns_together(voted, galaxies)
    unchanged = Recalibration(
        tried=bool(together),
        helps=False,
        validation_rmse=rmse(predicted, voted) if len(voted) else None,
        coefficients=np.empty((0, 0)),
        intercept=np.empty(0),
    )
    if not unchanged.tried:
        return unchanged, predicted
    better = np.empty_like(predicted)
    for rest, fold in folds(predicted, galaxies):
        regression = fitted(predicted[rest], voted[rest], galaxies[rest], together)
        better[fold] = regression.of(predicted[fold], tree)
    error = rmse(better, voted)
    if error >= unchanged.validation_rmse:
        return unchanged, predicted
    return fitted(predicted, voted, galaxies, together)._replace(validation_rmse=error), better


def columns_together(voted: np.ndarray, galaxies: np.ndarray) -> list[np.ndarray]:
    """Positions of the columns that have labels of the same rows, for each such set of rows.

    Columns are left out if fewer galaxies have a label than the regression has features, or than
    two levels of folds need.
    """
    fewest = max(2 * voted.shape[1], FEWEST_GALAXIES)
    together: dict[bytes, list[int]] = {}
    for position, has_label in enumerate((~np.isnan(voted)).T):
        if len(np.unique(galaxies[has_label])) >= fewest:
            together.setdefault(has_label.tobytes(), []).append(position)
    return [np.array(positions) for positions in together.values()]


def folds(predicted: np.ndarray, galaxies: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Row numbers of the rest and of each fold; all rows of a galaxy are in one fold."""
    from sklearn.model_selection import GroupKFold  # slow to import, and only the fit needs it

    folds = GroupKFold(FOLDS, shuffle=True, random_state=0)
    return list(folds.split(predicted, groups=galaxies))


def features(predicted: np.ndarray) -> np.ndarray:
    """Probabilities (N, columns) and their logits, scaled: (N, 2 columns)."""
    inside = predicted.clip(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY).astype(np.float64)
    return np.hstack([predicted, LOGIT_SCALE * np.log(inside / (1 - inside))])


def fitted(
    predicted: np.ndarray,
    voted: np.ndarray,
    galaxies: np.ndarray,
    together: Sequence[np.ndarray],
) -> Recalibration:
    """The regressions of the residuals of predictions (n, columns), each with its best penalty.

    There is one for each of the sets of columns `together`. Other columns, and those of which fewer
    galaxies have a label here than there are folds, are left as they are.
    """
    from sklearn.linear_model import RidgeCV  # slow to import, and only the fit needs it

    columns = predicted.shape[1]
    coefficients, intercept = np.zeros((columns, 2 * columns)), np.zeros(columns)
    for positions in together:
        rows = ~np.isnan(voted[:, positions[0]])
        if len(np.unique(galaxies[rows])) < FOLDS:
            continue
        ours, theirs = predicted[rows], voted[np.ix_(rows, positions)]
        chosen = folds(ours, galaxies[rows])
        regression = RidgeCV(PENALTIES, cv=chosen, scoring="neg_mean_squared_error")
        regression.fit(features(ours), theirs - ours[:, positions])
        coefficients[positions], intercept[positions] = regression.coef_, regression.intercept_
    return Recalibration(True, True, None, coefficients, intercept)


def recalibration_scores(
    recalibration: Recalibration, bag: np.ndarray, voted: np.ndarray, tree: DecisionTree
) -> dict[str, Any]:
    """Scores of recalibration on held-out galaxies, as in metrics.json; arrays are (N, columns).

    `rmse` is the recalibrated bag's, and `difference` that minus the bag's, with its paired
    bootstrap interval over galaxies. `validation_rmse` is on validation galaxies.
    """
    better = recalibration.of(bag, tree)
    squared = np.stack([squared_sums(one, voted) for one in (better, bag)], axis=1)
    ours, theirs = resampled_rmse(squared, label_counts(voted)).T
    low, high = percentile_interval(ours - theirs)
    return {
        "tried": recalibration.tried,
        "helps_on_validation": recalibration.helps,
        "validation_rmse": recalibration.validation_rmse,
        "rmse": rmse(better, voted),
        "difference": rmse(better, voted) - rmse(bag, voted),
        "difference_interval": [float(low), float(high)],
        "interval_percent": INTERVAL_PERCENT,
    }
