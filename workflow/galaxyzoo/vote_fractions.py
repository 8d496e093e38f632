"""Vote fractions, as Galaxy Zoo 2 publishes them, as the 37 weighted columns of Kaggle's challenge.

The catalogue (Willett et al. 2013, MNRAS 435, 2835; Hart et al. 2016, MNRAS 461, 3663) gives each
answer's share of the votes on its own question, three times: of all votes (`fraction`), of votes
weighted by how well a volunteer agrees with the others (`weighted_fraction`), and freed from what
distance does to the answers (`debiased`). Its columns are named by question and answer, such as
`t08_odd_feature_a38_dust_lane_debiased`.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.decision_tree import GALAXY_ZOO_2
from galaxyzoo.errors import InputError
from galaxyzoo.kaggle_files import column_names, read_columns, require_cells


def read_vote_fractions(path: Path, id_column: str, votes: str) -> pd.DataFrame:
    """The labels that a CSV table, perhaps gzipped, with the catalogue's columns holds.

    `votes` is `fraction`, `weighted_fraction` or `debiased`. Returns (N, 37) float64 in tree order,
    indexed by GalaxyID, which `id_column` holds; rows as in the file. Raises InputError if the file
    cannot be read, lacks a column, or has a cell that is not a number of at least 0. An empty cell
    is an answer that nobody gave.
    """
    columns = fraction_columns(path, votes)
    types = {id_column: "int64"} | dict.fromkeys(columns, "float64")
    table = read_columns(path, types, wide=True)
    for column in columns:
        fit = table[column].isna() | table[column].between(0, np.inf, inclusive="left")
        require_cells(path, table[column], fit, "a number of at least 0")
    labels = weighted_probabilities(table[columns].fillna(0).to_numpy())
    ids = pd.Index(table[id_column], name="GalaxyID")
    return pd.DataFrame(labels, index=ids, columns=GALAXY_ZOO_2.columns)


def fraction_columns(path: Path, votes: str) -> list[str]:
    """The table's columns of vote fractions, in tree order, known by the numbers in their names."""
    ending = rf"(?<!weighted_){votes}"  # a weighted fraction is no `fraction`
    pattern = re.compile(rf"t(\d+)_(?:\w+_)?a(\d+)_(?:\w+_)?{ending}")
    found = {
        (int(match[1]), int(match[2])): name
        for name in column_names(path)
        if (match := pattern.fullmatch(name))
    }
    answers = [(q.number, answer) for q in GALAXY_ZOO_2.questions for answer in q.answers]
    if missing := [
        f"t{question:02}_..._a{answer.number:02}_..._{votes} ({answer.name})"
        for question, answer in answers
        if (question, answer.number) not in found
    ]:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; it should have Galaxy Zoo 2's columns "
            "for all 37 answers"
        )
    return [found[question, answer.number] for question, answer in answers]


def weighted_probabilities(fractions: np.ndarray) -> np.ndarray:
    """Multiply each answer's share of its question down the tree, as Kaggle's labels are.

    `fractions` is (N, 37) float in tree order, at least 0. A question's are divided by their sum
    first: debiased ones do not sum to 1, and others only as well as they are rounded. Returns alike
    (N, 37) float64; a question that nobody answered is 0 throughout. Where its parent is not 0 too,
    the galaxy misses the tree's sums, and `label_checks` says so: nothing is made up for it.
    """
    shares = [shares_of_votes(fractions[:, answers]) for answers in GALAXY_ZOO_2.slices]
    return np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)


def shares_of_votes(fractions: np.ndarray) -> np.ndarray:
    """Fractions (N, answers) of one question, divided by their sum; 0 where all are 0."""
    total = fractions.sum(axis=1, keepdims=True)
    return np.divide(fractions, total, out=np.zeros_like(fractions), where=total > 0)
