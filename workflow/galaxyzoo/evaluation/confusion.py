"""What experts miss: the majority's answer predicted against the one voted, by question.

Every array (N, columns) has the decision tree's columns, for the same N held-out galaxies. A
question's galaxies are those about which at least half of the volunteers were asked it, and all of
whose answers to it have a label. Questions with a single answer, a number, have no majority.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree, Question

HALF = 0.5
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)


class Asked(NamedTuple):
    """A question and its n galaxies: the positions of the answers by majority, and the fractions.

    `voted` and `predicted` (n,) are positions among the question's answers. `fractions`
    (n, answers) are predicted: the shares of the votes on this question.
    """

    question: Question
    voted: np.ndarray
    predicted: np.ndarray
    fractions: np.ndarray


def confusion_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """One row per question and pair of its answers: question, voted, predicted, galaxies."""
    rows = []
    for asked in asked_questions(predicted, voted, tree):
        counts = np.zeros((len(asked.question.answers),) * 2, int)
        np.add.at(counts, (asked.voted, asked.predicted), 1)
        for answer, by_predicted in zip(asked.question.answers, counts, strict=True):
            for other, galaxies in zip(asked.question.answers, by_predicted, strict=True):
                rows.append((asked.question.number, answer.name, other.name, int(galaxies)))
    return pd.DataFrame(rows, columns=["question", "voted", "predicted", "galaxies"])


def selection_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """How complete and how pure a sample is that a threshold of the predicted fraction selects.

    One row per answer and threshold. Columns: question, answer, threshold; voted, the galaxies of
    which the answer is the majority's; selected, those with a predicted fraction of at least the
    threshold; completeness, the share of the voted that are selected; purity, the share of the
    selected that are voted. A share of no galaxies is NaN.
    """
    rows = []
    for asked in asked_questions(predicted, voted, tree):
        for position, answer in enumerate(asked.question.answers):
            is_voted = asked.voted == position
            for threshold in THRESHOLDS:
                is_selected = asked.fractions[:, position] >= threshold
                both = int((is_voted & is_selected).sum())
                rows.append(
                    {
                        "question": asked.question.number,
                        "answer": answer.name,
                        "threshold": threshold,
                        "voted": int(is_voted.sum()),
                        "selected": int(is_selected.sum()),
                        "completeness": share(both, is_voted),
                        "purity": share(both, is_selected),
                    }
                )
    columns = ["question", "answer", "threshold", "voted", "selected", "completeness", "purity"]
    return pd.DataFrame(rows, columns=columns)


def share(part: int, of: np.ndarray) -> float:
    """A number as a share of the true values of a mask; NaN if there is none."""
    return part / int(of.sum()) if of.any() else float("nan")


def asked_questions(
    predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree
) -> Iterator[Asked]:
    """The questions with several answers, each with its galaxies."""
    for i, (question, columns) in enumerate(zip(tree.questions, tree.slices, strict=True)):
        if question.single:
            continue
        is_asked = tree.share_asked(voted, i) >= HALF
        is_asked &= ~np.isnan(voted[:, columns]).any(axis=1)
        votes, predictions = voted[is_asked, columns], predicted[is_asked, columns]
        totals = predictions.sum(axis=1, keepdims=True)
        yield Asked(
            question,
            votes.argmax(axis=1),
            predictions.argmax(axis=1),
            np.divide(predictions, totals, out=np.zeros_like(predictions), where=totals > 0),
        )
