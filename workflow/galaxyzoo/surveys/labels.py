"""A survey's labels, the names of its images and its fair galaxies, read from CSV files."""

from pathlib import Path

import pandas as pd

from galaxyzoo.files.csv_tables import (
    read_columns,
    read_text,
    require_cells,
    require_columns,
    require_ids,
)
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

RADIUS = "radius_arcsec"  # a column of the file of names of images


def read_labels(path: Path, tree: DecisionTree) -> pd.DataFrame:
    """The labels of a survey, from a CSV file or a zip of one.

    Returns (N, columns) float64 in tree order, indexed by GalaxyID, with the rows as in the file.
    Repeated ids and impossible values are left for `label_checks` to report. An empty cell is NaN.
    Raises InputError if the file cannot be read, lacks a column, or has a cell that is not a
    number.
    """
    columns = list(tree.columns)
    table = read_columns(path, {"GalaxyID": "int64"} | dict.fromkeys(columns, "float64"))
    return table.set_index("GalaxyID")[columns]


def read_image_names(path: Path) -> dict[str, int]:
    """Names of images that are not named by GalaxyID, as name in their folder -> GalaxyID.

    Reads a CSV file with the columns GalaxyID and image. Raises InputError for any other file.
    """
    table = read_columns(path, {"GalaxyID": "int64", "image": "str"})
    return dict(zip(table["image"], table["GalaxyID"].tolist(), strict=True))


def read_radii(path: Path) -> dict[int, float] | None:
    """The radii of galaxies in arcsec, by GalaxyID, from a file of names of images; None without.

    Galaxies whose cell is empty have none.
    """
    table = read_text(path)
    if RADIUS not in table.columns:
        return None
    known = table[table[RADIUS] != ""]
    return dict(zip(known["GalaxyID"].astype(int), known[RADIUS].astype(float), strict=True))


def read_names(path: Path) -> dict[int, str]:
    """What the owner calls each galaxy, by GalaxyID, from a file of names of images.

    Each is followed by its row in the owner's table. Empty if the file names no owner's galaxies.
    """
    table = read_text(path)
    if not {"id", "row"} <= {*table.columns}:
        return {}
    named = (table["id"] + ", row " + table["row"]).tolist()
    return dict(zip(table["GalaxyID"].astype("int64").tolist(), named, strict=True))


def read_faults(path: Path) -> dict[int | str, str]:
    """What is wrong with galaxies that `own` left out, by GalaxyID or, without one, by row."""
    table = read_text(path)
    rows = zip(table["GalaxyID"], table["reason"], strict=True)
    return {int(key) if key.isdecimal() else key: why for key, why in rows}


def read_groups(path: Path) -> pd.Series:
    """The group of each galaxy by GalaxyID, "" for one without a group."""
    table = read_text(path)
    return table.set_index(table["GalaxyID"].astype("int64"))["group"]


def read_fair_ids(path: Path) -> set[int]:
    """The galaxies that are a fair sample of the survey, from a CSV file or a zip of one.

    The file has a column GalaxyID, and may have a second one that is 1 for the fair galaxies and 0
    for the others. Without it, all are fair. Raises InputError for any other file, or if none of
    its galaxies is fair.
    """
    table = read_text(path)
    require_columns(path, table, ["GalaxyID"])
    require_ids(path, table["GalaxyID"])
    flags = table.columns.drop("GalaxyID")
    if len(flags) > 1:
        raise InputError(
            f"{path} has the columns {', '.join(flags)} beside GalaxyID; leave only the one that "
            "is 1 for the fair galaxies and 0 for the others"
        )
    for flag in flags:
        require_cells(path, table[flag], table[flag].isin(["1", "0"]), "1 or 0")
        table = table[table[flag] == "1"]
    if table.empty:
        raise InputError(f"{path} lists no fair galaxy; list some, or set survey.fair_ids to null")
    return {int(text) for text in table["GalaxyID"]}
