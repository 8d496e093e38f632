"""What the owner of a survey calls its galaxies, and the columns that go with them."""

from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.csv_columns import MISSING
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged

NAME = "name"


def read_owners(path: Path | str | None, ids: np.ndarray) -> pd.DataFrame:
    """Names and carried columns of galaxies `ids` (n,), as text, "" where a cell is empty.

    Reads what `own_galaxies` wrote. Without a file, a galaxy's name is its GalaxyID. Returns (n)
    rows by GalaxyID: `name` and the carried columns. Raises InputError if the file is damaged.
    """
    if not path:
        return pd.DataFrame({NAME: ids.astype(str)}, index=pd.Index(ids, name=GALAXY_ID))
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return table.set_index(table.pop(GALAXY_ID).astype(np.int64)).loc[ids]
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, error) from error


def numbers_carried(owners: pd.DataFrame) -> dict[str, np.ndarray]:
    """The carried columns (n,) float64 that hold different numbers, NaN where a cell is empty."""
    found = {}
    for column in owners.columns.drop(NAME):
        text = owners[column]
        missing = text.isin(MISSING.to_pylist())
        numbers = pd.to_numeric(text.mask(missing), errors="coerce").astype(float)
        numbers = numbers.where(np.isfinite(numbers))
        if numbers.min() < numbers.max() and (numbers.notna() | missing).all():
            found[column] = numbers.to_numpy()
    return found
