"""Calibration: recalibration and intervals, fitted together on an ensemble's validation galaxies.

`recalibration` is a ridge regression, which corrects predictions where that helps. `intervals` are
conformal, and fitted to rows that were recalibrated out of fold. `evaluation.reliability` has the
diagrams that show whether predictions match votes on average, and corrects nothing.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.calibration.intervals import Bounds, Intervals
from galaxyzoo.calibration.recalibration import Recalibration
from galaxyzoo.evaluation.validation import PREDICTED, VOTED, Validation
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_own_parquet
from galaxyzoo.tree.decision_tree import DecisionTree


class Calibration:
    """Recalibrates predictions, and gives their intervals."""

    def __init__(
        self, predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
    ) -> None:
        """Fit to predictions and votes (n, columns) of `galaxies` (n,), of which some repeat.

        Each row is predicted by a network that was not trained on its galaxy.
        """
        self.tree = tree
        self.recalibration = Recalibration(predicted, voted, galaxies, tree)
        self.intervals = Intervals(self.recalibration.out_of_fold, voted, tree)

    def of(self, predicted: np.ndarray) -> tuple[np.ndarray, Bounds]:
        """Recalibrated predictions (N, columns), and their intervals."""
        better = self.recalibration.of(predicted)
        return better, self.intervals.of(better)


def calibration_of(validation: Validation, tree: DecisionTree) -> Calibration:
    """The calibration fitted to an experiment's validation galaxies."""
    galaxies = validation.rows.get_level_values(GALAXY_ID).to_numpy()
    return Calibration(validation.predicted, validation.voted, galaxies, tree)


def read_calibration(path: Path | str, tree: DecisionTree) -> Calibration:
    """The calibration fitted to this experiment's `calibration_table` in a Parquet file."""
    table = read_own_parquet(path)
    predicted, voted = (
        table[[prefix + column for column in tree.columns]].to_numpy()
        for prefix in (PREDICTED, VOTED)
    )
    return Calibration(predicted, voted, table[GALAXY_ID].to_numpy(), tree)


def recalibrated(predictions: pd.DataFrame, calibration: Calibration) -> pd.DataFrame:
    """A table of predictions with the tree's columns recalibrated, where that helps."""
    columns = list(calibration.tree.columns)
    better = calibration.recalibration.of(predictions[columns].to_numpy())
    return predictions.assign(**dict(zip(columns, better.T, strict=True)))
