"""Tables of galaxies as they are given: CSV, Parquet, FITS, VOTable or ECSV, with every column.

A column's unit, UCD and description are in its metadata, as they are in those of a catalogue.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from astropy.table import Column, Table
from pyarrow import csv, parquet

from galaxyzoo.files.csv_columns import typed
from galaxyzoo.files.csv_tables import csv_content
from galaxyzoo.files.names import (
    ECSV_SUFFIXES,
    FITS_SUFFIXES,
    PARQUET_SUFFIXES,
    TABLE_SUFFIXES,
    VOTABLE_SUFFIXES,
)
from galaxyzoo.files.tables import astropy_table, is_of_astropy, readable
from galaxyzoo.foundation.errors import InputError

OF_ASTROPY = (*FITS_SUFFIXES, *VOTABLE_SUFFIXES, *ECSV_SUFFIXES)
TABLES = tuple(suffix for suffix in TABLE_SUFFIXES if suffix != ".zip")  # a zip is one of images
NAMES = ("id_str", "iauname", "id", "name", "designation")  # in lower case


def read_given_table(path: Path, *names: str | None) -> pa.Table:
    """A whole table; InputError if it cannot be read or has no rows.

    In a CSV file, columns of names are text whatever they hold: those that are usually called so,
    and those in `names`.
    """
    name = path.name.lower()
    if name.endswith(PARQUET_SUFFIXES):
        table = read_parquet(path)
    elif name.endswith(OF_ASTROPY):
        with readable(path, path.suffix.lstrip(".")):
            table = from_astropy(astropy_table(path))
    else:
        with readable(path, "CSV"):
            table = read_csv(path, names)
    require_rows(len(table), table.column_names, path)
    return table


def read_csv(path: Path, of_names: Collection[str | None]) -> pa.Table:
    """A CSV file, with blanks around the names of its columns left out; `of_names` stay text."""
    content, delimiter = csv_content(path)
    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    start = content.tell()
    names = csv.open_csv(content, parse_options=parse).schema.names
    content.seek(start)
    convert = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.binary()))
    table = csv.read_csv(content, parse_options=parse, convert_options=convert)
    names, columns = [name.strip() for name in names], []
    for name, values in zip(names, table.columns, strict=True):
        try:
            texts = values.cast(pa.string())
        except pa.ArrowInvalid as error:
            raise ValueError(f"its column {name} is not UTF-8") from error
        is_name = name in of_names or name.lower() in NAMES
        columns.append(texts if is_name else typed(texts))
    return pa.table(columns, names)


def read_parquet(path: Path, without: str | None = None) -> pa.Table:
    """A Parquet file, perhaps without one of its columns; InputError if it cannot be read.

    Columns that are dictionaries, such as pandas' categories, become plain ones.
    """
    with readable(path, "Parquet"):
        if is_of_astropy(path):
            given = astropy_table(path)
            return from_astropy(given[[name for name in given.colnames if name != without]])
        with parquet.ParquetFile(path) as file:
            table = file.read([name for name in file.schema_arrow.names if name != without])
        plain = [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in table.schema
        ]
        return table.cast(pa.schema(plain, table.schema.metadata))


def require_rows(count: int, columns: Sequence[str], path: Path) -> None:
    """Raise InputError if a table has no rows, or two columns of one name."""
    if not count:
        raise InputError(f"{path} has no rows; give a table of galaxies")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise InputError(f"{path} has the column {twice[0]} twice; leave the one that counts")


def from_astropy(table: Table) -> pa.Table:
    """An astropy table as an Arrow one, with units, UCDs and descriptions as metadata."""
    table.convert_bytestring_to_unicode()
    fields, arrays = [], []
    for name in table.colnames:
        column = table[name]
        arrays.append(in_arrow(column))
        said = {"unit": column.unit, "ucd": column.meta.get("ucd")}
        said["description"] = column.description
        metadata = {key: str(text) for key, text in said.items() if text}
        fields.append(pa.field(name, arrays[-1].type, metadata=metadata))
    return pa.table(arrays, schema=pa.schema(fields))


def in_arrow(column: Column) -> pa.Array:
    """A column of an astropy table; what has several numbers in a cell becomes fixed-size lists."""
    if column.dtype.kind not in "biuf":
        try:
            return pa.array(column.tolist())
        except pa.ArrowException as error:
            raise ValueError(f"its column {column.name} holds {column.dtype.name}") from error
    mask = np.ma.getmaskarray(column).reshape(-1)
    values = np.ma.getdata(column)
    values = values.astype(values.dtype.newbyteorder("=")).reshape(-1)
    if values.dtype.kind == "f":
        mask = mask | np.isnan(values)
    array = pa.array(values, mask=mask)
    for size in reversed(column.shape[1:]):
        array = pa.FixedSizeListArray.from_arrays(array, size)
    return array


def is_of_images(kind: pa.DataType) -> bool:
    """Whether a column's type can hold image files: bytes, or Hugging Face's struct of them."""
    if pa.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and is_of_images(kind.field("bytes").type)
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def said_of(field: pa.Field, key: bytes) -> str | None:
    """What a column's metadata say of it under a key; None if nothing."""
    text: Any = (field.metadata or {}).get(key)
    return None if text is None else text.decode()
