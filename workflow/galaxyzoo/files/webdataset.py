"""The labels that lie beside the pictures of a WebDataset: KEY.json and KEY.cls beside KEY.jpg."""

import json
import re
from collections import defaultdict
from typing import Any

import pyarrow as pa

from galaxyzoo.files.archives import is_visible
from galaxyzoo.files.containers import Tars
from galaxyzoo.foundation.errors import InputError

LABELS = (".json", ".cls")
KEY, CLASS = "image", "cls"  # columns: the key of the picture, and what is in its .cls file
FIELD = re.compile(r"\.[A-Za-z]{3,}$")  # the picture of KEY may be KEY.image.jpg


def key_of(name: str) -> str:
    """The key of a file, from its tar and its name without the suffix."""
    return FIELD.sub("", name)


def labels_beside(tars: Tars) -> pa.Table | None:
    """A row for each key that has labels, by key: those in its JSON object, and its class.

    What is no text, number or truth value in a JSON object is left out. Returns None if there are
    no such files. Raises InputError if one cannot be read.
    """
    rows: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, place in tars.entries():
        if not is_visible(name, LABELS):
            continue
        row, labels = rows[key_of(name.rpartition(".")[0])], labels_in(tars.read(place), name)
        if twice := sorted(row.keys() & labels.keys()):
            raise InputError(f"{tars.path / name}: {twice[0]} has been given by another file of it")
        row.update(labels)
    if not rows:
        return None
    columns = dict.fromkeys(column for row in rows.values() for column in row if column != KEY)
    values = {column: [row.get(column) for row in rows.values()] for column in columns}
    table = {KEY: pa.array(list(rows), pa.string())}
    return pa.table(table | {column: column_of(cells) for column, cells in values.items()})


def labels_in(content: bytes, name: str) -> dict[str, Any]:
    """The labels in a file of this name; InputError if they cannot be read."""
    try:
        text = content.decode()
        if name.endswith(".cls"):
            return {CLASS: text.strip()}
        labels = json.loads(text)
        if not isinstance(labels, dict):
            raise ValueError("it is no object")
    except ValueError as error:
        raise InputError(f"{name} cannot be read as labels ({error}); replace it") from error
    return {key: value for key, value in labels.items() if not isinstance(value, dict | list)}


def column_of(cells: list[Any]) -> pa.Array:
    """Cells as a column; as text, if they are of several types."""
    try:
        return pa.array(cells)
    except pa.ArrowException:
        return pa.array([None if cell is None else str(cell) for cell in cells], pa.string())
