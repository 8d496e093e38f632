"""The galaxies at a path: images in a folder, zip or tar, Parquet files, or a table.

A galaxy's `place` finds its image again: a container's place or, for FITS files by band, JSON with
one for each band.
"""

import json
import logging
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.catalogue.given_names import with_fitting_names
from galaxyzoo.catalogue.positions import column_called, position_columns, require_column
from galaxyzoo.files.archives import files_below, is_utf8, is_visible
from galaxyzoo.files.containers import (
    FITS_PICTURES,
    PACKED_TARS,
    PICTURES,
    Container,
    Folder,
    ParquetFiles,
    Tars,
    Zip,
)
from galaxyzoo.files.galaxy_files import GalaxyFile, by_galaxy
from galaxyzoo.files.given_tables import (
    TABLES,
    is_of_images,
    read_given_table,
    read_parquet,
    require_rows,
)
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.files.tables import readable
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)

# Columns that identify galaxies, whatever their capital letters: the first that is there does.
ID_COLUMNS = ("id_str", "GalaxyID", "id", "objid", "dr7objid", "dr8objid", "dr8_id", "specobjid")
ID_COLUMNS += ("targetid", "source_id", "iauname", "designation", "name")
FIELD = re.compile(r"\.[A-Za-z]{3,}$")  # of WebDataset: the picture of KEY is KEY.image.jpg
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")
NAMED, KINDS = 3, 8  # files, and kinds of files, in a sentence


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


class ImageReader:
    """Reads the images of galaxies at a path by their places, in several threads at once."""

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        """Find out what the path holds. `settings` is the config's `catalogue`."""
        self._container = container_of(path, settings)

    def read(self, place: str) -> bytes | dict[str, bytes]:
        """The bytes of an image or, where there is a file for each band, of all bands.

        Raises InputError or OSError if there is no such image.
        """
        if not place.startswith('{"'):
            return self._container.read(place)
        return {band: self._container.read(one) for band, one in json.loads(place).items()}


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
    files = sorted(container.entries())
    images = [(name, place) for name, place in files if is_visible(name, PICTURES)]
    others = Counter(kind_of(name) for name, _ in files if not is_visible(name, PICTURES))
    if isinstance(container, Tars):
        others += beside(path, container.tars)
    if not images:
        raise InputError(
            f"{path} holds no images; it should hold files in {', '.join(PICTURES)}"
            + (f", and has {counted(others)}" if others else "")
        )
    if unfit := [name for name, _ in images if not is_utf8(name)]:
        raise InputError(f"{path}: the name {unfit[0]!a} is not UTF-8; rename the image")
    galaxies, aside, other_bands = by_galaxy(images, settings["bands"])
    ids = [identity(galaxy, path, container) for galaxy in galaxies]
    require_unique(ids, [galaxy.file for galaxy in galaxies], path, "keep one, or rename it")
    places = [
        json.dumps(galaxy.places) if isinstance(galaxy.places, dict) else galaxy.places
        for galaxy in galaxies
    ]
    table = pa.table({"id": pa.array(as_numbers(ids) or ids), "place": places})
    told = [
        *left_out(others, "no images"),
        *left_out(aside, "errors, masks, weights and the like of other pictures"),
        *left_out(other_bands, "files of bands that are not shown"),
        *fits_sentences([galaxy.file for galaxy in galaxies], settings),
    ]
    log.info("%d galaxies in %s", len(table), path)
    return Listed(table.sort_by("id"), "images", told)


def identity(galaxy: GalaxyFile, path: Path, container: Container) -> str:
    """The id of a galaxy by its file's name; one by band right below the path is named by that."""
    name = galaxy.name.rpartition("/")[2] or path.resolve().name.partition(".")[0]
    return FIELD.sub("", name) if isinstance(container, Tars) else name


def beside(path: Path, read: Sequence[str]) -> Counter[str]:
    """The kinds of the files in a folder other than those that are `read`; none if it is a file."""
    names = set(files_below(path).files) - set(read) if path.is_dir() else ()
    return Counter(map(kind_of, names))


def kind_of(name: str) -> str:
    """The kind of a file that is no picture, by its name."""
    if name.endswith("/"):
        return "links to folders that are read by another path"
    if not is_visible(name, ("",)):
        return "hidden"
    suffix = SUFFIX.search(name)
    return suffix[0].lower() if suffix else "without suffix"


def counted(kinds: Counter[str]) -> str:
    """How many there are of each kind, in words, the commonest first."""
    common = kinds.most_common(KINDS)
    rest = kinds.total() - sum(number for _, number in common)
    return ", ".join(
        f"{kind} {number:,}" for kind, number in [*common, *([("others", rest)] if rest else [])]
    )


