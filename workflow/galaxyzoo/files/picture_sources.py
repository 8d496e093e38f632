"""The pictures at a path: image files in a folder, zip or tars, or in a column of Parquet files.

Training and catalogue read them by this alone. A picture's `place` finds it again: a container's
place or, for FITS files by band, JSON with one for each band. The `settings` are those of
`plan.picture_settings`, of which a config's key is named in messages.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.files.archives import files_below, is_visible
from galaxyzoo.files.bands import in_words
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
from galaxyzoo.files.galaxy_files import by_galaxy
from galaxyzoo.files.given_tables import TABLES, is_of_images, read_parquet, require_rows
from galaxyzoo.files.positions import column_called, require_column
from galaxyzoo.files.tables import readable
from galaxyzoo.files.webdataset import key_of
from galaxyzoo.foundation.errors import InputError

# Columns that identify galaxies, whatever their capital letters: the first that is there does.
ID_COLUMNS = ("id_str", "GalaxyID", "id", "objid", "dr7objid", "dr8objid", "dr8_id", "specobjid")
ID_COLUMNS += ("targetid", "source_id", "iauname", "designation", "name")
SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}$")
NAMED, KINDS = 3, 8  # files, and kinds of files, in a sentence


class PictureFile(NamedTuple):
    """A galaxy's picture: its `name` without suffix or band, its file, and its place.

    The `file` of a picture by band is its name. `position` is where it, or its first band, lies
    among all files of its container, which are read fastest in that order.
    """

    name: str
    file: str
    place: str
    position: int


class PictureReader:
    """Reads pictures at a path by their places, in several threads or forked processes at once."""

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        """Find out what the path holds."""
        self.container = container_of(path, settings)

    def read(self, place: str) -> bytes | dict[str, bytes]:
        """The bytes of an image or, where there is a file for each band, of all bands.

        Raises InputError or OSError if there is no such image.
        """
        if not place.startswith('{"'):
            return self.container.read(place)
        return {band: self.container.read(one) for band, one in json.loads(place).items()}


def pictures_in(
    path: Path, container: Container, settings: Mapping[str, Any], labels: Sequence[str] = ()
) -> tuple[list[PictureFile], list[str]]:
    """The pictures in a container by name, and sentences on those left out and how they are read.

    Pictures in Parquet files are named by their ids, and those in tars by their keys. Files in
    tars whose suffixes are among `labels` are read beside them. Raises InputError if there are
    no pictures.
    """
    if isinstance(container, ParquetFiles):
        ids = parquet_ids(rows_beside(path, container), path, settings)
        names = [str(one).strip() for one in ids]
        places = [place for _, place in container.entries()]
        each = zip(names, places, strict=True)
        found = [PictureFile(name, name, place, at) for at, (name, place) in enumerate(each)]
        return found, left_out(beside(path, container.files), "no images")
    files = list(container.entries())
    by_name = sorted(files)
    images = [(name, place) for name, place in by_name if is_visible(name, PICTURES)]
    others = Counter(kind_of(name) for name, _ in by_name if not is_visible(name, PICTURES))
    if isinstance(container, Tars):
        others += beside(path, container.tars)
        others = Counter({kind: n for kind, n in others.items() if kind not in labels})
    if not images:
        raise InputError(
            f"{path} holds no images; it should hold files in {', '.join(PICTURES)}"
            + (f", and has {counted(others)}" if others else "")
        )
    galaxies, aside, other_bands = by_galaxy(images, settings["bands"], f"{settings['key']}.bands")
    positions = {place: at for at, (_, place) in enumerate(files)}
    found = []
    for name, places, file in galaxies:
        name = key_of(name) if isinstance(container, Tars) else name
        name = name or path.resolve().name.partition(".")[0]
        if isinstance(places, dict):
            at = positions[next(iter(places.values()))]
            found.append(PictureFile(name, name, json.dumps(places), at))
        else:
            found.append(PictureFile(name, file, places, positions[places]))
    told = [
        *left_out(others, "no images"),
        *left_out(aside, "errors, masks, weights and the like of other pictures"),
        *left_out(other_bands, "files of bands that are not shown"),
        *fits_sentences([galaxy.file for galaxy in galaxies], settings),
    ]
    return found, told


def rows_beside(path: Path, container: ParquetFiles) -> pa.Table:
    """All columns of Parquet files but that of the images, in the order of these."""
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
    count = sum(parquet.read_metadata(container.path / file).num_rows for file in container.files)
    require_rows(count, given.column_names, path)
    return given


def parquet_ids(given: pa.Table, path: Path, settings: Mapping[str, Any]) -> list[object]:
    """The ids of rows of Parquet files, "" where one is missing; without any, numbers from 1."""
    column = id_column_of(given.column_names, path, settings)
    if column is None:
        return list(range(1, len(given) + 1))
    return ["" if value is None else value for value in given[column].to_pylist()]


def id_column_of(names: Sequence[str], path: Path, settings: Mapping[str, Any]) -> str | None:
    """The column of a table that identifies galaxies; None if there is none.

    Raises InputError if the config names one that is not there.
    """
    if (column := settings["id_column"]) is not None:
        require_column(names, column, path, f"{settings['key']}.id_column")
        return column
    found = (column_called(name, names) for name in ID_COLUMNS)
    return next((name for name in found if name), None)


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
    *others, last = settings["bands"]
    bands = f"the bands {', '.join(others)} and {last} are" if others else f"the band {last} is"
    taken = {1: "shown grey", 3: "shown red, green and blue"}.get(len(settings["bands"]), "taken")
    count = in_words(len(settings["bands"])).capitalize()
    return [
        f"Of FITS pictures, {bands} {taken} ({settings['key']}.bands). They are found by the names "
        "of files, of HDUs, or of a cube's planes in its header (BANDS, or BAND0, BAND1, ...)."
        + (f" {count} planes without names are taken in this order." if others else "")
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
        of_page = ", or drop it on the page that python workflow/scripts/show.py "
        raise InputError(
            f"{key_of_path(settings)}: {path} is a single picture; give the folder that it is in"
            + (f"{of_page}results/EXPERIMENT opens" if settings["key"] == "catalogue" else "")
        )
    raise InputError(
        f"{key_of_path(settings)}: {path} is of no known kind; allowed: a folder, .zip or .tar of "
        f"images, or a table in {', '.join(TABLES)}"
    )


def key_of_path(settings: Mapping[str, Any]) -> str:
    """What the config calls the path of pictures."""
    return {"catalogue": "galaxies", "survey.own": "survey.own.images"}.get(
        settings["key"], "files"
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
            + (
                f" {named} ({settings['key']}.image_column)"
                if (named := settings["image_column"])
                else ""
            )
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
            f"{settings['key']}.image_column"
        )
    return fit[0] if fit else None
