"""The tables of a catalogue: FITS, VOTable, CSV and Parquet, written shard by shard.

One shard is in memory at a time. In the plain tables a fraction is missing where fewer than half of
the volunteers would be asked its question.
"""

import io
import re
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from astropy import units
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.io.votable.exceptions import VOWarning
from astropy.table import Table
from pyarrow import csv, parquet

from galaxyzoo.catalogue.columns import Column
from galaxyzoo.catalogue.forms import (
    MOST_FITS_COLUMNS,
    WIDEST_FITS_TEXT,
    Form,
    as_text,
    columns_in_fits,
    forms_of,
    held,
    printable,
)
from galaxyzoo.catalogue.given_names import renamed
from galaxyzoo.files.given_tables import said_of
from galaxyzoo.foundation.atomic_files import replaced

ASKED = "_proportion_volunteers_asked"
HALF = 0.5
ROWS = re.compile(rb"(?<=<TABLEDATA>)(.*)(?=</TABLEDATA>)", re.DOTALL)
LISTED = b"galaxyzoo_listed"  # in a shard's metadata, the SHA-256 of its part of the list
REDUCED = "reduced"  # the column of a shard's reduced features, in a file of their own
FITS_BLOCK = 2880  # bytes, of which a FITS file is a whole number of
COLUMNS = (
    "The columns of the input table come after `id`. In the FITS and VOTable files, dates are "
    "text, whole numbers without a sign are wider ones (text above 2^63), and characters that are "
    "not printable ASCII are written as their codes, such as `\\xe9`. A missing text is empty "
    "there, and yes or no is text where it may be missing."
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
) -> list[str]:
    """Write a catalogue's FITS, VOTable and CSV files, and those of its plain table with Parquet.

    `shards` are Parquet files of one schema: the id, the input table's own columns, and the rest of
    the catalogue's `columns`, which are given by name. `plain` are the names of those in the plain
    table. Returns what is to be said of the input's columns, a sentence each.
    """
    schema = parquet.read_schema(shards[0])
    whole = partial(shard_tables, shards)
    names = [name for name in schema.names if name not in columns or name in plain]
    few = partial(plain_tables, shards, names, columns)
    rows, forms = forms_of(whole())
    of_few = {name: form for name, form in forms.items() if name in names}
    for stem, tables, these in (("catalogue", whole, forms), ("catalogue_plain", few, of_few)):
        own = [name for name in these if name in columns]
        in_fits = {name: these[name] for name in columns_in_fits(these, own)}
        write_csv(tables, list(these), folder / f"{stem}.csv")
        write_fits(tables, rows, in_fits, folder / f"{stem}.fits")
        write_votable(tables, these, folder / f"{stem}.vot")
    write_parquet(few, folder / "catalogue_plain.parquet")
    return notes(schema, forms, columns)


def notes(schema: pa.Schema, forms: Mapping[str, Form], own: Collection[str]) -> list[str]:
    """What is to be said of an input's columns in a catalogue, a sentence each.

    `schema` and `forms` are those of the input's columns, and may have the catalogue's `own` too.
    """
    said = [
        f"The input's column {before!r} is called `{name}` in the catalogue."
        for name, before in renamed(schema).items()
    ]
    if images := [field.name for field in schema if field.name not in forms]:
        said.append(
            f"These columns of long bytes are in the Parquet files alone: {listed(images)}."
        )
    in_fits = set(columns_in_fits(forms, own))
    if left_out := [name for name in forms if name not in in_fits]:
        said.append(
            f"The FITS file lacks {len(left_out)} columns, since it can have {MOST_FITS_COLUMNS}, "
            f"and texts of {WIDEST_FITS_TEXT:,} characters: {listed(left_out)}."
        )
    return said


def listed(names: Sequence[str]) -> str:
    """Names of columns in a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def shard_tables(shards: Sequence[Path]) -> Iterator[pa.Table]:
    """The tables of shards, one after another."""
    return (parquet.read_table(shard) for shard in shards)


def plain_tables(
    shards: Sequence[Path], names: Sequence[str], own: Collection[str]
) -> Iterator[pa.Table]:
    """The plain tables of shards: fewer columns; no fractions of questions that few are asked.

    `own` are the names of the catalogue's own columns, to which those of answers belong.
    """
    own_names = [name for name in names if name in own]
    for table in shard_tables(shards):
        table = table.select(names)
        questions = [name.removesuffix(ASKED) for name in own_names if name.endswith(ASKED)]
        for question in questions:
            few = pc.less(table[f"{question}{ASKED}"], HALF)
            for name in own_names:
                if name.startswith(f"{question}_") and name.endswith("_fraction"):
                    hidden = pc.if_else(few, pa.scalar(None, table[name].type), table[name])
                    position, field = table.column_names.index(name), table.schema.field(name)
                    table = table.set_column(position, field, hidden)
        yield table


def write_csv(tables: Tables, names: Sequence[str], path: Path) -> None:
    """Write the columns of some names in tables as one CSV file."""
    with replaced(path) as unfinished, ExitStack() as stack:
        writer = None
        for given in tables():
            table = pa.table([in_csv(given[name]) for name in names], list(names))
            writer = writer or stack.enter_context(csv.CSVWriter(unfinished, table.schema))
            writer.write_table(table)


def in_csv(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as CSV can hold it: lists and structs are text."""
    kind = values.type
    return values if pa.types.is_primitive(kind) or pa.types.is_decimal(kind) else as_text(values)


