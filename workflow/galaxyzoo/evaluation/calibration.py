"""Whether a predicted probability is, on average, what the crowd voted.

Votes are shares, not yes or no: a prediction is calibrated where, among galaxies of which it says
the same, it says the mean of their votes.
"""

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree

BINS = 10


def reliability_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """One row a bin of predicted probability that has galaxies in it, for each answer.

    Both are (N, columns) in [0, 1]; bins are BINS equal parts of that. Columns: question (its
    number), column, answer, calibration_error (the answer's), lowest and highest (the bin's edges),
    galaxies, and the bin's mean predicted and voted probability. The calibration error is the
    expected one of Naeini, Cooper & Hauskrecht (2015, AAAI 29, 2901): the distance between the two
    means, as the mean over bins weighted by their galaxies.
    """
    questions = {c: question.number for question in tree.questions for c in question.columns}
    tables = []
    for i, column in enumerate(tree.columns):
        numbers = np.minimum((predicted[:, i] * BINS).astype(int), BINS - 1)
        galaxies = np.bincount(numbers, minlength=BINS)
        filled = galaxies > 0
        means = {
            name: (np.bincount(numbers, values[:, i], BINS)[filled] / galaxies[filled])
            for name, values in (("predicted", predicted), ("voted", voted))
        }
        distance = np.abs(means["predicted"] - means["voted"])
        tables.append(
            pd.DataFrame(
                {
                    "question": questions[column],
                    "column": column,
                    "answer": tree.answers[column].name,
                    "calibration_error": np.average(distance, weights=galaxies[filled]),
                    "lowest": np.arange(BINS)[filled] / BINS,
                    "highest": (np.arange(BINS)[filled] + 1) / BINS,
                    "galaxies": galaxies[filled],
                    **means,
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
