"""How well a score tells the galaxies of one class from all others, at every threshold.

For trees of one question whose labels are classes. Every array (N, columns) has the tree's columns,
for the same N held-out galaxies. A class that none of them is of, or all, has no rows.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from galaxyzoo.tree.decision_tree import DecisionTree


def roc_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """The curve of each class: one row per threshold, at which as many or more are taken for it.

    Columns: class (its name), galaxies (of the class), area (under the curve), threshold (infinite
    where none is taken), false_positive_rate, true_positive_rate.
    """
    tables = [
        pd.DataFrame(
            dict(
                zip(
                    ("false_positive_rate", "true_positive_rate", "threshold"),
                    roc_curve(is_one, score),
                    strict=True,
                )
            )
        ).assign(**{"class": name, "galaxies": is_one.sum(), "area": roc_auc_score(is_one, score)})
        for name, is_one, score in classes(predicted, voted, tree)
    ]
    columns = ["class", "galaxies", "area", "threshold"]
    columns += ["false_positive_rate", "true_positive_rate"]
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)[columns]


def precision_recall_table(
    predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """Precision and recall of each class: one row per threshold of the predicted probability.

    Columns: class (its name), galaxies (of the class), average_precision (over recall), threshold,
    precision (the share of those taken for the class that are of it), recall (the share of those of
    the class that are taken for it).
    """
    tables = []
    for name, is_one, score in classes(predicted, voted, tree):
        precision, recall, threshold = precision_recall_curve(is_one, score)
        # The last point of scikit-learn's curve, at a recall of 0, has no threshold.
        table = pd.DataFrame({"threshold": threshold, "precision": precision[:-1]})
        average = average_precision_score(is_one, score)
        said = {"class": name, "galaxies": is_one.sum(), "average_precision": average}
        tables.append(table.assign(recall=recall[:-1], **said))
    columns = ["class", "galaxies", "average_precision", "threshold", "precision", "recall"]
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)[columns]


def classes(
    predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Each class with galaxies of it and others: its name, which are of it, and their scores."""
    for at, answer in enumerate(tree.answers.values()):
        is_one = voted[:, at] == 1
        if 0 < is_one.sum() < len(is_one):
            yield answer.name, is_one, predicted[:, at]
