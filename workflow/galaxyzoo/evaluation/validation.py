"""Validation galaxies as each seed's own network predicts them, with all views.

The other seeds of an experiment were trained on them. So a bag cannot be judged by them as a bag:
its networks' rows are pooled, and one network errs a little more than their mean.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from galaxyzoo.evaluation.metrics import errors_of_labels, rmse
from galaxyzoo.evaluation.predictions import rows_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_own_parquet
from galaxyzoo.tree.decision_tree import DecisionTree

TINY = 1e-9  # of the mean squared error; makes the weights of members that agree equal


class Validation(NamedTuple):
    """Pooled rows of validation galaxies: one for each seed and each galaxy that it validates on.

    `rows` (n,) is an index of seed and GalaxyID. `predicted` (n, columns) is by that seed's network
    or, for an ensemble, by its members' networks of that seed. `voted` (n, columns) are the labels.
    """

    rows: pd.MultiIndex
    predicted: np.ndarray
    voted: np.ndarray

    @property
    def galaxies(self) -> np.ndarray:
        """The GalaxyID of each row (n,)."""
        return self.rows.get_level_values(GALAXY_ID).to_numpy()

    def scores(self) -> dict[str, Any] | None:
        """The errors, as in metrics.json: of all rows, and of each seed's. None without rows."""
        if self.rows.empty:
            return None
        seeds = self.rows.get_level_values(0)
        by_seed = {
            str(seed): rmse(self.predicted[seeds == seed], self.voted[seeds == seed])
            for seed in seeds.unique()
        }
        return {
            "rmse": rmse(self.predicted, self.voted),
            "rows": len(self.rows),
            "galaxies": self.rows.get_level_values(1).nunique(),
            "seeds": by_seed,
        }

    def digest(self) -> str:
        """BLAKE2b of all rows' seeds and galaxies: equal for the same validation galaxies."""
        rows = self.rows.sort_values().to_frame().to_numpy(np.int64)
        return hashlib.blake2b(rows.tobytes(), digest_size=8).hexdigest()


def read_validation(
    paths: Mapping[int, Path | str], survey: pd.DataFrame, tree: DecisionTree
) -> Validation:
    """The validation galaxies of an experiment, from each seed's predictions of its own.

    `survey` has GalaxyID and the tree's columns, one row per galaxy. Raises InputError if a file
    has a galaxy that is not in the survey, or is another seed's or experiment's.
    """
    labels = tree.probabilities(survey)
    indices, predicted, voted = [], [], []
    for seed, path in paths.items():
        table = read_own_parquet(path)
        indices += [(seed, galaxy) for galaxy in table[GALAXY_ID]]
        predicted.append(tree.probabilities(table))
        voted.append(labels[rows_of(table[GALAXY_ID].to_numpy(), survey[GALAXY_ID], path)])
    rows = pd.MultiIndex.from_tuples(indices, names=["seed", GALAXY_ID])
    return Validation(rows, np.concatenate(predicted), np.concatenate(voted))


def read_members(
    members: Mapping[str, Sequence[int]],
    paths: Sequence[Path | str],
    survey: pd.DataFrame,
    tree: DecisionTree,
) -> dict[str, Validation]:
    """The validation galaxies of several experiments: `members` maps their names to their seeds.

    `paths` are those of `read_validation`, all of one experiment, then all of the next.
    """
    remaining = iter(paths)
    return {
        name: read_validation({seed: next(remaining) for seed in seeds}, survey, tree)
        for name, seeds in members.items()
    }


def unseen_by_all(members: Mapping[str, Validation]) -> dict[str, Validation]:
    """The members' rows in one order, limited to those that all of them validate on."""
    shared = next(iter(members.values())).rows
    for member in members.values():
        shared = shared.intersection(member.rows)
    places = {name: member.rows.get_indexer(shared) for name, member in members.items()}
    return {
        name: Validation(shared, member.predicted[places[name]], member.voted[places[name]])
        for name, member in members.items()
    }


def together(members: Mapping[str, Validation], weights: Mapping[str, float]) -> Validation:
    """Validation rows of an ensemble: the weighted mean of its members', on what none of them saw.

    If each was trained on the others' validation galaxies, there are none.
    """
    common = unseen_by_all(members)
    predicted = np.average(
        [common[name].predicted for name in weights], axis=0, weights=list(weights.values())
    )
    return next(iter(common.values()))._replace(predicted=predicted)


def fitted_weights(members: Mapping[str, Validation]) -> dict[str, float]:
    """The weights, none negative and 1 in sum, of the mean with the lowest error on validation.

    The error of a mean is a quadratic form of the mean products of its members' errors. Its least
    value over such weights is found without the sum's constraint: where that of half the form less
    the sum of the weights is least, the weights are the same but for a factor (the Karush-Kuhn-
    Tucker conditions are), and that is a problem of non-negative least squares (Lawson & Hanson
    1974, Solving Least Squares Problems, chapter 23; by SciPy). Raises InputError if the members
    have no rows in common.
    """
    common = unseen_by_all(members)
    if next(iter(common.values())).rows.empty:
        raise InputError(
            f"no validation galaxy of a seed is one of all members, {', '.join(members)}: give "
            "them the same seeds and the same validation"
        )
    voted = next(iter(common.values())).voted
    errors = errors_of_labels([one.predicted for one in common.values()], voted)
    products = errors @ errors.T / errors.shape[1]
    products += TINY * np.trace(products) / len(products) * np.eye(len(products))
    root = np.linalg.cholesky(products)
    weights, _ = nnls(root.T, np.linalg.solve(root, np.ones(len(root))))
    return dict(zip(common, map(float, weights / weights.sum()), strict=True))
