"""What makes a galaxy's labels unfit for training."""

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree

SUM_TOLERANCE = 1e-3  # Kaggle's labels satisfy the tree's sums to within 2e-6


def label_faults(labels: pd.DataFrame, tree: DecisionTree) -> dict[int, str]:
    """GalaxyID -> what is wrong with its labels, for bad ones only, by ascending GalaxyID.

    `labels` is (N, columns) float64, in tree order, indexed by GalaxyID. Labels are bad if a
    GalaxyID has more than one row, if a value is missing or outside [0, 1], or if a question's
    answers do not sum to its parent's value to within `SUM_TOLERANCE`.
    """
    values = labels.to_numpy()
    in_range = ((values >= 0) & (values <= 1)).all(axis=1)  # False for NaN
    finite = np.where(in_range[:, np.newaxis], values, 0)
    in_tree = (tree.sum_errors(finite) <= SUM_TOLERANCE).all(axis=1)
    bad = np.flatnonzero(~(in_range & in_tree))
    faults = {int(labels.index[row]): row_fault(values[row], tree) for row in bad}
    rows = labels.index.value_counts()
    faults |= {int(galaxy): f"has {n} rows of labels" for galaxy, n in rows[rows > 1].items()}
    return dict(sorted(faults.items()))


def row_fault(row: np.ndarray, tree: DecisionTree) -> str:
    """The first fault in a bad row of labels, (columns,) float."""
    for column, value in zip(tree.columns, row, strict=True):
        if np.isnan(value):
            return f"{column} is missing"
        if not 0 <= value <= 1:
            return f"{column} is {value}, outside [0, 1]"
    first = int(np.argmax(tree.sum_errors(row[np.newaxis])[0] > SUM_TOLERANCE))
    question = tree.questions[first]
    total = row[tree.slices[first]].sum()
    asked = tree.share_asked(row[np.newaxis], first)[0]
    expected = f"{' + '.join(question.parents)} = {asked:.6f}" if question.parents else "1"
    return f"question {question.number}'s answers sum to {total:.6f}, not to {expected}"
