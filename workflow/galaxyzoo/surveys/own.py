"""A user's own labelled galaxies: a folder or zip of images, and a table of their labels."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.archives import images_in
from galaxyzoo.files.names import IMAGE_SUFFIXES, galaxy_id
from galaxyzoo.files.tables import read_table
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.missing_labels import labels_as_given, write_notes
from galaxyzoo.surveys.vote_fractions import fraction_columns, weighted_labels
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

WEIGHTED, SHARES, CATALOGUE = "weighted", "shares", "gz2_"  # survey.own.labels, or how it begins
SHOWN = 5


def write_labels(
    images: Path,
    table: Path,
    image_column: str,
    labels: str,
    far_sums: str,
    tree: DecisionTree,
    labels_path: Path,
    notes_path: Path,
    image_names_path: Path,
) -> None:
    """Write the labels and image names of a table's galaxies, for cropping.

    `image_column` is the table's column that names each galaxy's image: the file's name or path,
    with or without its suffix. `labels` says what the table's other columns hold: `weighted`, the
    tree's columns as they are predicted; `shares`, the tree's columns as shares of the votes on
    their own question; `gz2_` and the ending of Galaxy Zoo 2's columns of vote fractions, of which
    `far_sums` says what is done where a question's sum is far from 1.

    Writes three CSV files. `labels_path` has GalaxyID and the tree's columns, weighted, with a row
    for each row of the table. `notes_path` says why some labels are masked (`missing_labels`).
    `image_names_path` has GalaxyID, image, id (the cell in
    `image_column`) and row, for each galaxy with an image. Raises InputError if a file cannot be
    read, a cell is unfit, or no row has an image.
    """
    columns = list(tree.columns)
    if labels.startswith(CATALOGUE):
        columns = fraction_columns(table, labels.removeprefix(CATALOGUE))
    cells = read_table(table, {image_column: "str"} | dict.fromkeys(columns, "float64"))
    if labels == WEIGHTED:
        made = labels_as_given(cells[columns].to_numpy(), tree)
    else:
        are_fractions = labels.startswith(CATALOGUE)
        made = weighted_labels(table, cells[columns], tree, far_sums if are_fractions else None)
    image_cells = cells[image_column]
    ids = pd.Index(galaxy_ids(image_cells), name="GalaxyID")
    names = matched(image_cells, ids, images_in(images))
    tell_of_matches(image_cells, names, images, table)
    require_own_images(names, table)
    with replaced(labels_path) as labels_file, replaced(image_names_path) as names_file:
        values, notes = (pd.DataFrame(one, index=ids, columns=list(tree.columns)) for one in made)
        values.to_csv(labels_file)
        write_notes(notes, notes_path)
        names.drop_duplicates(["GalaxyID", "image"]).to_csv(names_file, index=False)


def galaxy_ids(cells: Sequence[str]) -> np.ndarray:
    """A GalaxyID (N,) int64 for each cell that names an image, the same for equal cells.

    These are the whole numbers that the images are named by, if all are and no two names give the
    same number. Otherwise each is the number of the first row, counted from 1, with that cell.
    """
    numbers = {cell: galaxy_id(stem(cell)) for cell in cells}
    if None in numbers.values() or len(set(numbers.values())) < len(numbers):
        rows = {cell: row for row, cell in reversed(list(enumerate(cells, 1)))}
        return np.array([rows[cell] for cell in cells], np.int64)
    return np.array([numbers[cell] for cell in cells], np.int64)


def matched(cells: pd.Series, ids: Iterable[int], images: Sequence[str]) -> pd.DataFrame:
    """The images that each cell names: GalaxyID, image, id (the cell) and row, counted from 1.

    A cell may name no image, or several whose names differ only in what the cell leaves out.
    """
    by_stem = defaultdict(list)
    for image in images:
        by_stem[stem(image)].append(image)
    rows = [
        (galaxy, image, cell, row)
        for row, (galaxy, cell) in enumerate(zip(ids, cells, strict=True), 1)
        for image in images_named(cell, by_stem[stem(cell)])
    ]
    return pd.DataFrame(rows, columns=["GalaxyID", "image", "id", "row"])


def images_named(cell: str, images: Sequence[str]) -> list[str]:
    """The images that a cell names, out of some with the same stem.

    Either path may begin higher up than the other. An exact match is taken alone.
    """
    names = {image: image if has_suffix(cell) else without_suffix(image) for image in images}
    if exact := [image for image, name in names.items() if name == cell]:
        return exact
    return [
        image
        for image, name in names.items()
        if f"/{name}".endswith(f"/{cell}") or f"/{cell}".endswith(f"/{name}")
    ]


def has_suffix(name: str) -> bool:
    """Whether a name ends in an image's suffix."""
    return name.lower().endswith(IMAGE_SUFFIXES)


def without_suffix(name: str) -> str:
    """A name without its image suffix, if it has one."""
    return name.rpartition(".")[0] if has_suffix(name) else name


def stem(name: str) -> str:
    """A name or path without its folders and its image suffix, if it has any."""
    return without_suffix(name.rpartition("/")[2])


def tell_of_matches(cells: pd.Series, names: pd.DataFrame, images: Path, table: Path) -> None:
    """Log how rows and images match; InputError if no row has an image."""
    without = cells[~cells.isin(names["id"])].unique()
    some = ", ".join(without[:SHOWN]) + (", ..." if len(without) > SHOWN else "")
    if names.empty:
        raise InputError(
            f"{table}: no row names an image in {images}; its column {cells.name} holds {some}, "
            "where it should hold names or paths of those images"
        )
    log.info(
        "%d rows in %s; %d images in %s are named by them",
        len(cells),
        table,
        names["image"].nunique(),
        images,
    )
    if len(without):
        log.warning("without an image: %d, such as %s", len(without), some)


def require_own_images(names: pd.DataFrame, table: Path) -> None:
    """Raise InputError if rows that name their images differently share one image."""
    galaxies = names.groupby("image")["GalaxyID"].nunique()
    if shared := galaxies.index[galaxies > 1].tolist():
        rows = names.loc[names["image"] == shared[0], "row"].astype(str)
        raise InputError(
            f"{table}, rows {' and '.join(rows)} name the same image, {shared[0]}; keep one of "
            "them, or give each its own image"
        )
