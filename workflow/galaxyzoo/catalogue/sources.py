"""The galaxies at a path: images in a folder, zip or tar, Parquet files, or a table.

A galaxy's `place` finds its image again, as those of `files.picture_sources` do.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from galaxyzoo.catalogue.given_names import with_fitting_names
from galaxyzoo.files.archives import is_utf8
from galaxyzoo.files.containers import PICTURES, Container, ParquetFiles
from galaxyzoo.files.given_tables import TABLES, read_given_table
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.files.picture_sources import (
    beside,
    container_of,
    fits_sentences,
    id_column_of,
    left_out,
    pictures_in,
    rows_beside,
)
from galaxyzoo.files.positions import position_columns, require_column
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)


class Listed(NamedTuple):
    """Galaxies: a `table` of id, place and the input table's own columns, and the `kind` of input.

    The kind is `images`, `parquet`, `table`, or `positions`, whose places are empty. `told` has
    sentences about what was left out, and how pictures are read. `given` is the input table as it
    is, with its own names, if there is one.
    """

    table: pa.Table
    kind: str
    told: Sequence[str] = ()
    given: pa.Table | None = None


def list_galaxies(path: Path, settings: Mapping[str, Any]) -> Listed:
    """The galaxies at a path. `settings` is the config's `catalogue`.

    Raises InputError if the path holds no galaxies, if ids are missing or not unique, or if the
    config names a column that is not there.
    """
    container = container_of(path, settings)
    if isinstance(container, ParquetFiles):
        return listed_parquet(path, container, settings)
    if not path.is_dir() and path.name.lower().endswith(TABLES):
        return listed_table(path, settings)
    return listed_files(path, container, settings)


def listed_files(path: Path, container: Container, settings: Mapping[str, Any]) -> Listed:
    """The galaxies of image files in a folder, a zip or tars."""
    pictures, told = pictures_in(path, container, settings)
    if unfit := [one.file for one in pictures if not is_utf8(one.file + one.place)]:
        raise InputError(f"{path}: the name {unfit[0]!a} is not UTF-8; rename the image")
    ids = [picture.name.rpartition("/")[2] for picture in pictures]
    require_unique(ids, [picture.file for picture in pictures], path, "keep one, or rename it")
    places = [picture.place for picture in pictures]
    table = pa.table({"id": pa.array(as_numbers(ids) or ids), "place": places})
    log.info("%d galaxies in %s", len(table), path)
    return Listed(table.sort_by("id"), "images", told)


def as_numbers(texts: Sequence[str]) -> list[int] | None:
    """Ids as whole numbers, if all are and each is written as its number is; else None."""
    numbers = [galaxy_id(text) for text in texts]
    if all(
        number is not None and str(number) == text
        for number, text in zip(numbers, texts, strict=True)
    ):
        return numbers
    return None


def require_unique(ids: Sequence[object], where: Sequence[object], path: Path, remedy: str) -> None:
    """Raise InputError if an id occurs twice, with the two places, and what to do."""
    seen: dict[object, object] = {}
    for one, place in zip(ids, where, strict=True):
        if one in seen:
            raise InputError(
                f"{path}: the galaxy {one} occurs twice, as {seen[one]} and as {place}; {remedy}"
            )
        seen[one] = place


def listed_parquet(path: Path, container: ParquetFiles, settings: Mapping[str, Any]) -> Listed:
    """The galaxies of Parquet files with images, with all other columns."""
    given = rows_beside(path, container)
    places = pa.array([place for _, place in container.entries()], pa.string())
    log.info("%d galaxies in %s, with images in %s", len(places), path, container.column)
    told = left_out(beside(path, container.files), "no images")
    return Listed(with_ids(given, places, path, settings), "parquet", told, given)


def listed_table(path: Path, settings: Mapping[str, Any]) -> Listed:
    """The galaxies of a table with paths of images, or with positions."""
    given = read_given_table(path, settings["id_column"])
    column = image_column(given, path, settings)
    if column is None:
        log.info("%d positions in %s", len(given), path)
        places = pa.nulls(len(given), pa.string())
        return Listed(with_ids(given, places, path, settings), "positions", given=given)
    paths = given[column].cast(pa.string()).fill_null("").to_pylist()
    images = sum(os.path.isfile(path.parent / one) for one in paths if one)
    if not images:
        raise InputError(
            f"{path}: no row of its column {column} names a file; it holds {paths[0]}, where a "
            f"path from {path.parent} should be"
        )
    log.info("%d rows in %s, of which %d have an image", len(given), path, images)
    told = fits_sentences(paths, settings)
    return Listed(with_ids(given, pa.array(paths), path, settings), "table", told, given)


def image_column(given: pa.Table, path: Path, settings: Mapping[str, Any]) -> str | None:
    """The column of paths of images, or None for a table of positions.

    Raises InputError if the table has neither.
    """
    if (named := settings["image_column"]) is not None:
        require_column(given.column_names, named, path, "catalogue.image_column")
        return named
    for name in given.column_names:
        values = given[name]
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            first = next((text for text in values.slice(0, 100).to_pylist() if text), "")
            if first.lower().endswith(PICTURES) and "://" not in first:
                require_header(name, path)
                return name
    if position_columns(given.column_names, path, settings):
        return None
    raise InputError(
        f"{path} has no column of paths of images, and no ra and dec; name one in "
        "catalogue.image_column, or both in catalogue.ra_column and catalogue.dec_column: it has "
        f"{', '.join(given.column_names)}"
    )


def require_header(name: str, path: Path) -> None:
    """Raise InputError if the name of a column of paths is a path: a galaxy would be lost."""
    if name.lower().endswith(PICTURES):
        raise InputError(
            f"{path}: its first line names the image {name}, where names of columns should be; put "
            "a line with these before it"
        )


def with_ids(
    given: pa.Table, places: pa.Array, path: Path, settings: Mapping[str, Any]
) -> pa.Table:
    """A table of id, place and the given columns, but for one that is called id itself.

    A given column that has one of these names for something else is called otherwise. Raises
    InputError if an id is missing or occurs twice.
    """
    column = id_column_of(given.column_names, path, settings)
    if column is None:
        ids = pa.array(range(1, len(places) + 1), pa.int64())
    else:
        ids = ids_of(given[column], column, path)
    is_id = column is not None and column.lower() == "id"
    own = with_fitting_names(given.drop_columns([column]) if is_id else given, ("id", "place"))
    schema = pa.schema([("id", ids.type), ("place", places.type), *own.schema])
    return pa.table([ids, places, *own.columns], schema=schema)


def ids_of(cells: pa.ChunkedArray, column: str, path: Path) -> pa.Array:
    """The ids in a column, int64 if all are whole numbers, else string.

    Raises InputError if the column holds neither, or if an id is missing or occurs twice.
    """
    values = cells.to_pylist()
    missing = (
        row for row, value in enumerate(values, 1) if value is None or not str(value).strip()
    )
    if row := next(missing, None):
        raise InputError(f"{path}, row {row} has no {column}; give each galaxy one")
    if unfit := [value for value in values if type(value) not in (int, str)]:
        raise InputError(
            f"{path}: its column {column} holds {unfit[0]!r}, which is neither a whole number nor "
            "a text; name another one in catalogue.id_column"
        )
    remedy = "keep one, or name a column of different ids in catalogue.id_column"
    require_unique(values, [f"row {row}" for row in range(1, len(values) + 1)], path, remedy)
    texts = [str(value) for value in values]
    return pa.array(as_numbers(texts) or texts)
