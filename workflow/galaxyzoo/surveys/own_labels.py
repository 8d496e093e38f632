"""The labels in the rows of a user's own table, and what is wrong with each row."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from galaxyzoo.files.given_cells import numbers, texts
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.missing_labels import Labels, labels_as_given, labels_from_shares
from galaxyzoo.surveys.own_rows import CLASS
from galaxyzoo.surveys.published_columns import published_columns
from galaxyzoo.surveys.vote_fractions import fraction_columns
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

# survey.own.labels, or how it begins
WEIGHTED, CLASSES, CATALOGUE, DEBIASED = "weighted", "class", "gz2_", "debiased"
COUNTS = ("votes", "gz2_count")  # votes as they were counted


class OwnLabels(NamedTuple):
    """The labels of a table's rows (N), and the first fault of each row's cells, "" without one.

    `votes` (N, columns) float64 are the votes for each answer, NaN where a cell is empty; None if
    the table does not count them. In a row with a fault, labels and votes mean nothing.
    """

    labels: Labels
    faults: pd.Series
    votes: np.ndarray | None = None


def label_columns(
    path: Path, given: Sequence[str], own: Mapping[str, Any], tree: DecisionTree, tree_name: str
) -> list[str]:
    """Which of the columns that are `given` at a path hold labels. `own` is `survey.own`.

    `tree_name` is that of the tree in `galaxy_zoo_trees`, "" for another. Raises InputError if
    there are none.
    """
    if list(given) == [CLASS]:
        return [CLASS]
    if own["labels"] == CLASSES:
        if own["class_column"] is None:
            raise InputError(
                f"survey.own.class_column: missing, since {path} has labels beside the pictures; "
                f"name the one that is the class: {', '.join(given)}"
            )
        return [own["class_column"]]
    if own["labels"].startswith(CATALOGUE):
        return fraction_columns(path, given, own["labels"].removeprefix(CATALOGUE))
    if tree_name and own["labels"] != WEIGHTED:
        return published_columns(path, given, tree, tree_name, own["labels"])
    return list(tree.columns)


def labels_of(
    given: pa.Table, columns: Sequence[str], own: Mapping[str, Any], tree: DecisionTree
) -> OwnLabels:
    """The labels of a table's rows. `columns` are what `label_columns` returns."""
    labels = own["labels"]
    if labels == CLASSES:
        named = class_names(given, columns[0], own["missing"])
        return OwnLabels(*labels_of_classes(named, tree))
    cells, faults = numbers_of(given, columns, own["missing"], whole=labels in COUNTS)
    values = cells.where(faults == "", 0).to_numpy()
    if labels == WEIGHTED:
        return OwnLabels(labels_as_given(values, tree), faults)
    if labels in COUNTS:
        return OwnLabels(labels_from_shares(values, tree, None), faults, values)
    are_fractions = labels.startswith(CATALOGUE) or labels == DEBIASED
    far_sums = own["far_sums"] if are_fractions else None
    return OwnLabels(labels_from_shares(values, tree, far_sums), faults)


def numbers_of(
    given: pa.Table, columns: Sequence[str], missing: Sequence[float], *, whole: bool
) -> tuple[pd.DataFrame, pd.Series]:
    """Columns of numbers (N, columns) float64, NaN where one is missing, and each row's fault.

    `missing` are the numbers that stand for a missing label, as an empty cell does. It is a fault
    if a number is not `whole`, where it must be, as votes are.
    """
    cells, faults = {}, np.full(len(given), "", object)
    for column in columns:
        values, unfit = numbers(given, column)
        said = values.isin(missing).to_numpy()
        cells[column] = values.mask(said)
        shown = texts(given, column) if unfit.any() else None
        unfit = unfit | (cells[column] < 0).to_numpy() | np.isinf(cells[column]).to_numpy()
        if whole:
            unfit = unfit | (cells[column] % 1 > 0).to_numpy()
        for row in np.flatnonzero(unfit & (faults == "")):
            cell = shown[row] if np.isnan(values[row]) else f"{values[row]:g}"
            faults[row] = f"{column} is {what_is_wrong(cell, values[row])}"
        if said.any():
            log.info(
                "%d of %d cells in the column %s hold what survey.own.missing lists: these labels "
                "are missing",
                said.sum(),
                len(said),
                column,
            )
    return pd.DataFrame(cells), pd.Series(faults, dtype=object)


def what_is_wrong(cell: str, number: float) -> str:
    """A cell that cannot be a label, and why; `number` is NaN if it is no number."""
    if np.isnan(number):
        return f"{cell!r}, which is no number"
    if number < 0:
        return (
            f"{cell}, below 0; if {cell} stands for a missing label, add it to survey.own.missing"
        )
    if np.isinf(number):
        return "infinite"
    return f"{cell}, which is no whole number of votes; survey.own.labels: shares takes fractions"


def class_names(given: pa.Table, column: str, missing: Sequence[float]) -> pd.Series:
    """The class in each row (N,), as `plainly_written`; "" where it is missing."""
    said = {plainly_written(f"{number:g}") for number in missing}
    classes = texts(given, column).map(plainly_written)
    return classes.mask(classes.isin(said), "")


def plainly_written(name: str) -> str:
    """A class's name; one that is a whole number without point and zeros, so 3.0 and 03 are 3."""
    try:
        number = float(name)
    except ValueError:
        return name
    return str(int(number)) if number.is_integer() else name


def labels_of_classes(classes: pd.Series, tree: DecisionTree) -> tuple[Labels, pd.Series]:
    """Labels that are 1 for the class of each row (N,) and 0 for the others, and each row's fault.

    `tree` has one question. A class is one of its answers, by column or by name.
    """
    places = {plainly_written(answer.name): at for at, answer in enumerate(tree.answers.values())}
    places |= {plainly_written(column): at for at, column in enumerate(tree.columns)}
    at = classes.map(places)
    known = ", ".join(answer_names(tree))
    faults = pd.Series(
        [
            ""
            if name in places
            else f"{classes.name} is {name!r}, which is none of the tree's classes: {known}"
            if name
            else f"it has no {classes.name}; each galaxy needs a class"
            for name in classes
        ],
        dtype=object,
    )
    values = np.zeros((len(classes), len(tree.columns)))
    fit = np.flatnonzero(at.notna())
    values[fit, at.iloc[fit].astype(int)] = 1.0
    return Labels(values, np.zeros(values.shape, np.uint8)), faults


def answer_names(tree: DecisionTree) -> list[str]:
    """How each class may be written: its column, and its name where that differs."""
    return [
        column if answer.name == column else f"{column} ({answer.name})"
        for column, answer in tree.answers.items()
    ]
