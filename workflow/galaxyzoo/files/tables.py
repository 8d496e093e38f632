"""Selected columns of tables of galaxies, read from CSV, Parquet, FITS, VOTable or ECSV files."""

import bz2
import gzip
import logging
import lzma
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.files import csv_tables
from galaxyzoo.files.archives import unpacked
from galaxyzoo.files.csv_tables import require_cells, require_columns
from galaxyzoo.files.names import (
    ECSV_SUFFIXES,
    FITS_SUFFIXES,
    PARQUET_SUFFIXES,
    VOTABLE_SUFFIXES,
    galaxy_id,
)
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)

UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, EOFError, pa.ArrowException),
    *(zlib.error, lzma.LZMAError),
)

OF_ASTROPY = ECSV_SUFFIXES + VOTABLE_SUFFIXES  # FITS is too, but is opened by its header alone
META = b"table_meta_yaml"  # in the metadata of a Parquet file that astropy wrote

# What astropy and pyarrow unpack by themselves, without a limit: how it begins, and how it opens.
PACKED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}


def column_names(path: Path) -> list[str]:
    """Names of the columns of a table; InputError if it cannot be read."""
    name = path.name.lower()
    if name.endswith(PARQUET_SUFFIXES):
        with readable(path, "Parquet"):
            return parquet.read_schema(path).names
    if name.endswith(FITS_SUFFIXES):
        with readable(path, "FITS"), first_fits_table(path) as unit:
            return unit.columns.names
    if name.endswith(OF_ASTROPY):
        return astropy_table(path).colnames
    return csv_tables.column_names(path)


def read_table(path: Path, types: Mapping[str, str]) -> pd.DataFrame:
    """Some columns of a table in a CSV (plain, gzipped or in a zip) or any other kind of file.

    `types` maps their names to int64, float64 or str. An empty cell is NaN in a float64 column, and
    an error in an int64 or str column. The first table of a FITS file is read. Raises InputError if
    the file cannot be read, lacks a column, or has a cell that does not match its type.
    """
    name, columns = path.name.lower(), list(types)
    if name.endswith(PARQUET_SUFFIXES):
        require_each_once(path, column_names(path), columns)
        with readable(path, "Parquet"):
            if is_of_astropy(path):
                table = in_pandas(astropy_table(path), columns)
            else:
                table = parquet.read_table(path, columns=columns).to_pandas(ignore_metadata=True)
    elif name.endswith(FITS_SUFFIXES):
        require_each_once(path, column_names(path), columns)
        table = in_pandas(astropy_table(path), columns)
    elif name.endswith(OF_ASTROPY):
        table = astropy_table(path)
        require_each_once(path, table.colnames, columns)
        table = in_pandas(table, columns)
    else:
        table = csv_tables.read_columns(path, types, wide=True)
    return pd.DataFrame({name: typed(path, table[name], kind) for name, kind in types.items()})


def require_each_once(path: Path, present: Sequence[str], columns: Sequence[str]) -> None:
    """Raise InputError unless a table has each of the columns once."""
    require_columns(path, present, columns)
    if twice := [column for column in columns if present.count(column) > 1]:
        raise InputError(f"{path} has the column {twice[0]} twice; leave the one that counts")


def typed(path: Path, column: pd.Series, kind: str) -> pd.Series:
    """A column of a table as int64, float64 or str; InputError naming the first unfit cell."""
    if kind == "float64":
        numbers = pd.to_numeric(column, errors="coerce")
        require_cells(path, column, column.isna() | numbers.notna(), "a number")
        return numbers.astype("float64")
    text = column.astype("str").mask(column.isna(), "").str.strip()
    if kind == "int64":
        good = text.map(lambda cell: galaxy_id(cell) is not None)
        require_cells(path, column, good, "a whole number")
    else:
        require_cells(path, column, text != "", "a name")
    return text.astype(kind)


def in_pandas(table: Any, columns: Sequence[str]) -> pd.DataFrame:  # noqa: ANN401
    """Some columns of an astropy table, with text where that has bytes."""
    table = table[list(columns)]
    table.convert_bytestring_to_unicode()
    return table.to_pandas()


def astropy_table(path: Path) -> Any:  # noqa: ANN401
    """The first table in a FITS, VOTable, ECSV or astropy's Parquet file, as an astropy Table.

    Astropy is imported only when there is such a file, because the import is slow. Raises
    InputError if it cannot be read.
    """
    from astropy.io.votable import parse
    from astropy.table import Table
    from astropy.table.serialize import represent_mixins_as_columns

    name = path.name.lower()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about units unknown to astropy, which are kept as text
        if name.endswith(FITS_SUFFIXES):
            with readable(path, "FITS"), first_fits_table(path, logical_as_bytes=True) as unit:
                return with_yes_or_no(Table.read(unit), unit.columns)
        if name.endswith(VOTABLE_SUFFIXES):
            with readable(path, "VOTable"):
                require_unpackable(path)
                tables = list(parse(path).iter_tables())
                tell_of_others(path, len(tables))
                return tables[0].to_table(use_names_over_ids=True)
        if name.endswith(PARQUET_SUFFIXES):
            return represent_mixins_as_columns(Table.read(path, format="parquet"))
        with readable(path, "ECSV"):
            require_unpackable(path)
            return represent_mixins_as_columns(Table.read(path, format="ascii.ecsv"))


def with_yes_or_no(table: Any, columns: Any) -> Any:  # noqa: ANN401
    """A table of FITS with its logical columns, read as bytes, as bool: neither T nor F is masked.

    Astropy would take an undefined one for false.
    """
    from astropy.table import MaskedColumn

    for column in columns:
        if column.format.lstrip("0123456789").startswith("L"):
            name, letters = column.name, np.ma.getdata(table[column.name])
            mask = (letters != b"T") & (letters != b"F")
            table[name] = MaskedColumn(letters == b"T", name=name, mask=mask)
    return table


def is_of_astropy(path: Path) -> bool:
    """Whether astropy wrote a Parquet file: it keeps units and which cells are masked apart."""
    return META in (parquet.read_schema(path).metadata or {})


@contextmanager
def first_fits_table(path: Path, **options: bool) -> Iterator[Any]:
    """The first table in a FITS file, as an astropy HDU; ValueError if there is none.

    `options` are those of astropy's `fits.open`.

    Astropy is imported only when there is a FITS file, because the import is slow.
    """
    from astropy.io import fits

    require_unpackable(path)
    with fits.open(path, **options) as units:
        tables = [unit for unit in units if isinstance(unit, fits.BinTableHDU | fits.TableHDU)]
        tell_of_others(path, len(tables))
        yield tables[0]


def tell_of_others(path: Path, tables: int) -> None:
    """Log that a file holds several tables, if it does. ValueError if it holds none."""
    if not tables:
        raise ValueError("it holds no table; a single picture is shown by workflow/scripts/show.py")
    if tables > 1:
        log.warning("%s holds %d tables, of which the first is read", path, tables)


def require_unpackable(path: Path) -> None:
    """Raise InputError if a packed table has too many bytes when it is unpacked."""
    with path.open("rb") as file:
        start = file.read(max(map(len, PACKED)))
    for begins, opened in PACKED.items():
        if start.startswith(begins):
            with opened(path) as file:
                for _ in unpacked(path, file):
                    pass


@contextmanager
def readable(path: Path, kind: str) -> Iterator[None]:
    """Turn any error from reading a file into an InputError."""
    try:
        yield
    except InputError:
        raise
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(
            f"{path} cannot be read as a {kind} table ({reason}); fix it or replace it"
        ) from error
