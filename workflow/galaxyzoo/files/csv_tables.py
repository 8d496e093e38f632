"""CSV files, plain, gzipped or in a zip, and checks of the cells of any table."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.archives import REPLACE, is_visible, opened_in, opened_zip, unpacked
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.foundation.errors import InputError

SHOWN_COLUMNS = 10


def read_columns(path: Path, types: Mapping[str, str], *, wide: bool = False) -> pd.DataFrame:
    """The table in a CSV file, plain, gzipped or in a zip, with columns of the given types.

    `types` maps the names of required columns to int64, float64 or str. If the table is `wide`, the
    other columns are not read. An empty cell is NaN. Raises InputError if the file cannot be read,
    lacks a column, or has a cell that is not a number where it should be.
    """
    usecols = (lambda name: name in types) if wide else None
    require_header(path, types)
    content = csv_file(path)
    try:
        table = pd.read_csv(content, dtype=dict(types), usecols=usecols)
    except (ValueError, OverflowError) as error:
        require_numbers(path, read_text(path, usecols), types)
        raise InputError(f"{path} cannot be read ({error}); fix it, or {REPLACE}") from error
    require_columns(path, table, list(types))
    require_width(path, table)
    return table


def require_header(path: Path, columns: Iterable[str]) -> None:
    """Raise InputError if a CSV file has one of the columns twice: pandas would take the first."""
    content = csv_file(path)
    try:
        header = pd.read_csv(content, header=None, nrows=1, dtype=str).iloc[0].tolist()
    except ValueError:
        return  # what is wrong is told where the table is read
    if twice := [column for column in columns if header.count(column) > 1]:
        raise InputError(f"{path} has the column {twice[0]} twice; leave the one that counts")


def require_width(path: Path, table: pd.DataFrame) -> None:
    """Raise InputError if rows have more cells than the header has names.

    Pandas would take the first cells for names of rows, and shift the others.
    """
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"{path} has rows with more cells than its header has columns; fix it")


def column_names(path: Path) -> list[str]:
    """Names of the columns of a CSV file; InputError if it cannot be read."""
    content = csv_file(path)
    try:
        return pd.read_csv(content, nrows=0).columns.tolist()
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error


def csv_file(path: Path) -> io.BytesIO:
    """The contents of a CSV file, plain or gzipped, or of the only CSV file in a zip.

    Raises InputError if it cannot be read, or unpacks to too many bytes.
    """
    suffix, content = path.suffix.lower(), io.BytesIO()
    if suffix != ".zip":
        try:
            if suffix != ".gz":
                return io.BytesIO(path.read_bytes())
            with gzip.open(path) as file:
                content.writelines(unpacked(path, file))
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InputError(f"{path} is not a whole gzip file ({error}); {REPLACE}") from error
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        content.seek(0)
        return content
    with opened_zip(path) as archive:
        names = [name for name in archive.namelist() if is_visible(name, (".csv",))]
        if len(names) != 1:
            raise InputError(f"{path} holds {len(names)} CSV files; it should hold one")
        try:
            with opened_in(archive, names[0]) as file:
                content.writelines(unpacked(path, file))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise InputError(f"{path} is not a whole zip file ({error}); {REPLACE}") from error
    content.seek(0)
    return content


def read_text(path: Path, usecols: Callable[[str], bool] | None = None) -> pd.DataFrame:
    """A table whose cells are text without surrounding blanks, "" where a cell is empty."""
    content = csv_file(path)
    try:
        table = pd.read_csv(content, dtype=str, keep_default_na=False, usecols=usecols)
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error
    require_width(path, table)
    return table.apply(lambda column: column.str.strip())


def require_columns(path: Path, present: Iterable[str], columns: Sequence[str]) -> None:
    """Raise InputError unless all `columns` are among those `present` in a table."""
    present = list(present)
    if missing := [column for column in columns if column not in present]:
        some = ", ".join(present[:SHOWN_COLUMNS]) + (", ..." if present[SHOWN_COLUMNS:] else "")
        raise InputError(f"{path} has no column {', '.join(missing)}; its columns are {some}")


def require_numbers(path: Path, text: pd.DataFrame, types: Mapping[str, str]) -> None:
    """Raise InputError naming the first cell of a text table that does not match its type."""
    require_columns(path, text, list(types))
    for column, kind in types.items():
        if kind == "int64":
            require_ids(path, text[column])
        elif kind == "float64":
            numbers = pd.to_numeric(text[column], errors="coerce")
            require_cells(path, text[column], (text[column] == "") | numbers.notna(), "a number")


def require_ids(path: Path, column: pd.Series) -> None:
    """Raise InputError naming the first cell that is not a GalaxyID."""
    good = column.map(lambda cell: galaxy_id(cell) is not None)
    require_cells(path, column, good, "a whole number")


def require_cells(path: Path, column: pd.Series, good: pd.Series, kind: str) -> None:
    """Raise InputError naming the first cell of a column that is not `good`."""
    if not good.all():
        row = int(np.argmin(good.to_numpy(dtype=bool)))
        cell = f"{path}, row {row + 1}, column {column.name}: {column.tolist()[row]!r}"
        raise InputError(f"{cell} is not {kind}; fix it, or {REPLACE}")
