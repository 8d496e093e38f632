"""Held-out galaxies with random votes and predictions, for tests of the evaluation and report."""

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.held_out import HeldOut, held_out
from galaxyzoo.evaluation.rankings import ranked_galaxies
from galaxyzoo.tree.decision_tree import DecisionTree
from trees import GALAXY_ZOO_2


def votes(galaxies: int, seed: int = 0, tree: DecisionTree = GALAXY_ZOO_2) -> np.ndarray:
    """Values (galaxies, columns) that meet the tree's sums."""
    rng = np.random.default_rng(seed)
    shares = [
        rng.random((galaxies, 1)) if q.single else rng.dirichlet(np.ones(len(q.answers)), galaxies)
        for q in tree.questions
    ]
    return np.concatenate(tree.weighted(shares), axis=1)


def table(values: np.ndarray, ids, tree: DecisionTree = GALAXY_ZOO_2) -> pd.DataFrame:
    """A table of labels or predictions."""
    return pd.DataFrame(values, columns=list(tree.columns)).assign(GalaxyID=ids)


def all_held_out(galaxies: int, tree: DecisionTree = GALAXY_ZOO_2) -> HeldOut:
    """A survey of galaxies 100, 101, ... that are all held out."""
    labels = table(votes(galaxies, 2, tree), np.arange(galaxies) + 100, tree)
    return held_out(labels, labels["GalaxyID"], tree, "holdout.csv")


def ranked(galaxies: int, tree: DecisionTree = GALAXY_ZOO_2) -> pd.DataFrame:
    """`ranked_galaxies` of such a survey."""
    return ranked_galaxies(all_held_out(galaxies, tree), votes(galaxies, 1, tree))
