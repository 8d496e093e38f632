"""Which galaxies to label next: by the networks' disagreement, their variety, both, or at random.

Where networks of a bag disagree, they have something to learn (Houlsby et al. 2011,
arXiv:1112.5745; Walmsley et al. 2020, MNRAS 491, 1554, for Galaxy Zoo). Galaxies that are much
alike teach the same. So each next one may be drawn by the squared distance of its features from
the nearest that was drawn (Arthur & Vassilvitskii 2007, SODA), or by that times the squared
disagreement (as Ash et al. 2020, ICLR, draw by gradients).
"""

import numpy as np

from galaxyzoo.calibration.familiarity import of_unit_length
from galaxyzoo.plan.suggestion_methods import DISAGREEMENT, RANDOM, VARIETY

FARTHEST = 4.0  # squared distance of vectors of length 1


def suggested(
    method: str,
    number: int,
    disagreement: np.ndarray,
    features: np.ndarray | None,
    known: np.ndarray | None,
    generator: np.random.Generator,
) -> np.ndarray:
    """Positions of the galaxies to label, the first one first; all if there are no more.

    `disagreement` (n,) is that between the networks of a bag, `features` (n, C) are one network's,
    which only the methods OF_FEATURES need, and `known` (m, C), or None, those of galaxies that
    have labels.
    """
    number = min(number, len(disagreement))
    if method == RANDOM:
        return generator.permutation(len(disagreement))[:number]
    if method == DISAGREEMENT:
        return np.argsort(-disagreement, kind="stable")[:number]
    weights = np.ones(len(disagreement)) if method == VARIETY else disagreement**2
    return spread_out(features, known, weights, number, generator)


def spread_out(
    features: np.ndarray,
    known: np.ndarray | None,
    weights: np.ndarray,
    number: int,
    generator: np.random.Generator,
) -> np.ndarray:
    """Positions (number,) drawn one by one, far from each other and from what is `known`.

    The chance of each is its weight times its squared distance, in features of length 1, from the
    nearest of these. Where all chances are 0, they are equal.
    """
    features = of_unit_length(features)
    squared = np.full(len(features), FARTHEST)
    if known is not None and len(known):
        alike = features @ of_unit_length(known).T
        squared = 2 - 2 * alike.max(axis=1).astype(np.float64)
    left, drawn = np.ones(len(features), bool), []
    for _ in range(number):
        chances = np.where(left, weights * squared.clip(min=0), 0)
        chances = chances if chances.any() else left.astype(float)
        one = int(generator.choice(len(chances), p=chances / chances.sum()))
        left[one] = False
        drawn.append(one)
        squared = np.minimum(squared, 2 - 2 * (features @ features[one]).astype(np.float64))
    return np.array(drawn, int)
