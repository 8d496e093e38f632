"""Reliability: diagrams that show whether predictions match, on average, what the crowd voted.

Votes are fractions, not yes or no. Predictions are reliable if galaxies with the same predicted
probability have votes whose mean is that probability. Nothing is fitted or corrected here.
"""

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree

BINS = 10


def reliability_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """One row per answer and bin of predicted probability, leaving out bins without labels.

    Both arrays are (N, columns) in [0, 1], a range that is divided into BINS equal bins. Columns:
    question (its number), column, answer, calibration_error (of the answer), lowest and highest
    (the bin's edges), galaxies, and the bin's mean predicted and voted probability. The calibration
    error is the expected calibration error of Naeini, Cooper & Hauskrecht (2015, AAAI 29, 2901):
    the distance between the two means, averaged over bins weighted by their galaxies.
    """
    questions = {c: question.number for question in tree.questions for c in question.columns}
    tables = []
    for i, column in enumerate(tree.columns):
        known = ~np.isnan(voted[:, i])
        if not known.any():
            continue
        numbers = np.minimum((predicted[known, i] * BINS).astype(int), BINS - 1)
        galaxies = np.bincount(numbers, minlength=BINS)
        filled = galaxies > 0
        means = {
            name: (np.bincount(numbers, values[known, i], BINS)[filled] / galaxies[filled])
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
