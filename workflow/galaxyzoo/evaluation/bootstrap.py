"""Bootstrap intervals of the error over all galaxies like those held out.

Galaxies are resampled many times with replacement, as many as there are (Efron 1979, Annals of
Statistics 7, 1). Intervals are percentile intervals. They cover the choice of galaxies only, not
the seeds or how the networks were trained.
"""

import numpy as np

from galaxyzoo.foundation.randomness import numpy_generator

RESAMPLES = 10_000
INTERVAL_PERCENT = 95


def resampled_means(values: np.ndarray, resamples: int = RESAMPLES) -> np.ndarray:
    """Means over resampled galaxies: `values` (N,) or (N, k) give (resamples,) or (resamples, k).

    The draws depend on N alone. So two arrays of the same galaxies are resampled identically, and
    the difference of their means is paired.
    """
    galaxies = len(values)
    rng = numpy_generator("bootstrap", galaxies)
    draws = (rng.integers(galaxies, size=galaxies) for _ in range(resamples))
    return np.stack([values[draw].mean(axis=0) for draw in draws])


def percentile_interval(resampled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ends of the central interval of INTERVAL_PERCENT of the values, along the first axis."""
    tails = [50 - INTERVAL_PERCENT / 2, 50 + INTERVAL_PERCENT / 2]
    low, high = np.percentile(resampled, tails, axis=0)
    return low, high


def simultaneous_intervals(
    estimates: np.ndarray, resampled: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Intervals (k,) of several `estimates` (k,), all of which hold at once INTERVAL_PERCENT.

    `resampled` (resamples, k) are the same estimates on resampled galaxies. An interval reaches a
    number of standard deviations to either side: the same for all, and such that in that percentage
    of draws no estimate is farther off (the studentised maximum: Romano & Wolf 2005, Econometrica
    73, 1237). With one estimate it is an ordinary interval.
    """
    spread = resampled.std(axis=0)
    deviations = np.abs(resampled - estimates) / np.where(spread > 0, spread, 1)
    widths = np.percentile(deviations.max(axis=1), INTERVAL_PERCENT) * spread
    return estimates - widths, estimates + widths


def resampled_rmse(
    squared: np.ndarray, labels: np.ndarray, resamples: int = RESAMPLES
) -> np.ndarray:
    """Root mean square errors over all labels of resampled galaxies, (resamples,) or with (, k).

    `squared` (N,) or (N, k) are each galaxy's squared errors, summed over its `labels` (N,).
    """
    summed = resampled_means(np.column_stack([squared, labels]), resamples)
    errors = np.sqrt(summed[:, :-1] / summed[:, -1:])
    return errors[:, 0] if squared.ndim == 1 else errors


def rmse_interval(
    squared: np.ndarray, labels: np.ndarray, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """The interval of a root mean square error, from each galaxy's sums, as `resampled_rmse`."""
    low, high = percentile_interval(resampled_rmse(squared, labels, resamples))
    return float(low), float(high)
