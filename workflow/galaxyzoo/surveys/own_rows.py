"""The rows of a user's own table of galaxies, or of a folder for each class: images and names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from galaxyzoo.files.containers import PICTURES, ParquetFiles, Tars
from galaxyzoo.files.csv_columns import MISSING
from galaxyzoo.files.csv_tables import require_columns
from galaxyzoo.files.galaxy_files import without_suffix as without_its_suffix
from galaxyzoo.files.given_cells import texts
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.files.picture_sources import (
    PictureFile,
    container_of,
    parquet_ids,
    pictures_in,
    rows_beside,
)
from galaxyzoo.files.tables import column_names
from galaxyzoo.files.webdataset import KEY, LABELS, labels_beside
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.picture_settings import keys_of_own

IMAGE, CLASS = KEY, "folder"  # columns of the table that a folder for each class stands for


class OwnRows(NamedTuple):
    """The rows (N) of a table as they are `given`, with the text that names each one's image.

    `images` is that text, and `names` what the owner calls the galaxy; both are "" where a cell is
    empty. `ids` are the galaxies' GalaxyIDs, missing for a row without a name.
    """

    given: pa.Table
    images: pd.Series
    names: pd.Series
    ids: pd.Series


def read_own(
    images: Path,
    table: Path | None,
    own: Mapping[str, Any],
    columns: Sequence[str],
    *,
    of_names: bool = False,
) -> OwnRows:
    """The rows of a table of galaxies; without a table, those of Parquet files or tars of `images`.

    Without either, there is a row for each picture, with its folder. `own` is the config's
    `survey.own`. `columns` are those that are needed besides the ones that name image and galaxy;
    they stay text if they are `of_names`. Raises InputError if the table cannot be read or lacks a
    column.
    """
    if table is None:
        given = rows_without_a_table(images, own)
        image_column, id_column = IMAGE, own["id_column"]
        wanted = dict.fromkeys([id_column, *columns])
        require_columns(images, given.column_names, [name for name in wanted if name is not None])
    else:
        image_column, id_column = own["image_column"], own["id_column"]
        given = read_given_table(table, image_column, id_column, *(columns if of_names else ()))
        wanted = dict.fromkeys([image_column, id_column, *columns])
        require_columns(table, given.column_names, [name for name in wanted if name is not None])
    cells = texts(given, image_column)
    names = cells if id_column is None else texts(given, id_column)
    return OwnRows(given, cells, names, galaxy_ids(names))


def rows_without_a_table(images: Path, own: Mapping[str, Any]) -> pa.Table:
    """The table that pictures stand for: rows of Parquet files, labels in tars, or folders.

    Its column IMAGE names the picture.
    """
    settings = own | keys_of_own(own, is_table=True)
    container = container_of(images, settings)
    if isinstance(container, Tars) and (labels := labels_beside(container)) is not None:
        return labels
    if not isinstance(container, ParquetFiles):
        return by_folder(own_pictures(images, None, own)[0])
    given = rows_beside(images, container)
    names = [str(one) for one in parquet_ids(given, images, settings)]
    others = [name for name in given.column_names if name != IMAGE]
    return given.select(others).append_column(IMAGE, pa.array(names, pa.string()))


def own_pictures(
    images: Path, table: Path | None, own: Mapping[str, Any]
) -> tuple[list[PictureFile], list[str]]:
    """The pictures at a path, and sentences on what is left out and how they are read."""
    settings = own | keys_of_own(own, is_table=table is None)
    labels = LABELS if table is None else ()
    return pictures_in(images, container_of(images, settings), settings, labels)


def columns_given(images: Path, table: Path | None, own: Mapping[str, Any]) -> list[str]:
    """The columns of a table or, without one, of Parquet files, or of labels in tars.

    There is CLASS alone if pictures lie in a folder for each class. Raises InputError if labels
    that are not classes have no table.
    """
    if table is not None:
        return column_names(table)
    container = container_of(images, own | keys_of_own(own, is_table=True))
    if isinstance(container, ParquetFiles):
        return column_names(container.path / container.files[0])
    if isinstance(container, Tars) and (labels := labels_beside(container)) is not None:
        return labels.column_names
    if own["labels"] != "class":
        raise InputError(
            f"survey.own.table: missing with labels: {own['labels']}, since {images} holds no "
            "labels beside the pictures; give the table of labels"
        )
    return [CLASS]


def by_folder(pictures: Sequence[PictureFile]) -> pa.Table:
    """A table of pictures in a folder for each class: the image, and the folder that it is in."""
    files = [picture.file for picture in pictures]
    folders = [picture.name.rpartition("/")[0].rpartition("/")[2] for picture in pictures]
    return pa.table({IMAGE: pa.array(files, pa.string()), CLASS: pa.array(folders, pa.string())})


def galaxy_ids(names: pd.Series) -> pd.Series:
    """A GalaxyID (N,) Int64 for each name or path, the same for equal ones, missing for "".

    These are the whole numbers that the galaxies are named by, if all are and no two names give the
    same number. Otherwise each is the name's position among all names in alphabetical order,
    counted from 1, so that the order of the rows makes no difference.
    """
    distinct = sorted(set(names) - {""})
    numbers = [galaxy_id(stem(name)) for name in distinct]
    if None in numbers or len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(distinct) + 1))
    ids = names.map(dict(zip(distinct, numbers, strict=True)))
    return ids.astype("Int64").rename("GalaxyID")


def own_groups(images: Path, table: Path | None, own: Mapping[str, Any]) -> pd.Series:
    """The cell in a table's `group_column` of each galaxy, by GalaxyID, "" if it is empty.

    A word for a missing cell, such as NA, names no group.
    """
    groups = cells_by_galaxy(images, table, own, [own["group_column"]])[1].iloc[:, 0]
    return groups.mask(groups.isin(MISSING.to_pylist()), "").rename("group")


def own_galaxies(images: Path, table: Path | None, own: Mapping[str, Any]) -> pd.DataFrame:
    """The galaxies by GalaxyID: name, and the columns in `carry` as text, "" if a cell is empty."""
    names, columns = cells_by_galaxy(images, table, own, own["carry"])
    columns.insert(0, "name", names)
    return columns


def cells_by_galaxy(
    images: Path, table: Path | None, own: Mapping[str, Any], columns: Sequence[str]
) -> tuple[pd.Series, pd.DataFrame]:
    """The galaxies' names and some columns of their table, as text, by ascending GalaxyID.

    Of a galaxy with several rows, whose labels are refused, they are those of the first.
    """
    rows = read_own(images, table, own, columns, of_names=True)
    cells = pd.DataFrame({name: texts(rows.given, name) for name in columns}, rows.names.index)
    first = rows.ids.notna() & ~rows.ids.duplicated()
    ids = pd.Index(rows.ids[first].astype("int64"))
    names = pd.Series(rows.names[first].to_numpy(), ids).sort_index()
    return names, cells[first].set_axis(ids).sort_index()


def has_suffix(name: str) -> bool:
    """Whether a name ends in an image's suffix."""
    return name.lower().endswith(PICTURES)


def without_suffix(name: str) -> str:
    """A name without its image suffix, if it has one."""
    return without_its_suffix(name) if has_suffix(name) else name


def stem(name: str) -> str:
    """A name or path without its folders and its image suffix, if it has any."""
    return without_suffix(name.rpartition("/")[2])
