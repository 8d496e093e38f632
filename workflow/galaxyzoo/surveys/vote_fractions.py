"""Shares of the votes on each question, converted to the weighted columns of a decision tree.

Galaxy Zoo 2's catalogue (Willett et al. 2013, MNRAS 435, 2835; Hart et al. 2016, MNRAS 461, 3663)
gives three versions of these shares: of all votes (`fraction`), of votes weighted by how well a
volunteer agrees with the others (`weighted_fraction`), and corrected for the effect of distance on
the answers (`debiased`). Its columns are named by question and answer, such as
`t08_odd_feature_a38_dust_lane_debiased`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.csv_tables import require_cells
from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.missing_labels import Labels, labels_from_shares
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS


def read_vote_fractions(
    path: Path, id_column: str, votes: str, far_sums: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The labels in a table that has the catalogue's columns, and the notes on them.

    `votes` is `fraction`, `weighted_fraction` or `debiased`, and `far_sums` what is done with
    fractions whose sum is far from 1 (`missing_labels`). Returns two tables (N, 37) in tree order,
    float64 and uint8, indexed by the GalaxyIDs in `id_column`, with the rows as in the file. An
    empty cell is an answer without a label. Raises InputError if the file cannot be read, lacks a
    column, or has a cell that is not a number of at least 0.
    """
    columns = fraction_columns(path, column_names(path), votes)
    table = read_table(path, {id_column: "int64"} | dict.fromkeys(columns, "float64"))
    tree = tree_from(QUESTIONS)
    labels = weighted_labels(path, table[columns], tree, far_sums)
    ids = pd.Index(table[id_column], name="GalaxyID")
    return tuple(pd.DataFrame(one, index=ids, columns=list(tree.columns)) for one in labels)


def weighted_labels(
    path: Path, fractions: pd.DataFrame, tree: DecisionTree, far_sums: str
) -> Labels:
    """Labels from vote fractions in tree order, which were read from `path`.

    `far_sums` is as `labels_from_shares` takes it. Raises InputError for a cell
    that is not a number of at least 0. Empty cells are allowed.
    """
    for name, column in fractions.items():
        fit = column.isna() | column.between(0, np.inf, inclusive="left")
        require_cells(path, fractions[name], fit, "a number of at least 0")
    return labels_from_shares(fractions.to_numpy(), tree, far_sums)


def fraction_columns(path: Path, given: Sequence[str], votes: str) -> list[str]:
    """Which of a table's columns are vote fractions, in tree order, by the numbers in their names.

    Raises InputError if one is missing.
    """
    ending = rf"(?<!weighted_){votes}"  # `fraction` must not match weighted ones
    pattern = re.compile(rf"t(\d+)_(?:\w+_)?a(\d+)_(?:\w+_)?{ending}")
    columns_by_answer = {
        (int(match[1]), int(match[2])): name for name in given if (match := pattern.fullmatch(name))
    }
    answers = [
        (question, answer["number"], answer["column"])
        for question, setting in enumerate(QUESTIONS, 1)
        for answer in setting["answers"]
    ]
    if missing := [
        f"t{question:02}_..._a{number:02}_..._{votes} ({column})"
        for question, number, column in answers
        if (question, number) not in columns_by_answer
    ]:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; it should have Galaxy Zoo 2's columns "
            "for all 37 answers"
        )
    return [columns_by_answer[question, number] for question, number, _ in answers]
