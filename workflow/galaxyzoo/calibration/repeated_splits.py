"""How often intervals hold by predicted number, over many splits of calibration and hold-out.

One hold-out is one draw. Here validation and held-out galaxies are pooled, and drawn apart anew.
"""

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
    published: np.ndarray,
    calibrated_on: int,
    splits: int,
    tree: DecisionTree,
) -> pd.DataFrame:
    """Coverage by predicted number, in the mean over splits.

    `predicted` and `voted` (n, columns) are rows of `galaxies` (n,), each by a network that did not
    learn the galaxy. Each split calibrates on some `calibrated_on` rows, all rows of whole
    galaxies, and tests on the others. `published` (n, columns) are the predictions that are tested,
    such as the bag's; a row that is NaN is not, and of a galaxy's rows one is. Columns: those of
    `coverage_by_number`, as means over splits; `coverage_low` and `coverage_high` are the ends of
    the mean of the splits' intervals over galaxies.
    """
    different = np.unique(galaxies)
    tested = np.isfinite(published).all(axis=1)
    tested &= ~pd.Series(np.where(tested, galaxies, -1)).duplicated().to_numpy()
    tables = []
    for split in range(splits):
        order = numpy_generator("repeated splits", split).permutation(different)
        counts = pd.Series(galaxies).value_counts()
        chosen = order[np.cumsum(counts.loc[order]) <= calibrated_on]
        inside = np.isin(galaxies, chosen)
        calibration = fitted_calibration(predicted[inside], voted[inside], galaxies[inside], tree)
        rows = tested & ~inside
        better, bounds = calibration.of(published[rows])
        tables.append(coverage_by_number(covered(bounds, voted[rows], tree), better, tree))
    return pd.concat(tables).groupby(["kind", "lowest", "highest"]).mean().reset_index()
