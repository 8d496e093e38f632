"""A user's own labelled galaxies: images, a table of labels, and which of them go together."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.files.picture_sources import PictureFile
from galaxyzoo.files.positions import radii_in
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.labels import RADIUS
from galaxyzoo.surveys.missing_labels import write_notes
from galaxyzoo.surveys.own_labels import CLASSES, label_columns, labels_of
from galaxyzoo.surveys.own_rows import (
    OwnRows,
    columns_given,
    own_pictures,
    read_own,
    stem,
    without_suffix,
)
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

SHOWN = 5


def write_labels(
    images: Path,
    table: Path | None,
    own: Mapping[str, Any],
    tree: DecisionTree,
    tree_name: str,
    labels_path: Path,
    notes_path: Path,
    image_names_path: Path,
    faults_path: Path,
    votes_path: Path,
) -> None:
    """Write the labels, image names and faults of a table's galaxies, for cropping.

    `own` is the config's `survey.own`. `table` is None if images are in Parquet files or tars with
    the labels, or in a folder for each class. `labels` says what the label columns hold:
    `weighted`, the tree's columns as they are predicted; `shares`, the tree's columns as shares of
    the votes on their own question; `votes`, the tree's columns as counted votes; `class`, the
    galaxy's class in one column; `gz2_` and the ending of Galaxy Zoo 2's columns of vote fractions,
    or `debiased`, of which `far_sums` says what is done where a question's sum is far from 1;
    `gz2_count`, its columns of counted votes. `tree_name` is the tree's in the config if it is one
    of `galaxy_zoo_trees`, else "".

    Writes five CSV files. `labels_path` has GalaxyID and the tree's columns, weighted, with a row
    for each fit row of the table. `notes_path` says why some labels are masked (`missing_labels`).
    `image_names_path` has GalaxyID, image, id (what names it) and row, for each galaxy with an
    image, and its radius in arcsec if `own` names a column of these. `faults_path` has GalaxyID and
    reason for each unfit row; a row without a name has its number in place of the GalaxyID.
    `votes_path` has GalaxyID and the votes for each of the tree's columns, with the rows of
    `labels_path`; none where votes are not counted. Raises InputError if a file cannot be read, or
    no row has an image.
    """
    pictures, told = own_pictures(images, table, own)
    for sentence in told:
        log.info("%s", sentence)
    given = columns_given(images, table, own)
    columns = label_columns(table or images, given, own, tree, tree_name)
    rows = read_own(images, table, own, columns, of_names=own["labels"] == CLASSES)
    made, faults, votes = labels_of(rows.given, columns, own, tree)
    found = matched(rows.images, rows.ids, pictures)
    tell_of_matches(rows.images, found, images, table)
    faults = nameless(rows, own, table).combine(faults, first_of)
    faults = faults.combine(pictureless(rows, found, images), first_of)
    faults = faults.combine(sharing(found, len(faults)), first_of)
    names = found.assign(id=rows.names[found["row"] - 1].to_numpy()).dropna(subset=["GalaxyID"])
    if (column := own["radius_column"]) is not None:
        radii = radii_in(rows.given, column, table or images, "survey.own.radius_column")
        names[RADIUS] = radii[names["row"] - 1]
    fit = (faults == "").to_numpy()
    ids = pd.Index(rows.ids[fit].astype("int64"), name="GalaxyID")
    with (
        replaced(labels_path) as labels_file,
        replaced(image_names_path) as names_file,
        replaced(faults_path) as faults_file,
        replaced(votes_path) as votes_file,
    ):
        values, notes = (pd.DataFrame(one[fit], ids, list(tree.columns)) for one in made)
        values.to_csv(labels_file)
        write_notes(notes, notes_path)
        names.drop_duplicates(["GalaxyID", "image"]).to_csv(names_file, index=False)
        in_words(rows, faults, table).to_csv(faults_file, index=False)
        counted = slice(0) if votes is None else slice(None)
        counts = np.empty((0, len(tree.columns))) if votes is None else votes[fit]
        pd.DataFrame(counts, ids[counted], list(tree.columns)).to_csv(votes_file)


def first_of(one: str, other: str) -> str:
    """The first of two texts that is not empty."""
    return one or other


def nameless(rows: OwnRows, own: Mapping[str, Any], table: Path | None) -> pd.Series:
    """The faults of rows (N,) whose image or name is an empty cell, "" for the others."""
    faults = pd.Series("", index=rows.images.index, dtype=object)
    faults[rows.names == ""] = f"{own['id_column']} is empty, which should hold the galaxy's name"
    column = "its id" if table is None else own["image_column"]
    faults[rows.images == ""] = f"{column} is empty, which should name the image"
    return faults


def pictureless(rows: OwnRows, found: pd.DataFrame, images: Path) -> pd.Series:
    """The faults of rows (N,) that name no image in `images`, "" for the others."""
    faults = pd.Series(f"no image in {images} is named so", index=rows.images.index, dtype=object)
    faults[found["row"] - 1] = ""
    return faults


def sharing(found: pd.DataFrame, count: int) -> pd.Series:
    """The faults of rows (count,) that name one image as different galaxies, "" for the others."""
    faults = pd.Series("", index=range(count), dtype=object)
    several = found.groupby("image")["GalaxyID"].nunique()
    for image in several.index[several > 1]:
        rows = found.loc[found["image"] == image, "row"]
        together = " and ".join(rows.astype(str))
        faults[rows - 1] = f"rows {together} name the same image, {image}; keep one of them"
    return faults


def in_words(rows: OwnRows, faults: pd.Series, table: Path | None) -> pd.DataFrame:
    """The unfit rows as GalaxyID, the row's number if it has none, and the reason, each id once."""
    unfit = faults[faults != ""]
    known = rows.ids[unfit.index].notna()
    numbers = [f"row {at + 1}" for at in unfit.index]
    named = [
        rows.names[at] if table is None else f"{rows.names[at]}, {row}"
        for at, row in zip(unfit.index, numbers, strict=True)
    ]
    ids = rows.ids[unfit.index].astype(str).where(known, numbers)
    reasons = (pd.Series(named, index=unfit.index) + ": " + unfit).where(known, unfit)
    table_of_faults = pd.DataFrame({"GalaxyID": ids, "reason": reasons})
    return table_of_faults.groupby("GalaxyID", sort=False, as_index=False).agg("; ".join)


