"""The tables of a catalogue: FITS, VOTable, CSV and Parquet, written shard by shard.

One shard is in memory at a time. In the plain tables a fraction is missing where fewer than half of
the volunteers would be asked its question.
"""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.table import MaskedColumn, Table
from pyarrow import csv, parquet

from galaxyzoo.catalogue.columns import Column
from galaxyzoo.foundation.atomic_files import replaced

ASKED = "_proportion_volunteers_asked"
HALF = 0.5
FLOATS = (pa.float32(), pa.float64())
ROWS = re.compile(rb"(?<=<TABLEDATA>)(.*)(?=</TABLEDATA>)", re.DOTALL)
LISTED = b"galaxyzoo_listed"  # in a shard's metadata, the SHA-256 of its part of the list
FITS_BLOCK = 2880  # bytes, of which a FITS file is a whole number of
COLUMNS = (
    "The columns of the input table come after `id`. In the FITS and VOTable files, letters "
    "outside ASCII are written as their codes, such as `\\xe9`, and dates as text."
)

Tables = Callable[[], Iterator[pa.Table]]


def described(table: pa.Table, columns: Mapping[str, Column]) -> pa.Table:
    """A table with unit, UCD and description of each known column in its Arrow metadata."""
    fields = []
    for field in table.schema:
        if column := columns.get(field.name):
            metadata = {"unit": column.unit, "ucd": column.ucd, "description": column.description}
            field = field.with_metadata({key: text for key, text in metadata.items() if text})
        fields.append(field)
    return table.cast(pa.schema(fields))


def write_tables(
    shards: Sequence[Path], columns: Mapping[str, Column], plain: Sequence[str], folder: Path
) -> None:
    """Write a catalogue's FITS, VOTable and CSV files, and those of its plain table with Parquet.

    `shards` are Parquet files of one schema: the id, the input table's own columns, and the rest of
    the catalogue's `columns`, which are given by name. `plain` are the names of those in the plain
    table.
    """
    names = parquet.read_schema(shards[0]).names
    whole = partial(shard_tables, shards)
    few = partial(plain_tables, shards, [n for n in names if n not in columns or n in plain])
    for stem, tables in (("catalogue", whole), ("catalogue_plain", few)):
        write_csv(tables, folder / f"{stem}.csv")
        write_fits(tables, columns, folder / f"{stem}.fits")
        write_votable(tables, columns, folder / f"{stem}.vot")
    write_parquet(few, folder / "catalogue_plain.parquet")


def shard_tables(shards: Sequence[Path]) -> Iterator[pa.Table]:
    """The tables of shards, one after another."""
    return (parquet.read_table(shard) for shard in shards)


def plain_tables(shards: Sequence[Path], names: Sequence[str]) -> Iterator[pa.Table]:
    """The plain tables of shards: fewer columns; no fractions of questions that few are asked."""
    for shard in shards:
        table = parquet.read_table(shard, columns=list(names))
        questions = [name.removesuffix(ASKED) for name in names if name.endswith(ASKED)]
        for question in questions:
            few = pc.less(table[f"{question}{ASKED}"], HALF)
            for name in names:
                if name.startswith(f"{question}_") and name.endswith("_fraction"):
                    hidden = pc.if_else(few, pa.scalar(None, table[name].type), table[name])
                    position, field = table.column_names.index(name), table.schema.field(name)
                    table = table.set_column(position, field, hidden)
        yield table


def write_csv(tables: Tables, path: Path) -> None:
    """Write tables as one CSV file."""
    with replaced(path) as unfinished, ExitStack() as stack:
        writer = None
        for given in tables():
            table = pa.table({name: in_csv(given[name]) for name in given.column_names})
            writer = writer or stack.enter_context(csv.CSVWriter(unfinished, table.schema))
            writer.write_table(table)


