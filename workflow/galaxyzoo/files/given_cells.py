"""Cells of a table as it is given, as text or as numbers, whatever their column holds."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galaxyzoo.files.csv_columns import MISSING
from galaxyzoo.foundation.errors import InputError


def texts(table: pa.Table, column: str) -> pd.Series:
    """A column (N,) as text without blanks around it, "" where a cell is missing.

    A whole number is written without a point, in a column of floating-point numbers too. Raises
    InputError if a cell cannot be text, such as a list.
    """
    values = table[column]
    try:
        if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            raise pa.ArrowInvalid("bytes")
        text = pc.fill_null(values.cast(pa.string()), "")
    except pa.ArrowException as error:
        raise InputError(
            f"the column {column} holds {values.type}, where names should be; name another column"
        ) from error
    text = pc.utf8_trim_whitespace(text)
    if pa.types.is_floating(values.type):
        text = pc.if_else(pc.equal(text, "nan"), "", text)
    return pd.Series(text.to_pylist(), name=column, dtype=str)


def numbers(table: pa.Table, column: str) -> tuple[pd.Series, np.ndarray]:
    """A column (N,) as float64, NaN where a cell is missing, and which cells are no numbers.

    The latter, boolean (N,), are NaN too. Missing are cells that are empty or hold a word for it,
    such as NA.
    """
    values = table[column]
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        cells = values.cast(pa.float64(), safe=False).to_numpy()
        return pd.Series(cells, name=column), np.zeros(len(cells), bool)
    text = texts(table, column)
    missing = text.isin(MISSING.to_pylist())
    cells = pd.to_numeric(text.mask(missing), errors="coerce").astype("float64")
    return cells, (cells.isna() & ~missing).to_numpy()