def matched(cells: pd.Series, ids: Iterable[int], images: Sequence[PictureFile]) -> pd.DataFrame:
    """The images that each cell names: GalaxyID, image, id (the cell) and row, counted from 1.

    A cell may name no image, as an empty one does, or several whose names differ only in what the
    cell leaves out.
    """
    by_stem: dict[str, list[PictureFile]] = defaultdict(list)
    for image in images:
        for name in {stem(image.file), stem(image.name)}:
            by_stem[name].append(image)
    rows = [
        (galaxy, image.file, cell, row)
        for row, (galaxy, cell) in enumerate(zip(ids, cells, strict=True), 1)
        if cell
        for image in images_named(cell, by_stem[stem(cell)])
    ]
    return pd.DataFrame(rows, columns=["GalaxyID", "image", "id", "row"])


def images_named(cell: str, images: Sequence[PictureFile]) -> list[PictureFile]:
    """The images that a cell names, out of some with the same stem.

    Either path may begin higher up than the other. An exact match is taken alone.
    """
    if exact := [image for image in images if cell in names_of(image)]:
        return exact
    return [
        image
        for image in images
        if any(f"/{name}".endswith(f"/{cell}") for name in names_of(image))
        or any(f"/{cell}".endswith(f"/{name}") for name in names_of(image))
    ]


def names_of(image: PictureFile) -> tuple[str, str, str]:
    """What a cell may call an image: its file, the file without suffix, or the galaxy's name."""
    return image.file, without_suffix(image.file), image.name


def tell_of_matches(
    cells: pd.Series, names: pd.DataFrame, images: Path, table: Path | None
) -> None:
    """Log how rows and images match; InputError if no row has an image."""
    without = cells[~cells.isin(names["id"]) & (cells != "")].unique()
    some = ", ".join(without[:SHOWN]) + (", ..." if len(without) > SHOWN else "")
    if names.empty:
        raise InputError(
            f"{table}: no row names an image in {images}; its column {cells.name} holds {some}, "
            "where it should hold names or paths of those images"
            if table is not None
            else f"survey.own.images: {images} holds no images; give a folder with a folder of "
            "images for each class"
        )
    log.info(
        "%d rows in %s; %d images in %s are named by them",
        len(cells),
        images if table is None else table,
        names["image"].nunique(),
        images,
    )
    if len(without):
        log.warning("without an image: %d, such as %s", len(without), some)
