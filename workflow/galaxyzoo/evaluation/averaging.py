"""What averaging gains: the error of predictions averaged over views of a galaxy and over seeds.

Every prediction is (N, columns), for the same N held-out galaxies as the votes.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.metrics import errors_of_labels, rmse
from galaxyzoo.foundation.randomness import numpy_generator

MOST_SUBSETS = 1000  # of the seeds, per subset size
BAG = "bag"


def error_by_views(
    predicted: Mapping[int, Mapping[int, np.ndarray]], voted: np.ndarray
) -> pd.DataFrame:
    """The error against the number of views, for each seed and for the bag.

    `predicted` maps seed -> number of views -> prediction, with the same numbers for every seed.
    Columns: network (a seed, or `bag`), views, rmse.
    """
    by_network = {str(seed): by_views for seed, by_views in predicted.items()}
    by_network[BAG] = {
        views: np.mean([by_views[views] for by_views in predicted.values()], axis=0)
        for views in next(iter(predicted.values()))
    }
    return pd.DataFrame(
        [
            {"network": name, "views": views, "rmse": rmse(mean, voted)}
            for name, by_views in by_network.items()
            for views, mean in by_views.items()
        ]
    )


def error_by_seeds(predicted: Sequence[np.ndarray], voted: np.ndarray) -> pd.DataFrame:
    """The error against the number of seeds averaged, over all subsets of seeds of that size.

    If there are more than MOST_SUBSETS, that many are drawn at random. Columns: seeds, subsets,
    rmse (the mean over subsets), lowest, highest.

    The squared error of a mean is the mean, over all pairs of its members, of the products of their
    errors. So one small matrix of these products covers all subsets.
    """
    errors = errors_of_labels(predicted, voted)
    products = errors @ errors.T / errors.shape[1]
    rows = []
    for size in range(1, len(errors) + 1):
        rmse = [np.sqrt(products[np.ix_(s, s)].mean()) for s in subsets(len(errors), size)]
        rows.append(
            {
                "seeds": size,
                "subsets": len(rmse),
                "rmse": np.mean(rmse),
                "lowest": min(rmse),
                "highest": max(rmse),
            }
        )
    return pd.DataFrame(rows)


def subsets(seeds: int, size: int) -> list[tuple[int, ...]]:
    """Subsets of `size` of the seeds' positions: all, or MOST_SUBSETS different ones at random."""
    if comb(seeds, size) <= MOST_SUBSETS:
        return list(combinations(range(seeds), size))
    rng, drawn = numpy_generator("subsets", seeds, size), set()
    while len(drawn) < MOST_SUBSETS:
        drawn.add(tuple(sorted(rng.permutation(seeds)[:size].tolist())))
    return sorted(drawn)
