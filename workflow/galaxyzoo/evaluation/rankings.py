"""Held-out galaxies ranked by error and by how far crowd and network disagree."""

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.held_out import HeldOut
from galaxyzoo.evaluation.metrics import label_counts, squared_sums
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.tree.decision_tree import DecisionTree

SHEETS = ("typical", "best", "worst", "disagreed")
SHEET_GALAXIES = 12


def galaxy_errors(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Each galaxy's root mean square error over its labels: two arrays (N, columns) give (N,)."""
    return np.sqrt(squared_sums(predicted, voted) / label_counts(voted))


def disagreements(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """How far crowd and network disagree about each galaxy: (N,) in [0, 1].

    Both arrays are (N, columns). The disagreement is the largest difference between the two
    probabilities, over the answers that are in only one of the two sentences and over the values of
    questions with a single answer. It is 0 where both say the same. A question of which the crowd
    has no label, and what would be asked below it, is left out of both sentences.
    """
    numbers = {s.start for q, s in zip(tree.questions, tree.slices, strict=True) if q.single}
    apart = np.abs(predicted - voted)
    largest = np.zeros(len(apart))
    for i, (ours, theirs) in enumerate(zip(predicted, voted, strict=True)):
        as_far_as_voted = np.where(np.isnan(theirs), np.nan, ours)
        paths = set(tree.favourite_path(as_far_as_voted)), set(tree.favourite_path(theirs))
        differing = (paths[0] ^ paths[1]) | (numbers & (paths[0] | paths[1]))
        largest[i] = max((apart[i, position] for position in differing), default=0.0)
    return largest


def ranked_galaxies(galaxies: HeldOut, predicted: np.ndarray) -> pd.DataFrame:
    """One row per held-out galaxy: what crowd and network say about it, and how far they differ.

    `predicted` is (n, columns). The columns of the table: `GalaxyID`, `row` (its position in the
    survey's crops), `rmse`, `disagreement`, the sentences `crowd` and `network`, and each of the
    tree's columns as `voted_...` and `predicted_...`.
    """
    tree, voted = galaxies.tree, galaxies.voted
    ranked = pd.DataFrame(
        {
            GALAXY_ID: galaxies.ids,
            "row": galaxies.rows,
            "rmse": galaxy_errors(predicted, voted),
            "disagreement": disagreements(predicted, voted, tree),
            "crowd": [tree.describe(probabilities) for probabilities in voted],
            "network": [tree.describe(probabilities) for probabilities in predicted],
        }
    )
    values = {"voted_": voted, "predicted_": predicted}
    tables = [
        pd.DataFrame(table, columns=[prefix + column for column in tree.columns])
        for prefix, table in values.items()
    ]
    return pd.concat([ranked, *tables], axis=1)


def sheet_positions(ranked: pd.DataFrame, sheet: str, count: int = SHEET_GALAXIES) -> np.ndarray:
    """Positions of the galaxies on a sheet, at most `count`, given `ranked_galaxies`.

    'best' has the lowest errors, lowest first; 'worst' the highest, highest first; 'typical' goes
    from low to high error in even steps of rank, to represent the whole sample; 'disagreed' has the
    largest disagreements, largest first.
    """
    count = min(count, len(ranked))
    by_error = np.argsort(ranked["rmse"].to_numpy(), kind="stable")
    if sheet == "best":
        return by_error[:count]
    if sheet == "worst":
        return by_error[::-1][:count]
    if sheet == "typical":
        return by_error[((np.arange(count) + 0.5) * len(ranked) / count).astype(int)]
    if sheet == "disagreed":
        return np.argsort(-ranked["disagreement"].to_numpy(), kind="stable")[:count]
    raise ValueError(f"no sheet is named {sheet!r}")
