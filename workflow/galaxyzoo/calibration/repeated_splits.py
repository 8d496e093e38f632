"""How often intervals hold by predicted number, over many splits of calibration and hold-out.

One hold-out is one draw. Here validation and held-out galaxies are pooled, and drawn apart anew.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from galaxyzoo.calibration.calibration import fitted_calibration
from galaxyzoo.calibration.coverage import coverage_by_number, covered
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.tree.decision_tree import DecisionTree


def coverage_over_splits(
    predicted: np.ndarray,
    voted: np.ndarray,
    galaxies: np.ndarray,
    published: Mapping[str, np.ndarray],
    calibrated_on: int,
    splits: int,
    tree: DecisionTree,
) -> pd.DataFrame:
    """Coverage by predicted number, in the mean over splits.

    `predicted` and `voted` (n, columns) are rows of `galaxies` (n,), each by a network that did not
    learn the galaxy. Each split calibrates on some `calibrated_on` rows, all rows of whole
    galaxies, and tests on the others. `published` maps names to predictions (n, columns) that are
    tested, such as the bag's; a row that is NaN is not, and of a galaxy's rows one is. Columns:
    `published`, the name, and those of `coverage_by_number`, as means over splits; `coverage_low`
    and `coverage_high` are the means of the ends of the splits' intervals over galaxies.
    """
    rows_of = pd.Series(galaxies).value_counts()
    tables = []
    for split in range(splits):
        order = numpy_generator("repeated splits", split).permutation(np.unique(galaxies))
        chosen = order[np.cumsum(rows_of.loc[order]) <= calibrated_on]
        inside = np.isin(galaxies, chosen)
        calibration = fitted_calibration(predicted[inside], voted[inside], galaxies[inside], tree)
        for name, one in published.items():
            rows = one_row_each(galaxies, ~inside & np.isfinite(one).all(axis=1))
            better, bounds = calibration.of(one[rows])
            table = coverage_by_number(covered(bounds, voted[rows], tree), better, tree)
            tables.append(table.assign(published=name))
    by_bin = pd.concat(tables).groupby(["published", "kind", "lowest", "highest"])
    return by_bin.mean().reset_index()


def one_row_each(galaxies: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The first row of each of the `galaxies` (n,) that has one `among` the rows, (n,) bool."""
    rows = np.flatnonzero(among)
    return rows[~pd.Series(galaxies[rows]).duplicated().to_numpy()]
