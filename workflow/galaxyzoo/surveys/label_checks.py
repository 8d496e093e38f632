"""What makes a galaxy's labels unfit for training."""

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree

SUM_TOLERANCE = 1e-3  # Kaggle's labels satisfy the tree's sums to within 2e-6


def label_faults(labels: pd.DataFrame, tree: DecisionTree) -> dict[int, str]:
    """GalaxyID -> what is wrong with its labels, for bad ones only, by ascending GalaxyID.

    `labels` is (N, columns) float64, in tree order, indexed by GalaxyID; NaN is an answer without a
    label, which is no fault. Labels are bad if a GalaxyID has more than one row or no label at all,
    if a value is outside [0, 1], or if a question's answers, where these and its parent are known,
    do not sum to the parent's value to within `SUM_TOLERANCE`.
    """
    values = labels.to_numpy()
    is_impossible = (values < 0) | (values > 1)  # False for NaN
    has_none = np.isnan(values).all(axis=1)
    bad = np.flatnonzero(
        is_impossible.any(axis=1) | has_none | wrong_sums(values, tree).any(axis=1)
    )
    faults = {int(labels.index[row]): row_fault(values[row], tree) for row in bad}
    rows = labels.index.value_counts()
    faults |= {int(galaxy): f"has {n} rows of labels" for galaxy, n in rows[rows > 1].items()}
    return dict(sorted(faults.items()))


def wrong_sums(values: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """Whether each question's sum is wrong, (N, questions), by labels (N, columns).

    It is not where the parent or one of the answers has no label.
    """
    sums, _ = tree.sum_equations
    missing = np.isnan(values)
    is_complete = missing.astype(float) @ np.abs(sums).T == 0
    in_range = np.where(missing, 0, values).clip(-1, 2)  # infinity times 0 would be NaN
    return is_complete & (tree.sum_errors(in_range) > SUM_TOLERANCE)


def row_fault(row: np.ndarray, tree: DecisionTree) -> str:
    """The first fault in a bad row of labels, (columns,) float."""
    if np.isnan(row).all():
        return "has no label"
    for column, value in zip(tree.columns, row, strict=True):
        if value < 0 or value > 1:
            return f"{column} is {value}, outside [0, 1]"
    first = int(np.argmax(wrong_sums(row[np.newaxis], tree)[0]))
    question = tree.questions[first]
    total = row[tree.slices[first]].sum()
    asked = tree.share_asked(row[np.newaxis], first)[0]
    expected = f"{' + '.join(question.parents)} = {asked:.6f}" if question.parents else "1"
    return f"question {question.number}'s answers sum to {total:.6f}, not to {expected}"
