"""The form in which FITS and VOTable hold each column of a catalogue, the same in all its shards.

Both hold numbers with a sign, yes or no, text in ASCII, and arrays of numbers of one shape. What is
something else becomes text; whole numbers without a sign, and small ones, become wider.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galaxyzoo.files.given_tables import is_of_images

# The narrowest type that holds each of Arrow's types of whole numbers, missing ones too.
WHOLE = {
    pa.int8(): "i2",
    pa.uint8(): "i2",
    pa.int16(): "i2",
    pa.uint16(): "i4",
    pa.int32(): "i4",
    pa.uint32(): "i8",
    pa.int64(): "i8",
    pa.uint64(): "i8",
}
WIDER = {"i2": "i4", "i4": "i8"}
FLOATS = {pa.float16(): "f4", pa.float32(): "f4", pa.float64(): "f8"}
MOST_FITS_COLUMNS = 999
LONGEST_BYTES = 1_000  # of a cell that is written as text
WIDEST_FITS_TEXT = 10_000  # characters; each row of a FITS table is as wide as the widest text


class Form(NamedTuple):
    """How a column is held: its type in numpy, the shape of a cell, and whether any is missing.

    Texts are bytes, `S<n>`, an empty one for a missing one. A missing float is NaN.
    """

    kind: np.dtype
    shape: tuple[int, ...] = ()
    missing: bool = False


class Facts(NamedTuple):
    """What is known of a column in some shards: whether a value is missing, and its extremes.

    `shape` is that of an array in each cell; None if they differ. `width` is that of the longest
    text, for a column that can be text.
    """

    missing: bool
    lowest: int = 0
    highest: int = 0
    shape: tuple[int, ...] | None = ()
    width: int = 1


def forms_of(tables: Iterable[pa.Table]) -> tuple[int, dict[str, Form]]:
    """The number of rows of tables of one schema, and the form of each column that has one.

    Columns of long bytes, such as files of images, have none: they are in Parquet alone.
    """
    rows, facts, schema = 0, {}, pa.schema([])
    for table in tables:
        rows, schema = rows + len(table), table.schema
        for name in schema.names:
            here = facts_of(table[name])
            facts[name] = together(facts.get(name, here), here)
    forms = {name: form(schema.field(name).type, known) for name, known in facts.items()}
    return rows, {name: one for name, one in forms.items() if one is not None}


def facts_of(values: pa.ChunkedArray) -> Facts:
    """What is to be known of a column of one shard."""
    kind, missing = values.type, values.null_count > 0
    if kind in FLOATS:
        return Facts(missing)
    if kind in WHOLE:
        extremes = pc.min_max(values).as_py()
        return Facts(missing, extremes["min"] or 0, extremes["max"] or 0, width=20)
    if pa.types.is_boolean(kind):
        return Facts(missing, width=len("false"))
    if is_of_images(kind) and longest_bytes(values) > LONGEST_BYTES:
        return Facts(missing, width=WIDEST_FITS_TEXT + 1)
    array = as_array(values)
    shape = None if array is None else array.shape[1:]
    return Facts(missing, shape=shape, width=max(map(len, in_ascii(values)), default=1))


def longest_bytes(values: pa.ChunkedArray) -> int:
    """The number of bytes of the longest cell in a column of bytes, or of structs of them."""
    if pa.types.is_struct(values.type):
        values = pc.struct_field(values, "bytes")
    return pc.max(pc.binary_length(values)).as_py() or 0


def together(a: Facts, b: Facts) -> Facts:
    """What is known of a column in the shards of both."""
    return Facts(
        a.missing or b.missing,
        min(a.lowest, b.lowest),
        max(a.highest, b.highest),
        a.shape if a.shape == b.shape else None,
        max(a.width, b.width),
    )


def form(kind: pa.DataType, known: Facts) -> Form | None:
    """The form of a column of a type; None for long bytes.

    Where a number would pass for a missing one, it is wider.
    """
    if is_of_images(kind) and known.width > WIDEST_FITS_TEXT:
        return None
    if kind in FLOATS:
        return Form(np.dtype(FLOATS[kind]))
    if pa.types.is_boolean(kind) and not known.missing:
        return Form(np.dtype(bool))
    whole = WHOLE.get(kind)
    while whole and not is_held(whole, known):
        whole = WIDER.get(whole)
    if whole:
        return Form(np.dtype(whole), missing=known.missing)
    if is_list(kind) and known.shape and 0 not in known.shape:
        return Form(np.dtype(array_kind(kind)), known.shape)
    return Form(np.dtype(f"S{max(known.width, 1)}"))


def is_held(whole: str, known: Facts) -> bool:
    """Whether a type holds all numbers, and has one more that can stand for a missing one."""
    limits = np.iinfo(whole)
    return limits.min + known.missing <= known.lowest and known.highest <= limits.max


def is_list(kind: pa.DataType) -> bool:
    """Whether a type is one of lists."""
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def array_kind(kind: pa.DataType) -> str | None:
    """The type in numpy of the numbers in lists, however deep; None for lists of something else."""
    while is_list(kind):
        kind = kind.value_type
    return {**WHOLE, **FLOATS}.get(kind)


def as_array(values: pa.ChunkedArray) -> np.ndarray | None:
    """A column of lists of numbers as one array; None if it is none, or lists differ in shape.

    A missing number is NaN, and a whole one that is missing cannot be in an array.
    """
    if not is_list(values.type) or (kind := array_kind(values.type)) is None:
        return None
    cells = values.to_pylist()
    shape = np.shape(next((cell for cell in cells if cell is not None), []))
    if kind in FLOATS.values():
        cells = [np.full(shape, np.nan) if cell is None else cell for cell in cells]
    try:
        array = np.array(cells, kind)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.shape == (len(cells), *shape) else None


def as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column as text, whatever it holds."""
    try:
        return values.cast(pa.string())
    except pa.ArrowException:
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return pa.chunked_array([texts], pa.string())


