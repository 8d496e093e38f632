"""Kaggle's error measure, and the scores of an experiment."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, RESAMPLES, rmse_interval
from galaxyzoo.tree.decision_tree import DecisionTree


def rmse(predicted: np.ndarray, voted: np.ndarray) -> float:
    """Kaggle's error of two arrays (N, columns): one root mean square over galaxies and columns."""
    return float(np.sqrt(np.mean((predicted - voted) ** 2)))


def question_rmse(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> dict[str, float]:
    """The error over each question's columns, by question number (a string)."""
    return {
        str(question.number): rmse(predicted[:, columns], voted[:, columns])
        for question, columns in zip(tree.questions, tree.slices, strict=True)
    }


def squared_errors(predicted: np.ndarray, voted: np.ndarray) -> np.ndarray:
    """Each galaxy's mean squared error over all columns: two arrays (N, columns) give (N,)."""
    return np.mean((predicted - voted) ** 2, axis=1)


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
    mean_label = np.broadcast_to(train_labels.mean(axis=0), voted.shape)
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
            "bag": list(rmse_interval(squared_errors(bag, voted))),
            "percent": INTERVAL_PERCENT,
            "resamples": RESAMPLES,
        },
        "questions": question_rmse(bag, voted, tree),
        "questions_mean_label": question_rmse(mean_label, voted, tree),
    }
