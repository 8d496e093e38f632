"""Whether galaxies are like those of calibration, so that the promise of intervals reaches them.

Two things are compared: how many galaxies are flagged as unlike those of training, and how the
predicted numbers of each answer are distributed.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import bdtrc

LEVELS = 20  # of the quantiles by which a distribution is kept
# The largest distance of two distribution functions that counts as a difference, if it is also
# larger than chance makes it (Smirnov 1948, Annals of Mathematical Statistics 19, 279): with
# CHANCE, once in 10,000 answers.
LARGEST_DISTANCE = 0.2
CHANCE = np.sqrt(np.log(2 / 1e-4) / 2)
EXPECTED_FLAGGED, MOST_FLAGGED = 0.01, 0.05  # of galaxies, by each flag
UNLIKELY = 1e-4


def quantiles_of(predicted: np.ndarray) -> np.ndarray:
    """The quantiles (LEVELS + 1, columns) of predictions (n, columns); NaN without rows."""
    if not len(predicted):
        return np.full((LEVELS + 1, predicted.shape[1]), np.nan)
    return np.quantile(predicted, np.linspace(0, 1, LEVELS + 1), axis=0)


def counts_below(predicted: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """How many of the predictions (n, columns) are at most each of the quantiles of `quantiles_of`.

    Counts of parts of a catalogue are added up.
    """
    return (predicted[:, None, :] <= quantiles).sum(axis=0)


def distances(counts: np.ndarray, quantiles: np.ndarray, galaxies: int) -> np.ndarray:
    """The largest distance (columns,) between both distribution functions, at the quantiles.

    `counts` come from `counts_below`, over all of the `galaxies`.
    """
    # Of equal quantiles, such as several zeros, the last one's level is the function's value.
    levels = (quantiles[None] <= quantiles[:, None]).sum(axis=1) - 1
    return np.abs(counts / galaxies - levels / LEVELS).max(axis=0)


def differing(distance: np.ndarray, galaxies: int, calibrated_on: int) -> np.ndarray:
    """Whether a distance (columns,) is a difference, for so many galaxies on either side."""
    if not calibrated_on:
        return np.zeros(len(distance), bool)
    by_chance = CHANCE * np.sqrt(1 / galaxies + 1 / calibrated_on)
    return distance > max(LARGEST_DISTANCE, by_chance)


def too_often_flagged(flags: Mapping[str, int], galaxies: int) -> dict[str, float]:
    """The share of galaxies with each flag that more have than chance explains.

    `flags` counts the galaxies with each flag, which 1 % of validation galaxies have.
    """
    return {
        name: count / galaxies
        for name, count in flags.items()
        if count > MOST_FLAGGED * galaxies
        and bdtrc(count - 1, galaxies, EXPECTED_FLAGGED) < UNLIKELY
    }