def left_out(files: Counter[str] | Sequence[str], what: str) -> list[str]:
    """A sentence about files that are left out, counted by kind or with the first names, if any."""
    if not files:
        return []
    if isinstance(files, Counter):
        return [f"Left out as {what}: {files.total():,} ({counted(files)})."]
    more = ", ..." if len(files) > NAMED else ""
    return [f"Left out as {what}: {len(files):,} ({', '.join(files[:NAMED])}{more})."]


def fits_sentences(files: Sequence[str], settings: Mapping[str, Any]) -> list[str]:
    """How FITS pictures are made to colour, if any of the files is one."""
    if not any(file.lower().endswith(FITS_PICTURES) for file in files):
        return []
    red, green, blue = settings["bands"]
    return [
        f"Of FITS pictures, the bands {red}, {green} and {blue} are shown red, green and blue "
        "(catalogue.bands). They are found by the names of files, of HDUs, or of a cube's planes "
        "in its header (BANDS, or BAND0, BAND1, ...). Three planes without names are taken in this "
        "order."
    ]


def container_of(path: Path, settings: Mapping[str, Any]) -> Container:
    """What holds the images of a path; of a table, the folder that it is in.

    Raises InputError if nothing is known to be read so.
    """
    name = path.name.lower()
    if name.endswith(PACKED_TARS):
        raise InputError(f"{path} is a compressed tar; unpack it to a tar or a folder")
    if path.is_dir():
        return container_in(path, settings)
    if name.endswith(".zip"):
        return Zip(path)
    if name.endswith(".tar"):
        return Tars(path.parent, [path.name])
    if name.endswith(TABLES):
        if name.endswith(".parquet") and (column := column_of_bytes(path, settings)):
            return ParquetFiles(path.parent, [path.name], column)
        return Folder(path.parent)
    if name.endswith(PICTURES):
        raise InputError(
            f"galaxies: {path} is a single picture; give the folder that it is in, or drop it on "
            "the page that python workflow/scripts/show.py results/EXPERIMENT opens"
        )
    raise InputError(
        f"galaxies: {path} is of no known kind; allowed: a folder, .zip or .tar of images, or a "
        f"table in {', '.join(TABLES)}"
    )


def container_in(folder: Path, settings: Mapping[str, Any]) -> Container:
    """What holds the images in a folder: itself, tars or Parquet files."""
    files = sorted(files_below(folder).files)
    by_suffix = {
        suffix: [file for file in files if is_visible(file, (suffix,))]
        for suffix in (".tar", ".parquet")
    }
    kinds = [suffix for suffix, some in by_suffix.items() if some]
    if any(is_visible(file, PICTURES) for file in files):
        kinds.append("image files")
    if packed := [file for file in files if is_visible(file, PACKED_TARS)]:
        raise InputError(f"{folder / packed[0]} is a compressed tar; unpack it")
    if len(kinds) > 1:
        raise InputError(f"{folder} holds {' and '.join(kinds)}; give a folder of one kind")
    if by_suffix[".tar"]:
        return Tars(folder, by_suffix[".tar"])
    if by_suffix[".parquet"]:
        if column := column_of_bytes(folder / by_suffix[".parquet"][0], settings):
            return ParquetFiles(folder, by_suffix[".parquet"], column)
        raise InputError(
            f"{folder} holds Parquet files without a column of images"
            + (f" {named} (catalogue.image_column)" if (named := settings["image_column"]) else "")
        )
    return Folder(folder)


def column_of_bytes(path: Path, settings: Mapping[str, Any]) -> str | None:
    """The column of a Parquet file with image files: bytes, or a struct of them; None if none."""
    with readable(path, "Parquet"):
        schema = parquet.read_schema(path)
    fit = [field.name for field in schema if is_of_images(field.type)]
    if settings["image_column"] in fit:
        return settings["image_column"]
    if settings["image_column"] is not None:
        return None
    if len(fit) > 1:
        raise InputError(
            f"{path} has several columns of bytes, {', '.join(fit)}; name that of the images in "
            "catalogue.image_column"
        )
    return fit[0] if fit else None


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
    tables = []
    for file in container.files:
        with readable(container.path / file, "Parquet"):
            names = parquet.read_schema(container.path / file).names
            if container.column not in names:
                raise ValueError(f"it has no column {container.column}, as the others have")
        tables.append(read_parquet(container.path / file, without=container.column))
    try:
        given = pa.concat_tables(tables, promote_options="default")
    except pa.ArrowException as error:
        raise InputError(
            f"{path} holds Parquet files of different columns ({error}); make them the same"
        ) from error
    places = pa.array([place for _, place in container.entries()], pa.string())
    require_rows(len(places), given.column_names, path)
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
        require_column(given.column_names, named, path, "image_column")
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
    if (column := settings["id_column"]) is not None:
        require_column(given.column_names, column, path, "id_column")
    else:
        found = (column_called(name, given.column_names) for name in ID_COLUMNS)
        column = next((name for name in found if name), None)
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
