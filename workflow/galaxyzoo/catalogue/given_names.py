"""The names under which the columns of an input table stand in a catalogue.

FITS has names in ASCII of at most 68 characters, to which capital letters make no difference. A
name is the same in all formats, and a column that has another one than in the input says so.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, count

import pyarrow as pa

from galaxyzoo.catalogue.columns import LONGEST_NAME
from galaxyzoo.files.given_tables import said_of

GIVEN_AS = b"given_as"  # in a column's metadata, its name in the input


def with_fitting_names(table: pa.Table, taken: Iterable[str]) -> pa.Table:
    """A table whose columns have names that fit a catalogue, and are none of those `taken`."""
    names = fitting_names(table.column_names, taken)
    fields = []
    for field, name in zip(table.schema, names, strict=True):
        metadata = dict(field.metadata or {})
        if name != field.name:
            metadata.setdefault(GIVEN_AS, field.name.encode())
        fields.append(field.with_name(name).with_metadata(metadata))
    return pa.table(table.columns, schema=pa.schema(fields))


def fitting_names(names: Sequence[str], taken: Iterable[str]) -> list[str]:
    """Names that fit a catalogue, each the given one where that does.

    Other characters than ASCII's become `_`, a name that is too long loses its end, and an empty
    one is `column_<n>`. What is taken, by a column before it too, ends in `_given`.
    """
    used = {name.lower() for name in taken}
    plain = [plainly_written(name) or f"column_{n}" for n, name in enumerate(names, 1)]
    kept = set()
    for name, written in zip(names, plain, strict=True):
        if name == shortened(written, "") and name.lower() not in used:
            kept.add(name)
            used.add(name.lower())
    return [
        name if name in kept else free_name(written, used)
        for name, written in zip(names, plain, strict=True)
    ]


def free_name(name: str, used: set[str]) -> str:
    """A name that is not among those `used`, in lower case; it is added to them."""
    endings = chain(["", "_given"], map("_given_{}".format, count(2)))
    free = next(one for end in endings if (one := shortened(name, end)).lower() not in used)
    used.add(free.lower())
    return free


def plainly_written(name: str) -> str:
    """A name without blanks around it, in printable ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "_" for c in name.strip())


def shortened(name: str, ending: str) -> str:
    """A name with an ending, short enough for FITS, where an apostrophe is written as two."""
    while len(name + ending) + name.count("'") > LONGEST_NAME:
        name = name[:-1]
    return name.rstrip() + ending


def renamed(schema: pa.Schema) -> dict[str, str]:
    """The names in the input of columns that have another one in the catalogue, by the latter."""
    given = {field.name: said_of(field, GIVEN_AS) for field in schema}
    return {name: before for name, before in given.items() if before is not None}
