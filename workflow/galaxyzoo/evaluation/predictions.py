"""Tables of predictions: Parquet files between steps, and submissions to Kaggle."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.tree.decision_tree import DecisionTree

VIEWS = "views"
DISPERSION = "dispersion_"  # begins the name of a question's column, before its number


def rows_of(ids: np.ndarray, survey: pd.Series, path: Path | str) -> np.ndarray:
    """Positions (n,) of galaxies in a survey's column of GalaxyIDs, in the order of `ids`.

    Raises InputError, naming the `path` that the ids were read from, unless each of them occurs
    once in `ids` and once in the survey.
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
    """One row per galaxy: GalaxyID and the tree's columns. `probabilities` is (N, columns)."""
    table = pd.DataFrame(probabilities, columns=list(tree.columns))
    table.insert(0, GALAXY_ID, ids)
    return table


def dispersion_columns(tree: DecisionTree) -> list[str]:
    """The columns of a table of predictions that hold each question's dispersion."""
    return [f"{DISPERSION}{question.number}" for question in tree.questions]


def with_dispersion(
    predictions: pd.DataFrame, dispersion: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """A table of predictions (N rows) with each question's dispersion (N, questions) beside."""
    columns = zip(dispersion_columns(tree), dispersion.T, strict=True)
    return predictions.assign(**dict(columns))


def views_table(
    ids: np.ndarray, by_views: Mapping[int, np.ndarray], tree: DecisionTree
) -> pd.DataFrame:
    """Predictions (N, columns) for each number of views averaged, stacked into one table.

    One row per number and galaxy: `views`, GalaxyID and the tree's columns in float32.
    """
    tables = []
    for views, probabilities in by_views.items():
        table = prediction_table(ids, probabilities.astype(np.float32), tree)
        table.insert(0, VIEWS, views)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def bagged(
    tables: Mapping[str, pd.DataFrame], weights: Sequence[float] | None = None
) -> pd.DataFrame:
    """The mean of several predictions of the same galaxies and answers, in the same order.

    `tables` are by the path that they were read from. `weights` are those of the mean, equal ones
    if there are none. Raises InputError if the tables differ in galaxies or answers.
    """
    path, first = next(iter(tables.items()))
    for other, table in tables.items():
        if not (first[GALAXY_ID].equals(table[GALAXY_ID]) and first.columns.equals(table.columns)):
            raise InputError(
                f"{path} and {other} are predictions of different galaxies or answers, of which "
                "there is no mean. Either their surveys left out different galaxies as bad, or one "
                "file is damaged: delete it, and run this again"
            )
    columns = first.columns.drop(GALAXY_ID)
    bag = first.copy()
    values = [table[columns].to_numpy(np.float64) for table in tables.values()]
    bag[columns] = np.average(values, axis=0, weights=weights)
    return bag


def write_submission(table: pd.DataFrame, path: Path) -> None:
    """Write predictions in Kaggle's format: gzipped CSV, ids ascending."""
    table.sort_values(GALAXY_ID).to_csv(
        path, index=False, float_format="%.6f", compression={"method": "gzip", "mtime": 0}
    )