def write_parquet(tables: Tables, path: Path) -> None:
    """Write tables as one Parquet file."""
    with replaced(path) as unfinished, ExitStack() as stack:
        writer = None
        for table in tables():
            writer = writer or stack.enter_context(
                parquet.ParquetWriter(unfinished, table.schema, write_page_checksum=True)
            )
            writer.write_table(table)


def as_astropy(table: pa.Table, forms: Mapping[str, Form]) -> Table:
    """A table for astropy, with its columns in the same forms in all shards."""
    return Table({name: held(table[name], form) for name, form in forms.items()})


def write_fits(tables: Tables, rows: int, forms: Mapping[str, Form], path: Path) -> None:
    """Write tables as one FITS table, with units, UCDs (as TUCDn) and descriptions (as TCOMMn)."""
    with replaced(path) as unfinished, unfinished.open("wb") as file:
        has_header = False
        for table in tables():
            shard = as_astropy(table, forms)
            for name, form in forms.items():
                if form.missing:
                    shard[name] = shard[name].filled(lowest(form.kind))
            unit = fits.table_to_hdu(shard)
            if not has_header:
                fits.PrimaryHDU().writeto(file)
                header = unit.header.copy()
                header["NAXIS2"] = rows
                for number, (name, form) in enumerate(forms.items(), 1):
                    if form.missing:
                        header[f"TNULL{number}"] = lowest(form.kind)
                    for key, text in in_a_header(table.schema.field(name)).items():
                        header[f"{key}{number}"] = text
                file.write(header.tostring().encode("ascii"))
                has_header = True
            file.write(records(unit))
        file.write(bytes(-file.tell() % FITS_BLOCK))


def in_a_header(field: pa.Field) -> dict[str, str]:
    """Unit, UCD and description of a column, by their keys in a FITS header."""
    said = {"TUCD": said_of(field, b"ucd"), "TCOMM": said_of(field, b"description")}
    if unit := said_of(field, b"unit"):
        try:
            said["TUNIT"] = units.Unit(unit).to_string("fits")
        except (ValueError, TypeError):
            said["TUNIT"] = unit  # as it is, if FITS has no such unit
    return {key: printable(text) for key, text in said.items() if text}


def lowest(kind: np.dtype) -> int:
    """The number that stands for a missing one in a column of whole numbers."""
    return np.iinfo(kind).min


def records(unit: fits.BinTableHDU) -> bytes:
    """The rows of a FITS table as they are in a file."""
    content = io.BytesIO()
    unit.writeto(content)
    first = len(fits.PrimaryHDU().header.tostring()) + len(unit.header.tostring())
    return content.getvalue()[first : first + unit.header["NAXIS1"] * unit.header["NAXIS2"]]


def write_votable(tables: Tables, forms: Mapping[str, Form], path: Path) -> None:
    """Write tables as one VOTable, the rows of each made by astropy and put one after another."""
    with (
        replaced(path) as unfinished,
        unfinished.open("wb") as file,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", VOWarning)  # about names that are no IDs, which get others
        end = b""
        for table in tables():
            document = from_table(as_astropy(table, forms))
            describe_fields(document.get_first_table().fields, forms, table.schema)
            content = io.BytesIO()
            # Astropy's writer in C writes a byte behind its buffer if a row just fills it, and the
            # process ends later (astropy issue 20419). The other one is as fast.
            in_python = {"_debug_python_based_parser": True}
            document.to_xml(content, tabledata_format="tabledata", **in_python)
            before, rows, after = ROWS.split(content.getvalue())
            file.write(rows if end else before + rows)
            end = after
        file.write(end)


def describe_fields(fields: Sequence[Any], forms: Mapping[str, Form], schema: pa.Schema) -> None:
    """Give the fields of a VOTable their units, UCDs and descriptions, and IDs that differ.

    Astropy makes IDs of names, the same for `a b` and `a_b`. So a name that is no ID has a number
    for one. It also writes the shape of an array from its slowest index on, and reads it from the
    fastest on, as the standard has it.
    """
    for number, field in enumerate(fields, 1):
        said, shape = schema.field(field.name), forms[field.name].shape
        if len(shape) > 1:
            field.arraysize = "x".join(map(str, reversed(shape)))
        if field.name != field.ID:
            field.ID = f"column.{number}"
        if unit := said_of(said, b"unit"):
            field.unit = units.Unit(unit, parse_strict="silent")
        field.ucd, field.description = said_of(said, b"ucd"), said_of(said, b"description")


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
