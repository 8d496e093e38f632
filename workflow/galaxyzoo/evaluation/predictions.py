"""Tables of predictions: as Parquet between the steps, and as a submission to Kaggle."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

ID = "GalaxyID"
VIEWS = "views"


def rows_of(ids: np.ndarray, survey: pd.Series, path: Path | str) -> np.ndarray:
    """Positions (n,) of galaxies in a survey's column of GalaxyIDs, in the order of `ids`.

    Raises InputError, which names the `path` that the ids were read from, unless each of them is
    once among them and once in the survey.
    """
    galaxies = pd.Index(survey)
    if galaxies.is_unique and len(np.unique(ids)) == len(ids):
        rows = galaxies.get_indexer(ids)
        if (rows >= 0).all():
            return rows
    raise InputError(
        f"{path} does not list each of its galaxies once, or lists others than the survey's: "
        "delete it, and run this again"
    )


def prediction_table(
    ids: np.ndarray, probabilities: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """One row a galaxy: GalaxyID and the tree's columns. `probabilities` is (N, columns)."""
    table = pd.DataFrame(probabilities, columns=list(tree.columns))
    table.insert(0, ID, ids)
    return table


def views_table(
    ids: np.ndarray, by_views: Mapping[int, np.ndarray], tree: DecisionTree
) -> pd.DataFrame:
    """Predictions (N, columns) by the number of views averaged over, one number after the other.

    One row for each number and galaxy: `views`, GalaxyID and the tree's columns in float32.
    """
    tables = []
    for views, probabilities in by_views.items():
        table = prediction_table(ids, probabilities.astype(np.float32), tree)
        table.insert(0, VIEWS, views)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def bagged(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The mean of several predictions of the same galaxies and answers, in the same order.

    Raises ValueError where the tables are of different galaxies or answers.
    """
    first = tables[0]
    if not all(first[ID].equals(t[ID]) and first.columns.equals(t.columns) for t in tables):
        raise ValueError("predictions of different galaxies or answers cannot be bagged")
    columns = first.columns.drop(ID)
    bag = first.copy()
    bag[columns] = np.mean([table[columns].to_numpy(np.float64) for table in tables], axis=0)
    return bag


def write_submission(table: pd.DataFrame, path: Path) -> None:
    """Write predictions as Kaggle takes them: gzipped CSV, ids ascending."""
    table.sort_values(ID).to_csv(
        path, index=False, float_format="%.6f", compression={"method": "gzip", "mtime": 0}
    )
