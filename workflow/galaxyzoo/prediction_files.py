"""Tables of predictions: as Parquet between the steps, and as a submission to Kaggle."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.decision_tree import DecisionTree

ID = "GalaxyID"


def prediction_table(
    ids: np.ndarray, probabilities: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """One row a galaxy: GalaxyID and the tree's columns; `probabilities` is (N, columns)."""
    table = pd.DataFrame(probabilities, columns=list(tree.columns))
    table.insert(0, ID, ids)
    return table


def views_table(
    ids: np.ndarray, by_views: Mapping[int, np.ndarray], tree: DecisionTree
) -> pd.DataFrame:
    """Predictions (N, columns) by the number of views averaged over, one number after the other.

    One row a number and galaxy: `views`, GalaxyID and the tree's columns, in float32.
    """
    tables = []
    for views, probabilities in by_views.items():
        table = prediction_table(ids, probabilities.astype(np.float32), tree)
        table.insert(0, "views", views)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def read_views(path: Path | str, ids: pd.Series, tree: DecisionTree) -> dict[int, np.ndarray]:
    """Predictions by number of views, of `views_table`; ValueError if of other galaxies."""
    return {
        views: probabilities_of(checked(table, path, ids), tree)
        for views, table in pd.read_parquet(path).groupby("views")
    }


def probabilities_of(table: pd.DataFrame, tree: DecisionTree) -> np.ndarray:
    """The tree's columns (N, columns) of a table of labels or predictions."""
    return table[list(tree.columns)].to_numpy(np.float64)


def read_predictions(path: Path | str, ids: pd.Series, tree: DecisionTree) -> np.ndarray:
    """The predictions (N, columns) in a Parquet file; ValueError if they are of other galaxies."""
    return probabilities_of(checked(pd.read_parquet(path), path, ids), tree)


def checked(table: pd.DataFrame, path: Path | str, ids: pd.Series) -> pd.DataFrame:
    """The table that was read from `path`; ValueError if it is of other galaxies than `ids`."""
    if not np.array_equal(table[ID], ids):
        raise ValueError(f"{path} holds predictions of other galaxies than were asked for")
    return table


def bagged(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Uniform mean of several predictions of the same galaxies and answers, in the same order.

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
