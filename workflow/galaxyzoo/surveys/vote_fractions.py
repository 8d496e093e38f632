"""Shares of the votes on each question, converted to the weighted columns of a decision tree.

Galaxy Zoo 2's catalogue (Willett et al. 2013, MNRAS 435, 2835; Hart et al. 2016, MNRAS 461, 3663)
gives three versions of these shares: of all votes (`fraction`), of votes weighted by how well a
volunteer agrees with the others (`weighted_fraction`), and corrected for the effect of distance on
the answers (`debiased`). Its columns are named by question and answer, such as
`t08_odd_feature_a38_dust_lane_debiased`.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.csv_tables import require_cells
from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS


def read_vote_fractions(path: Path, id_column: str, votes: str) -> pd.DataFrame:
    """The labels in a table that has the catalogue's columns.

    `votes` is `fraction`, `weighted_fraction` or `debiased`. Returns (N, 37) float64 in tree order,
    indexed by the GalaxyIDs in `id_column`, with the rows as in the file. An empty cell is an
    answer that nobody gave. Raises InputError if the file cannot be read, lacks a column, or has a
    cell that is not a number of at least 0.
    """
    columns = fraction_columns(path, votes)
    table = read_table(path, {id_column: "int64"} | dict.fromkeys(columns, "float64"))
    tree = tree_from(QUESTIONS)
    labels = weighted_labels(path, table[columns], tree)
    ids = pd.Index(table[id_column], name="GalaxyID")
    return pd.DataFrame(labels, index=ids, columns=list(tree.columns))


def weighted_labels(path: Path, fractions: pd.DataFrame, tree: DecisionTree) -> np.ndarray:
    """Labels (N, columns) float64 from vote fractions in tree order, which were read from `path`.

    Raises InputError for a cell that is not a number of at least 0. Empty cells are allowed.
    """
    for name, column in fractions.items():
        fit = column.isna() | column.between(0, np.inf, inclusive="left")
        require_cells(path, fractions[name], fit, "a number of at least 0")
    return weighted_probabilities(fractions.to_numpy(), tree)


def fraction_columns(path: Path, votes: str) -> list[str]:
    """The table's vote fraction columns in tree order, identified by the numbers in their names."""
    ending = rf"(?<!weighted_){votes}"  # `fraction` must not match weighted ones
    pattern = re.compile(rf"t(\d+)_(?:\w+_)?a(\d+)_(?:\w+_)?{ending}")
    columns_by_answer = {
        (int(match[1]), int(match[2])): name
        for name in column_names(path)
        if (match := pattern.fullmatch(name))
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


def weighted_probabilities(fractions: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """Multiply each answer's share of its question down the tree, as in Kaggle's labels.

    `fractions` is (N, columns) float in tree order, at least 0; NaN is an answer that nobody gave.
    Each question's fractions are first divided by their sum, because debiased ones do not sum to 1
    and others are rounded. Counts of votes work too. The number of a single-answer question is used
    unchanged. Returns (N, columns) float64. A question that nobody answered is 0 throughout. If its
    parent is not 0 too, the galaxy violates the tree's sums. `label_checks` reports it; no value is
    invented.
    """
    shares = [
        fractions[:, s] if question.single else shares_of_votes(np.nan_to_num(fractions[:, s]))
        for question, s in zip(tree.questions, tree.slices, strict=True)
    ]
    return np.concatenate(tree.weighted(shares), axis=1)


def shares_of_votes(fractions: np.ndarray) -> np.ndarray:
    """Fractions (N, answers) of one question, divided by their sum; 0 where all are 0."""
    total = fractions.sum(axis=1, keepdims=True)
    return np.divide(fractions, total, out=np.zeros_like(fractions), where=total > 0)
