"""Kaggle's error measure, and the scores of an experiment.

Labels are NaN where an answer has none. Such answers count in no error.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, RESAMPLES, rmse_interval
from galaxyzoo.foundation.known_values import known_mean
from galaxyzoo.tree.decision_tree import DecisionTree


def rmse(predicted: np.ndarray, voted: np.ndarray) -> float:
    """Kaggle's error of two arrays (N, columns): one root mean square over all labels.

    NaN if there is no label.
    """
    errors = (predicted - voted)[~np.isnan(voted)]
    return float(np.sqrt(np.mean(errors**2))) if errors.size else float("nan")


def column_rmse(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """The error of each column (columns,), NaN for one without labels.

    `predicted` is (N, columns), or (columns,) for every galaxy; `voted` is (N, columns).
    """
    everywhere = np.broadcast_to(predicted, voted.shape)
    return np.array([rmse(*column) for column in zip(everywhere.T, voted.T, strict=True)])


def question_rmse(
    predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree
) -> dict[str, float | None]:
    """The error over each question's columns, by question number (a string), or None."""
    errors = {
        str(question.number): rmse(predicted[:, columns], voted[:, columns])
        for question, columns in zip(tree.questions, tree.slices, strict=True)
    }
    return {number: None if np.isnan(error) else error for number, error in errors.items()}


def squared_sums(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Each galaxy's squared errors, summed over its labels: two arrays (N, columns) give (N,)."""
    return np.where(np.isnan(voted), 0, (predicted - voted) ** 2).sum(axis=1)


def label_counts(voted: np.ndarray) -> np.ndarray:
    """How many labels each galaxy has (N,), at least one."""
    return (~np.isnan(voted)).sum(axis=1)


def errors_of_labels(predicted: Sequence[np.ndarray], voted: np.ndarray) -> np.ndarray:
    """The errors of several predictions (N, columns), as (predictions, labels)."""
    known = ~np.isnan(voted)
    return np.stack([(one - voted)[known] for one in predicted])


def scores(
    voted: np.ndarray,
    train_labels: np.ndarray,
    central_pixel: np.ndarray,
    truth: np.ndarray | None,
    seeds: Mapping[int, Mapping[str, np.ndarray]],
    bag: np.ndarray,
    tree: DecisionTree,
) -> dict[str, Any]:
    """Errors on the held-out galaxies, as in metrics.json.

    Every array is (galaxies, columns), all for the held-out galaxies except `train_labels`. `truth`
    holds the probabilities that the votes were drawn from, if they are known. `seeds` holds each
    seed's predictions from a `single` view and with `tta`. `rmse_interval` is the bootstrap
    interval over galaxies.
    """
    mean_label = np.broadcast_to(known_mean(train_labels, axis=0), voted.shape)
    return {
        "rmse": {
            "all_zeros": rmse(np.zeros_like(voted), voted),
            "mean_label": rmse(mean_label, voted),
            "central_pixel": rmse(central_pixel, voted),
            "vote_noise_floor": None if truth is None else rmse(truth, voted),
            "seeds": {
                str(seed): {name: rmse(predicted, voted) for name, predicted in by_name.items()}
                for seed, by_name in seeds.items()
            },
            "bag": rmse(bag, voted),
        },
        "rmse_interval": {
            "bag": list(rmse_interval(squared_sums(bag, voted), label_counts(voted))),
            "percent": INTERVAL_PERCENT,
            "resamples": RESAMPLES,
        },
        "questions": question_rmse(bag, voted, tree),
        "questions_mean_label": question_rmse(mean_label, voted, tree),
    }
