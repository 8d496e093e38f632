"""Tables of predictions: as Parquet between the steps, and as a submission to Kaggle."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.decision_tree import GALAXY_ZOO_2

ID = "GalaxyID"


def prediction_table(ids: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """One row a galaxy: GalaxyID and the 37 columns; `probabilities` is (N, 37)."""
    table = pd.DataFrame(probabilities, columns=list(GALAXY_ZOO_2.columns))
    table.insert(0, ID, ids)
    return table


def probabilities_of(table: pd.DataFrame) -> np.ndarray:
    """The 37 columns (N, 37) of a table of labels or predictions."""
    return table[list(GALAXY_ZOO_2.columns)].to_numpy(np.float64)


def read_predictions(path: Path | str, ids: pd.Series) -> np.ndarray:
    """The predictions (N, 37) in a Parquet file; ValueError if they are of other galaxies."""
    table = pd.read_parquet(path)
    if not np.array_equal(table[ID], ids):
        raise ValueError(f"{path} holds predictions of other galaxies than were asked for")
    return probabilities_of(table)


def bagged(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Uniform mean of several predictions of the same galaxies, in the same order.

    Raises ValueError where the tables are of different galaxies.
    """
    ids = tables[0][ID]
    if not all(ids.equals(table[ID]) for table in tables):
        raise ValueError("predictions of different galaxies cannot be bagged")
    return prediction_table(ids.to_numpy(), np.mean([probabilities_of(t) for t in tables], axis=0))


def write_submission(table: pd.DataFrame, path: Path) -> None:
    """Write predictions as Kaggle takes them: gzipped CSV, ids ascending."""
    table.sort_values(ID).to_csv(
        path, index=False, float_format="%.6f", compression={"method": "gzip", "mtime": 0}
    )
