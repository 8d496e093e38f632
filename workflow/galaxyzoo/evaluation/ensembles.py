"""Each member's contribution to an ensemble: its error, and how the members' errors correlate."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from galaxyzoo.evaluation.metrics import errors_of_labels, rmse


def member_scores(
    predicted: Mapping[str, np.ndarray], weights: Mapping[str, float], voted: np.ndarray
) -> dict[str, Any]:
    """Errors of an ensemble's members, as in its metrics.json; every array is (N, columns).

    `members` gives, by name, each member's weight, its rmse, and rmse_without: that of the ensemble
    of all others with their weights, None if these are all 0. `error_correlation` gives Pearson's
    correlation of the errors of each two members, over all labels.
    """
    names = list(predicted)
    errors = errors_of_labels(list(predicted.values()), voted)
    shares = np.array([weights[name] for name in names])
    correlation = np.corrcoef(errors)
    members = {}
    for i, name in enumerate(names):
        rest = np.delete(shares, i)
        others = rest @ np.delete(errors, i, axis=0) / rest.sum() if rest.any() else None
        members[name] = {
            "weight": float(shares[i]),
            "rmse": rmse(predicted[name], voted),
            "rmse_without": None if others is None else float(np.sqrt(np.mean(others**2))),
        }
    table = {
        name: dict(zip(names, map(float, row), strict=True))
        for name, row in zip(names, correlation, strict=True)
    }
    return {"members": members, "error_correlation": table}
