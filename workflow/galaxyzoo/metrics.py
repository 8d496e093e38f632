"""Kaggle's error, and the errors of predictions that need no network."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.cluster import KMeans

from galaxyzoo.bootstrap import INTERVAL_PERCENT, RESAMPLES, rmse_interval, squared_errors
from galaxyzoo.decision_tree import DecisionTree

CENTRE_PX = 10
CENTRE_COLOURS = 6


def rmse(predicted: np.ndarray, voted: np.ndarray) -> float:
    """Kaggle's error: one root mean square over all galaxies and columns, (N, columns) each."""
    return float(np.sqrt(np.mean((predicted - voted) ** 2)))


def question_rmse(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> dict[str, float]:
    """The same error over the columns of each question, by the question's number."""
    return {
        str(question.number): rmse(predicted[:, columns], voted[:, columns])
        for question, columns in zip(tree.questions, tree.slices, strict=True)
    }


def centre_colours(crops: np.ndarray) -> np.ndarray:
    """Mean red, green and blue (N, 3) of the central 10 x 10 pixels of crops (N, s, s, 3) uint8."""
    start = (crops.shape[1] - CENTRE_PX) // 2
    centre = crops[:, start : start + CENTRE_PX, start : start + CENTRE_PX]
    return centre.reshape(len(crops), -1, 3).mean(axis=1)


def central_pixel_benchmark(
    train_colours: np.ndarray, train_labels: np.ndarray, colours: np.ndarray
) -> np.ndarray:
    """Kaggle's central pixel benchmark: predictions (N, columns) from centre `colours` (N, 3).

    The training galaxies are clustered by the colour of the centre; the prediction is the mean
    label of the cluster whose centre is nearest to a galaxy's colour.
    """
    clusters = KMeans(min(CENTRE_COLOURS, len(train_colours)), random_state=0, n_init=10)
    clusters.fit(train_colours)
    means = np.stack(
        [train_labels[clusters.labels_ == k].mean(axis=0) for k in range(clusters.n_clusters)]
    )
    return means[clusters.predict(colours)]


def scores(
    voted: np.ndarray,
    train_labels: np.ndarray,
    central_pixel: np.ndarray,
    truth: np.ndarray | None,
    seeds: Mapping[int, Mapping[str, np.ndarray]],
    bag: np.ndarray,
    tree: DecisionTree,
) -> dict[str, Any]:
    """Errors on the held-out galaxies, in the terms of metrics.json.

    Every array is (galaxies, columns), of the held-out galaxies but for `train_labels`; `truth` is
    what the votes were drawn from, where it is known; `seeds` holds each seed's predictions from a
    `single` view and with `tta`. `rmse_interval` is the bootstrap's, over galaxies.
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
