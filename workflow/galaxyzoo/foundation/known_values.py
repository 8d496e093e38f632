"""Means over what is known: NaN stands for a label that nobody gave."""

import numpy as np


def known_mean(values: np.ndarray, axis: int | None = None) -> np.ndarray:
    """The mean of the values that are not NaN, along an axis or of all; NaN where there are none.

    As `np.nanmean`, without its warning about what has no values, and without NaN the same bits as
    `np.mean`.
    """
    known = ~np.isnan(values)
    counts = known.sum(axis=axis)
    totals = np.where(known, values, 0).sum(axis=axis)
    return np.divide(totals, counts, out=np.full(np.shape(totals), np.nan), where=counts > 0)
