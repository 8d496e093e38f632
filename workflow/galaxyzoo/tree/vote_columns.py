"""Counted votes beside labels in a table of galaxies: `votes_ring` counts the votes for `ring`."""

import numpy as np
import pandas as pd

from galaxyzoo.tree.decision_tree import DecisionTree

COUNTS_OF = "votes_"  # begins the name of an answer's column of votes


def with_votes(labels: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """Labels (N, columns) with the votes (N, columns) on the same galaxies in columns beside."""
    return pd.concat([labels, votes.add_prefix(COUNTS_OF)], axis=1)


def votes_of(table: pd.DataFrame, tree: DecisionTree) -> np.ndarray | None:
    """The votes (N, columns) float64 for each answer in a table; None if they were not counted.

    A vote is a whole number, or NaN where nobody knows.
    """
    names = [f"{COUNTS_OF}{column}" for column in tree.columns]
    return table[names].to_numpy(np.float64) if {*names} <= {*table.columns} else None


def asked_of(votes: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """The votes on each answer's question, (N, columns), NaN where an answer's are not known."""
    totals = [
        np.broadcast_to(votes[:, columns].sum(axis=1, keepdims=True), votes[:, columns].shape)
        for columns in tree.slices
    ]
    return np.concatenate(totals, axis=1)
