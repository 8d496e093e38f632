"""Calibration: recalibration and intervals, fitted once on an ensemble's validation galaxies.

`recalibration` is a ridge regression, which corrects predictions where that helps. `intervals` are
conformal, and fitted to rows that were recalibrated out of fold. The fitted numbers are kept in a
JSON file, which catalogues, submissions, pages and the evaluation read.
`evaluation.reliability` has the diagrams that show whether predictions match votes on average, and
corrects nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.calibration.intervals import Bounds, Intervals, Reach, fitted_intervals
from galaxyzoo.calibration.likeness import quantiles_of
from galaxyzoo.calibration.recalibration import Recalibration, fitted_recalibration
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.handed_on import damaged, place, read_json, require_place
from galaxyzoo.tree.decision_tree import DecisionTree


class Calibration(NamedTuple):
    """Recalibrates the predictions of a tree, and gives their intervals.

    `quantiles` are those of the recalibrated predictions of validation galaxies, by
    `likeness.quantiles_of`.
    """

    tree: DecisionTree
    recalibration: Recalibration
    intervals: Intervals
    quantiles: np.ndarray

    def of(self, predicted: np.ndarray) -> tuple[np.ndarray, Bounds]:
        """Recalibrated predictions (N, columns), and their intervals."""
        better = self.recalibration.of(predicted, self.tree)
        return better, self.intervals.of(better, self.tree)


def fitted_calibration(
    predicted: np.ndarray, voted: np.ndarray, galaxies: np.ndarray, tree: DecisionTree
) -> Calibration:
    """The calibration fitted to predictions and votes (n, columns) of `galaxies` (n,).

    Some galaxies repeat. Each row is predicted by a network that was not trained on its galaxy.
    """
    recalibration, out_of_fold = fitted_recalibration(predicted, voted, galaxies, tree)
    intervals = fitted_intervals(out_of_fold, voted, tree)
    return Calibration(tree, recalibration, intervals, quantiles_of(out_of_fold))


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration for `read_calibration`, with its `place`."""
    recalibration, intervals = calibration.recalibration, calibration.intervals
    content = {
        "place": place(path),
        "columns": list(calibration.tree.columns),
        "recalibration": as_json(recalibration._asdict()),
        "intervals": {
            "fraction": as_json(intervals.fraction._asdict()),
            "joint": as_json(intervals.joint._asdict()),
            "rows": intervals.rows,
        },
        **as_json({"quantiles": calibration.quantiles}),
    }
    with replaced(path) as unfinished:
        unfinished.write_text(json.dumps(content) + "\n", encoding="utf-8")


def as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields with arrays as lists, in which None stands for what is infinite."""
    return {
        name: np.where(np.isfinite(value), value, None).tolist()
        if isinstance(value, np.ndarray)
        else value
        for name, value in fields.items()
    }


def read_calibration(path: Path | str, tree: DecisionTree) -> Calibration:
    """The calibration that `write_calibration` wrote to this place, for this tree.

    Raises InputError if the file is damaged, or of another experiment or tree.
    """
    content = read_json(path)
    try:
        require_place(path, content["place"])
        if content["columns"] != list(tree.columns):
            raise ValueError("it is of another decision tree")
        recalibration, intervals = content["recalibration"], content["intervals"]
        return Calibration(
            tree,
            Recalibration(
                **recalibration
                | {name: arrayed(recalibration[name]) for name in ("coefficients", "intercept")}
            ),
            Intervals(
                *(
                    Reach(**{name: arrayed(values) for name, values in intervals[kind].items()})
                    for kind in ("fraction", "joint")
                ),
                rows=intervals["rows"],
            ),
            arrayed(content["quantiles"]),
        )
    except (TypeError, KeyError, ValueError) as error:
        raise damaged(path, error) from error


def arrayed(values: list[Any]) -> np.ndarray:
    """The array that `as_json` wrote as lists."""
    array = np.array(values, np.float64)
    return np.where(np.isnan(array), np.inf, array)


def recalibrated(predictions: pd.DataFrame, calibration: Calibration) -> pd.DataFrame:
    """A table of predictions with the tree's columns recalibrated, where that helps."""
    columns = list(calibration.tree.columns)
    better = calibration.recalibration.of(predictions[columns].to_numpy(), calibration.tree)
    return predictions.assign(**dict(zip(columns, better.T, strict=True)))
