"""What more labels would bring: errors on a part of the training galaxies, and on all of them.

The errors of the three experiments are on the same held-out galaxies. A power law of the number of
galaxies is laid through them, as learning curves often follow one (Hestness et al. 2017,
arXiv:1712.00409), and read at twice as many. It has no floor, which three points do not show: where
the error nears the volunteers' own noise, twice as many bring less than it says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval, resampled_rmse
from galaxyzoo.evaluation.metrics import label_counts, rmse, squared_sums
from galaxyzoo.foundation.errors import InputError

MORE = 2  # times as many


def label_curve(
    galaxies: Sequence[int], predicted: Sequence[np.ndarray], voted: np.ndarray
) -> dict[str, Any]:
    """Errors by number of training galaxies (k,), ascending, and a power law at MORE times all.

    `predicted` are k arrays (n, columns) of the held-out galaxies, and `voted` (n, columns) their
    labels. Returns `points`, each with galaxies, rmse and its interval; `doubled`, the same of the
    power law; `last_step`, by how much the error fell over the last step, with its interval, and
    `interval_percent`. Intervals are over held-out galaxies, paired: of neither seeds nor the law.
    Raises InputError if the numbers of galaxies do not rise.
    """
    if not (np.diff(galaxies) > 0).all():
        counts = ", ".join(map(str, galaxies))
        raise InputError(
            f"label_curve: a quarter, half and all of the training galaxies are {counts}, of which "
            "no curve can be drawn; set label_curve: false, or train on more"
        )
    squared = np.column_stack([squared_sums(one, voted) for one in predicted])
    resampled = resampled_rmse(squared, label_counts(voted))
    errors = np.array([rmse(one, voted) for one in predicted])
    more = MORE * galaxies[-1]
    at_more = at_power_law(galaxies, np.vstack([errors, resampled]), more)
    return {
        "points": [
            point(count, error, draws)
            for count, error, draws in zip(galaxies, errors, resampled.T, strict=True)
        ],
        "doubled": point(more, at_more[0], at_more[1:]),
        "last_step": {
            "fell": float(errors[-2] - errors[-1]),
            "interval": interval(resampled[:, -2] - resampled[:, -1]),
        },
        "interval_percent": INTERVAL_PERCENT,
    }


def at_power_law(galaxies: Sequence[int], errors: np.ndarray, more: int) -> np.ndarray:
    """Power laws through errors (N, k) at k numbers of galaxies, read at one number: (N,).

    Each is the straight line of least squares through the logarithms of both.
    """
    x, y = np.log(galaxies), np.log(errors)
    middle = x.mean()
    slopes = (y - y.mean(axis=1, keepdims=True)) @ (x - middle) / ((x - middle) ** 2).sum()
    return np.exp(y.mean(axis=1) + slopes * (np.log(more) - middle))


def point(galaxies: int, error: float, draws: np.ndarray) -> dict[str, Any]:
    """An error at a number of training galaxies, with its interval."""
    return {"galaxies": int(galaxies), "rmse": float(error), "interval": interval(draws)}


def interval(draws: np.ndarray) -> list[float]:
    """The ends of an interval, from the values of resampled galaxies (resamples,)."""
    return [float(end) for end in percentile_interval(draws)]


def table_of(curve: Mapping[str, Any]) -> pd.DataFrame:
    """A row for each point of a curve and the last for the power law: galaxies, rmse, low, high."""
    rows = [*curve["points"], curve["doubled"]]
    table = pd.DataFrame({name: [row[name] for row in rows] for name in ("galaxies", "rmse")})
    ends = np.array([row["interval"] for row in rows])
    return table.assign(low=ends[:, 0], high=ends[:, 1], extrapolated=table.index == len(rows) - 1)


def curve_in_words(curve: Mapping[str, Any]) -> str:
    """What twice as many labels would bring, and whether the curve shows that more labels help."""
    last, doubled, step = curve["points"][-1], curve["doubled"], curve["last_step"]
    low, high = step["interval"]
    half = f"from {curve['points'][-2]['galaxies']:,} to {last['galaxies']:,} training galaxies"
    percent = curve["interval_percent"]
    if high < 0:
        return (
            f"More labels did not help: {half}, the error rose by {-step['fell']:.4f} ({percent} % "
            f"interval {-high:.4f} to {-low:.4f}). What twice as many would bring cannot be said."
        )
    if low <= 0:
        return (
            f"Whether more labels would help is not shown: {half}, the error fell by "
            f"{step['fell']:+.4f} ({percent} % interval {low:+.4f} to {high:+.4f})."
        )
    return (
        f"More labels help: {half}, the error fell by {step['fell']:.4f} ({percent} % interval "
        f"{low:.4f} to {high:.4f}). Extrapolated, twice as many would lower it from "
        f"{last['rmse']:.4f} to about {doubled['rmse']:.4f} ({percent} % interval "
        f"{doubled['interval'][0]:.4f} to {doubled['interval'][1]:.4f})."
    )
