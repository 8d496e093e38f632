"""Tables of galaxies as they are given: CSV, Parquet, FITS or VOTable, with every column."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from astropy.io.votable import parse_single_table
from astropy.table import Table
from pyarrow import csv, parquet

from galaxyzoo.files.names import FITS_SUFFIXES
from galaxyzoo.files.tables import first_fits_table, readable, require_unpackable
from galaxyzoo.foundation.errors import InputError

VOTABLE_SUFFIXES = (".vot", ".votable", ".xml")
CSV_ENDINGS = (".csv", ".csv.gz")
TABLES = (*CSV_ENDINGS, ".parquet", *FITS_SUFFIXES, *VOTABLE_SUFFIXES)


def read_given_table(path: Path, id_column: str | None) -> pa.Table:
    """A whole table; InputError if it cannot be read or has no rows.

    In a CSV file, columns that may identify galaxies are read as text, so that zeros in front stay.
    """
    name = path.name.lower()
    if name.endswith(".parquet"):
        with readable(path, "Parquet"):
            table = without_dictionaries(parquet.read_table(path))
    elif name.endswith(FITS_SUFFIXES):
        with readable(path, "FITS"), first_fits_table(path) as unit:
            table = from_astropy(Table.read(unit))
    elif name.endswith(VOTABLE_SUFFIXES):
        with readable(path, "VOTable"):
            require_unpackable(path)
            table = from_astropy(parse_single_table(path).to_table(use_names_over_ids=True))
    else:
        texts = {name: pa.string() for name in (id_column, "id_str", "iauname", "id") if name}
        with readable(path, "CSV"):
            require_unpackable(path)
            table = csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=texts))
            if unread := [field.name for field in table.schema if is_of_images(field.type)]:
                raise ValueError(f"its column {unread[0]} is not UTF-8")
    require_rows(len(table), table.column_names, path)
    return table


def without_dictionaries(table: pa.Table) -> pa.Table:
    """A table whose dictionary-encoded columns, such as pandas' categories, are plain ones."""
    plain = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def require_rows(count: int, columns: Sequence[str], path: Path) -> None:
    """Raise InputError if a table has no rows, or two columns of one name."""
    if not count:
        raise InputError(f"{path} has no rows; give a table of galaxies")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise InputError(f"{path} has the column {twice[0]} twice; leave the one that counts")


def from_astropy(table: Table) -> pa.Table:
    """An astropy table as an Arrow one; what has several numbers in a cell becomes lists."""
    table.convert_bytestring_to_unicode()
    flat = [name for name in table.colnames if len(table[name].shape) == 1]
    arrays = {}
    if flat:
        converted = pa.Table.from_pandas(table[flat].to_pandas(), preserve_index=False)
        arrays = {name: converted[name] for name in flat}
    arrays |= {
        name: pa.array(table[name].tolist()) for name in table.colnames if name not in arrays
    }
    return pa.table({name: arrays[name] for name in table.colnames})


def is_of_images(kind: pa.DataType) -> bool:
    """Whether a column's type can hold image files: bytes, or Hugging Face's struct of them."""
    if pa.types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and is_of_images(kind.field("bytes").type)
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
