"""The held-out galaxies of a survey: their rows, votes and predictions, matched by GalaxyID.

This is the only place where tables of the same galaxies are matched. No table is assumed to be in
the order of another.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.predictions import VIEWS, dispersion_columns, rows_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_csv, read_own_parquet, read_parquet
from galaxyzoo.foundation.known_values import known_mean
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.tree.decision_tree import DecisionTree


class HeldOut(NamedTuple):
    """Held-out galaxies and what the crowd voted.

    `ids` (n,) int64 are their GalaxyIDs, ascending. `rows` (n,) are their positions in the survey's
    index and crops, `other_rows` (N - n,) those of all other galaxies. `voted` (n, columns) are the
    labels of the held-out galaxies, `other_labels` (N - n, columns) those of the others, both
    float64, NaN where an answer has none. `all_ids` (N,) are the GalaxyIDs of all galaxies.
    """

    tree: DecisionTree
    ids: np.ndarray
    rows: np.ndarray
    other_rows: np.ndarray
    voted: np.ndarray
    other_labels: np.ndarray
    all_ids: np.ndarray

    @property
    def mean_label(self) -> np.ndarray:
        """The mean label (columns,) of all galaxies that are not held out."""
        return known_mean(self.other_labels, axis=0)

    def predicted(self, path: Path | str, own: bool = True) -> np.ndarray:
        """Predictions (n, columns) float64 from a Parquet file, in the order of `ids`.

        Raises InputError like `matched` and, if they should be the `own` ones of the experiment
        whose folder they are in, like `read_own_parquet`.
        """
        table = read_own_parquet(path) if own else read_parquet(path)
        return self.tree.probabilities(self.matched(table, path))

    def dispersion(self, path: Path | str) -> np.ndarray:
        """How unsure a network is of each question, (n, questions), beside its predictions."""
        table = self.matched(read_own_parquet(path), path)
        return table[dispersion_columns(self.tree)].to_numpy(np.float64)

    def predicted_by_views(self, path: Path | str) -> dict[int, np.ndarray]:
        """Predictions by the number of views averaged, from a file of `views_table`."""
        return {
            views: self.tree.probabilities(self.matched(table, path))
            for views, table in read_own_parquet(path).groupby(VIEWS)
        }

    def matched(self, table: pd.DataFrame, path: Path | str) -> pd.DataFrame:
        """A table's rows in the order of `ids`.

        Raises InputError unless the table, which was read from `path`, has each held-out galaxy
        once and no others.
        """
        if not np.array_equal(np.sort(table[GALAXY_ID]), self.ids):
            raise InputError(
                f"{path} holds other galaxies than the {len(self.ids)} held out; delete it, and "
                "run this again"
            )
        return table.set_index(GALAXY_ID).loc[self.ids]


def held_out(survey: pd.DataFrame, ids: pd.Series, tree: DecisionTree, path: Path | str) -> HeldOut:
    """The galaxies `ids` (n,), held out from a survey.

    `survey` has GalaxyID and the tree's columns, one row per galaxy in the order of the crops.
    Raises InputError, naming the `path` that the ids were read from, if any of them is not in the
    survey, or if either has an id twice.
    """
    ids = np.sort(ids.to_numpy())
    rows = rows_of(ids, survey[GALAXY_ID], path)
    other_rows = np.setdiff1d(np.arange(len(survey)), rows)
    labels = tree.probabilities(survey)
    others = labels[other_rows]
    return HeldOut(tree, ids, rows, other_rows, labels[rows], others, survey[GALAXY_ID].to_numpy())


def read_held_out(index: Path | str, holdout: Path | str, tree: DecisionTree) -> HeldOut:
    """The held-out galaxies from a survey's files, training.csv and holdout.csv."""
    return held_out(read_index(index), read_csv(holdout)[GALAXY_ID], tree, holdout)