def in_ascii(values: pa.ChunkedArray) -> list[str]:
    r"""A column as text in printable ASCII, missing ones empty.

    Another character is its code, such as \xe9, and so is a blank at either end, since FITS and
    readers of VOTables drop such blanks.
    """
    return [printable(text) for text in as_text(values).fill_null("").to_pylist()]


def printable(text: str) -> str:
    """A text in printable ASCII."""
    if text.startswith(" "):
        text = f"\\x20{text[1:]}"
    if text.endswith(" "):
        text = f"{text[:-1]}\\x20"
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c.isascii() and c.isprintable() else code_of(c) for c in text)


def code_of(character: str) -> str:
    r"""A character as Python writes its code, such as \xe9 or \u03b1."""
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else ascii(character)[1:-1]


def held(values: pa.ChunkedArray, form: Form) -> np.ndarray | np.ma.MaskedArray:
    """A column's values in the form that its catalogue has for it."""
    if form.kind.kind == "S":
        return np.array(in_ascii(values), form.kind)
    if form.shape:
        return as_array(values)
    if form.missing:
        mask = values.is_null().to_numpy()
        return np.ma.MaskedArray(values.fill_null(0).to_numpy().astype(form.kind), mask)
    return values.to_numpy().astype(form.kind)


def columns_in_fits(forms: Mapping[str, Form], own: Collection[str]) -> list[str]:
    """The columns that a FITS table of a catalogue holds, in order.

    There can be 999, of which the catalogue's `own`, by name, come first. A text that would make
    every row wide is left out.
    """
    given = [
        name
        for name, form in forms.items()
        if name not in own and (form.kind.kind != "S" or form.kind.itemsize <= WIDEST_FITS_TEXT)
    ]
    fitting = set(given[: max(0, MOST_FITS_COLUMNS - len(own))]) | set(own)
    return [name for name in forms if name in fitting][:MOST_FITS_COLUMNS]
