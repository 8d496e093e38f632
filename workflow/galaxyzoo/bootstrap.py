"""How far an error might have come out otherwise, had other galaxies been held out.

Galaxies are drawn anew with replacement, as many as there are, again and again (Efron 1979, Annals
of Statistics 7, 1); the interval is that of the percentiles. It tells of the choice of galaxies
alone: not of the seeds, nor of how the networks were trained.
"""

import numpy as np

from galaxyzoo.randomness import numpy_generator

RESAMPLES = 10_000
INTERVAL_PERCENT = 95


def squared_errors(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Each galaxy's mean squared error over all columns: two (N, columns) give (N,)."""
    return np.mean((predicted - voted) ** 2, axis=1)


def resampled_means(values: np.ndarray, resamples: int = RESAMPLES) -> np.ndarray:
    """Means over galaxies drawn anew: `values` (N,) or (N, k) give (resamples,) or (resamples, k).

    The draws depend on N alone. So predictions of the same galaxies, in one array or two, are drawn
    alike, and the difference of their means is a paired one.
    """
    galaxies = len(values)
    rng = numpy_generator("bootstrap", galaxies)
    draws = (rng.integers(galaxies, size=galaxies) for _ in range(resamples))
    return np.stack([values[draw].mean(axis=0) for draw in draws])


def rmse_interval(squared: np.ndarray, resamples: int = RESAMPLES) -> tuple[float, float]:
    """The interval of a root mean square error, from each galaxy's `squared_errors` (N,)."""
    low, high = np.percentile(
        np.sqrt(resampled_means(squared, resamples)),
        [50 - INTERVAL_PERCENT / 2, 50 + INTERVAL_PERCENT / 2],
    )
    return float(low), float(high)
