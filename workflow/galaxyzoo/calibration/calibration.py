"""An ensemble's predictions with intervals, both calibrated on validation galaxies.

First the predictions are set right where that helps (`recalibration`), then their intervals are
calibrated (`intervals`) on rows that were set right by functions fitted to other galaxies.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.calibration.intervals import Bounds, Intervals
from galaxyzoo.calibration.recalibration import Recalibration
from galaxyzoo.evaluation.predictions import ID
from galaxyzoo.evaluation.validation import PREDICTED, VOTED, Validation
from galaxyzoo.foundation.handed_on import read_parquet
from galaxyzoo.tree.decision_tree import DecisionTree


class Calibrated:
    """Predictions set right, and their intervals."""

    def __init__(
        self, predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
    ) -> None:
        """Calibrate on predictions and votes (n, columns) of `galaxies` (n,), of which some repeat.

        Each row is predicted by a network that was not trained on its galaxy.
        """
        self.tree = tree
        self.recalibration = Recalibration(predicted, voted, galaxies, tree)
        self.intervals = Intervals(self.recalibration.out_of_fold, voted, tree)

    def of(self, predicted: np.ndarray) -> tuple[np.ndarray, Bounds]:
        """Predictions (N, columns) set right, and their intervals."""
        better = self.recalibration.of(predicted)
        return better, self.intervals.of(better)


def calibrated_on(validation: Validation, tree: DecisionTree) -> Calibrated:
    """What an experiment's validation galaxies give."""
    galaxies = validation.rows.get_level_values(ID).to_numpy()
    return Calibrated(validation.predicted, validation.voted, galaxies, tree)


def read_calibrated(path: Path | str, tree: DecisionTree) -> Calibrated:
    """What a `calibration_table` in a Parquet file gives."""
    table = read_parquet(path)
    predicted, voted = (
        table[[prefix + column for column in tree.columns]].to_numpy()
        for prefix in (PREDICTED, VOTED)
    )
    return Calibrated(predicted, voted, table[ID].to_numpy(), tree)


def set_right(predictions: pd.DataFrame, calibrated: Calibrated) -> pd.DataFrame:
    """A table of predictions with the tree's columns set right, where that helps."""
    columns = list(calibrated.tree.columns)
    better = calibrated.recalibration.of(predictions[columns].to_numpy())
    return predictions.assign(**dict(zip(columns, better.T, strict=True)))
