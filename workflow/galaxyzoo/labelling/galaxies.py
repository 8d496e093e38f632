"""The galaxies to label: of a path that a catalogue takes, of a catalogue, or of a table in it.

A catalogue's folder has the list of its galaxies, cut-outs of positions among them. Of a table in
that folder, such as that of `snakemake suggest`, the galaxies are found in the list by their ids.
"""

import io
import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image
from pyarrow import parquet

from galaxyzoo.catalogue.columns import ID
from galaxyzoo.catalogue.listing import FAULT, PLACE
from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.files.containers import ParquetFiles
from galaxyzoo.files.given_cells import texts
from galaxyzoo.files.given_tables import TABLES, read_given_table
from galaxyzoo.files.images import is_the_images
from galaxyzoo.files.picture_sources import PictureReader, id_column_of
from galaxyzoo.files.pictures import decoded, reason
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.plan.config import name_of_galaxies
from galaxyzoo.plan.listed_galaxies import CONTENTS, RECORD, whole_contents_of
from galaxyzoo.report.colours import in_colour

MOST_PX = 1600  # of a picture as the page shows it
JPEG_QUALITY = 95
SHOWN = 5

log = logging.getLogger(__name__)


class Galaxies(NamedTuple):
    """Galaxies in the order in which they are shown.

    `ids` are as a catalogue has them, `images` are what names their pictures for `survey.own`, and
    `places` find these again. `name` is a name for all of them, and `path` where their pictures
    are. `settings` are those of `plan.picture_settings`.
    """

    name: str
    path: Path
    ids: list[str]
    images: list[str]
    places: list[str]
    reader: PictureReader
    settings: Mapping[str, Any]

    def picture(self, position: int) -> bytes:
        """A galaxy's picture as a JPEG file, at most MOST_PX wide; InputError if there is none."""
        try:
            pixels = decoded(self.reader.read(self.places[position]), self.settings).pixels
        except Exception as error:
            if is_the_images(error):
                raise InputError(reason(error)) from error
            raise
        image = Image.fromarray(in_colour(pixels))
        image.thumbnail((MOST_PX, MOST_PX), Image.Resampling.LANCZOS)
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        return encoded.getvalue()


def catalogue_of(path: Path) -> Path | None:
    """The folder of the catalogue that a path is, or that a table is in; None if it is of none."""
    folder = path if path.is_dir() else path.parent
    return folder if (folder / "listing" / CONTENTS).is_file() else None


def galaxies_at(path: Path, settings: Mapping[str, Any]) -> Galaxies:
    """The galaxies at a path: those of a table in its order, others in a random one.

    The random order is the same for everyone, so that several volunteers label the same galaxies
    first. `settings` is the config's `catalogue`, with how pictures are made. Raises InputError if
    there are none.
    """
    if not path.exists():
        raise InputError(f"there is no {path}; give a folder, a zip, a table or a catalogue")
    folder = catalogue_of(path)
    if folder is None:
        return given_galaxies(path, settings)
    listed = listed_in(folder)
    source = source_of(folder)
    if path.is_dir():
        return shown(folder.name, source, listed.take(random_order(len(listed))), settings)
    return shown(folder.name, source, named_in(path, listed, folder, settings), settings)


def given_galaxies(path: Path, settings: Mapping[str, Any]) -> Galaxies:
    """The galaxies at a path of pictures, or of a table of paths."""
    listed = list_galaxies(path, settings)
    if listed.kind == "positions":
        raise InputError(
            f"{path} has positions and no pictures; have their cut-outs fetched by snakemake look "
            f"--config galaxies={path}, and give the catalogue's folder"
        )
    for sentence in listed.told:
        log.info("%s", sentence)
    table = pa.table({ID: listed.table["id"], PLACE: listed.table["place"]})
    if listed.kind != "table":
        table = table.take(random_order(len(table)))
    return shown(name_of_galaxies({"galaxies": str(path)}), path, table, settings)


def random_order(count: int) -> np.ndarray:
    """Positions (count,) in a random order, the same one each time."""
    return numpy_generator("labelling", count).permutation(count)


def listed_in(folder: Path) -> pa.Table:
    """Id and place of the galaxies that a catalogue lists with a picture."""
    listing = folder / "listing"
    parts = [listing / f"{name}.parquet" for name in sorted(whole_contents_of(listing)["parts"])]
    read = partial(parquet.read_table, columns=[ID, PLACE, FAULT], page_checksum_verification=True)
    table = pa.concat_tables(map(read, parts))
    fit = table.filter(pc.is_null(table[FAULT])).drop_columns([FAULT])
    if missing := len(table) - len(fit):
        log.warning("%d galaxies of %s have no picture, and are left out", missing, folder)
    if not len(fit):
        raise InputError(f"{folder}: no galaxy of this catalogue has a picture")
    return fit


def source_of(folder: Path) -> Path:
    """The path that a catalogue's galaxies were listed from."""
    record = folder / RECORD
    try:
        told = json.loads(record.read_text(encoding="utf-8"))
        places = [Path(told["path"]), Path(told["resolved"])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{record} cannot be read; make the catalogue again") from error
    found = next((place for place in places if place.exists()), None)
    if found is None:
        raise InputError(f"{folder} is the catalogue of {places[0]}, which is not there any more")
    return found


def named_in(table: Path, listed: pa.Table, folder: Path, settings: Mapping[str, Any]) -> pa.Table:
    """The rows of a list that a table names by their ids, in the table's order.

    Raises InputError if it names one twice, or one that the list does not have.
    """
    given = read_given_table(table, settings["id_column"])
    column = id_column_of(given.column_names, table, settings)
    if column is None:
        raise InputError(f"{table} has no column of ids; call it {ID}, as the catalogue does")
    wanted = texts(given, column).tolist()
    places = {one: at for at, one in enumerate(texts(listed, ID))}
    if unknown := [one for one in wanted if one not in places]:
        some = ", ".join(unknown[:SHOWN]) + (", ..." if len(unknown) > SHOWN else "")
        raise InputError(
            f"{table}: {len(unknown)} of its galaxies are not in the catalogue {folder}, or have "
            f"no picture there: {some}"
        )
    if len({*wanted}) < len(wanted):
        twice = next(one for one in wanted if wanted.count(one) > 1)
        raise InputError(f"{table}: the galaxy {twice} is there twice; keep one row of it")
    return listed.take([places[one] for one in wanted])


def shown(name: str, path: Path, table: pa.Table, settings: Mapping[str, Any]) -> Galaxies:
    """The galaxies of a list of id and place, whose pictures are at a path."""
    reader = PictureReader(path, settings)
    ids, places = texts(table, ID).tolist(), [place or "" for place in table[PLACE].to_pylist()]
    return Galaxies(name, path, ids, images_of(ids, places, path, reader), places, reader, settings)


def images_of(
    ids: Sequence[str], places: Sequence[str], path: Path, reader: PictureReader
) -> list[str]:
    """What names each galaxy's picture in a table for `survey.own`.

    It is the path of the picture where a table has paths or positions, and otherwise the id.
    """
    has_paths = path.name.lower().endswith(TABLES) and not path.is_dir()
    return [*(places if has_paths and not isinstance(reader.container, ParquetFiles) else ids)]