def in_csv(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as CSV can hold it: lists, structs and bytes are text."""
    kind = values.type
    return values if pa.types.is_primitive(kind) or pa.types.is_decimal(kind) else plainly(values)


def write_parquet(tables: Tables, path: Path) -> None:
    """Write tables as one Parquet file."""
    with replaced(path) as unfinished, ExitStack() as stack:
        writer = None
        for table in tables():
            writer = writer or stack.enter_context(
                parquet.ParquetWriter(unfinished, table.schema, write_page_checksum=True)
            )
            writer.write_table(table)


class Texts(NamedTuple):
    """Facts about all shards, collected before any is written.

    `rows` is their number, `widths` the length of the longest text of each column of text as it is
    written in ASCII (with room for `false`), `missing` the other columns that lack a value.
    """

    rows: int
    widths: dict[str, int]
    missing: set[str]


def texts_of(tables: Tables) -> Texts:
    """Look through tables for lengths of texts and missing values."""
    rows, widths, missing = 0, {}, set()
    for table in tables():
        rows += len(table)
        for name, values in zip(table.column_names, map(plainly, table.columns), strict=True):
            if pa.types.is_string(values.type):
                longest = max(map(len, ["false", *in_ascii(values)]))
                widths[name] = max(widths.get(name, 1), longest)
            elif values.null_count and not pa.types.is_floating(values.type):
                missing.add(name)
    return Texts(rows, widths, missing)


def plainly(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as FITS and VOTable can hold it: numbers, yes or no, or text.

    Dates and whatever else an input table has become text, and so does a yes or no that may be
    missing.
    """
    kind = values.type
    if pa.types.is_boolean(kind) and values.null_count:
        return values.cast(pa.string())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or kind in FLOATS:
        return values
    try:
        return values.cast(pa.string())
    except pa.ArrowException:
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return pa.chunked_array([texts], pa.string())


def in_ascii(values: pa.ChunkedArray) -> list[str]:
    r"""Texts in ASCII, missing ones empty: another character is its code, such as \xe9."""
    texts = values.cast(pa.string()).fill_null("").to_pylist()
    return [text.encode("ascii", "backslashreplace").decode() for text in texts]


def as_astropy(table: pa.Table, columns: Mapping[str, Column], texts: Texts) -> Table:
    """A table for astropy, with units and descriptions, the same in all shards but for its rows."""
    result = Table()
    for name in table.column_names:
        values = plainly(table[name])
        if name in texts.widths:
            content = np.array(in_ascii(values), f"S{texts.widths[name]}")
        elif pa.types.is_floating(values.type):
            content = values.to_numpy()
        elif name in texts.missing:
            absent = values.is_null().to_numpy()
            content = MaskedColumn(values.fill_null(0).to_numpy(), mask=absent)
        else:
            content = values.to_numpy()
        result[name] = content
        if column := columns.get(name):
            result[name].unit, result[name].description = column.unit, column.description
    return result


def write_fits(tables: Tables, columns: Mapping[str, Column], path: Path) -> None:
    """Write tables as one FITS table, with units, UCDs (as TUCDn) and descriptions (as TCOMMn)."""
    texts = texts_of(tables)
    with replaced(path) as unfinished, unfinished.open("wb") as file:
        has_header = False
        for table in tables():
            rows = as_astropy(table, columns, texts)
            for name in texts.missing:
                rows[name] = rows[name].filled(lowest(rows[name].dtype))
            unit = fits.table_to_hdu(rows)
            if not has_header:
                fits.PrimaryHDU().writeto(file)
                header = unit.header.copy()
                header["NAXIS2"] = texts.rows
                for number, name in enumerate(rows.colnames, 1):
                    if name in texts.missing:
                        header[f"TNULL{number}"] = int(lowest(rows[name].dtype))
                    if column := columns.get(name):
                        header[f"TUCD{number}"] = column.ucd or ""
                        header[f"TCOMM{number}"] = column.description
                file.write(header.tostring().encode("ascii"))
                has_header = True
            file.write(records(unit))
        file.write(bytes(-file.tell() % FITS_BLOCK))


def lowest(kind: np.dtype) -> int:
    """The number that stands for a missing one in a column of whole numbers."""
    return np.iinfo(kind).min


def records(unit: fits.BinTableHDU) -> bytes:
    """The rows of a FITS table as they are in a file."""
    content = io.BytesIO()
    unit.writeto(content)
    first = len(fits.PrimaryHDU().header.tostring()) + len(unit.header.tostring())
    return content.getvalue()[first : first + unit.header["NAXIS1"] * unit.header["NAXIS2"]]


def write_votable(tables: Tables, columns: Mapping[str, Column], path: Path) -> None:
    """Write tables as one VOTable, the rows of each made by astropy and put one after another."""
    texts = texts_of(tables)
    with replaced(path) as unfinished, unfinished.open("wb") as file:
        end = b""
        for table in tables():
            document = from_table(as_astropy(table, columns, texts))
            for field in document.get_first_table().fields:
                if column := columns.get(field.name):
                    field.ucd = column.ucd
            content = io.BytesIO()
            document.to_xml(content, tabledata_format="tabledata")
            before, rows, after = ROWS.split(content.getvalue())
            file.write(rows if end else before + rows)
            end = after
        file.write(end)


def write_readme(
    folder: Path, columns: Mapping[str, Column], title: str, lines: Sequence[str]
) -> None:
    """Write README.md: a title, paragraphs, and a table that explains each column."""
    rows = [
        f"| `{column.name}` | {column.kind} | {column.unit or ''} | {column.description} |"
        for column in columns.values()
    ]
    text = "\n\n".join([f"# {title}", *lines, COLUMNS])
    header = "| column | kind | unit | meaning |\n| --- | --- | --- | --- |"
    with replaced(folder / "README.md") as unfinished:
        unfinished.write_text("\n".join([text, "", header, *rows, ""]), encoding="utf-8")
