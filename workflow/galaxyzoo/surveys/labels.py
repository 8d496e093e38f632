"""A survey's labels, the names of its images and its fair galaxies, read from CSV files."""

from pathlib import Path

import pandas as pd

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.csv_tables import (
    read_columns,
    read_text,
    require_cells,
    require_columns,
    require_ids,
)
from galaxyzoo.tree.decision_tree import DecisionTree


def read_labels(path: Path, tree: DecisionTree) -> pd.DataFrame:
    """The labels of a survey, from a CSV file or the zip of one.

    Returns (N, columns) float64 in tree order, indexed by GalaxyID, rows as in the file: repeated
    ids and impossible values are left for `label_checks`, an empty cell is NaN. Raises InputError
    if the file cannot be read, lacks a column, or has a cell that is not a number.
    """
    columns = list(tree.columns)
    table = read_columns(path, {"GalaxyID": "int64"} | dict.fromkeys(columns, "float64"))
    return table.set_index("GalaxyID")[columns]


def read_image_names(path: Path) -> dict[str, int]:
    """What images that are not named by GalaxyID are named, as name in their folder -> GalaxyID.

    From a CSV file with columns GalaxyID and image. Raises InputError if it is anything else.
    """
    table = read_columns(path, {"GalaxyID": "int64", "image": "str"})
    return dict(zip(table["image"], table["GalaxyID"].tolist(), strict=True))


def read_fair_ids(path: Path) -> set[int]:
    """The galaxies that are a fair sample of the survey, from a CSV file or the zip of one.

    Of its columns one is GalaxyID; a second, if there is one, is 1 for the fair galaxies and 0 for
    the others; without it all are fair. Raises InputError if the file is anything else, or none of
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
