"""Kaggle's central pixel benchmark: predictions from the colour at the centre of a galaxy."""

import numpy as np
from sklearn.cluster import KMeans

from galaxyzoo.foundation.known_values import known_mean

CENTRE_PX = 10
CENTRE_COLOURS = 6
CHUNK = 256  # crops in memory at a time


def centre_colours(crops: np.ndarray) -> np.ndarray:
    """Mean of each band (N, bands) in the central 10 x 10 px of crops (N, s, s, bands) uint8."""
    start = (crops.shape[1] - CENTRE_PX) // 2
    centre = slice(start, start + CENTRE_PX)
    chunks = [crops[i : i + CHUNK][:, centre, centre] for i in range(0, len(crops), CHUNK)]
    return np.concatenate(chunks).reshape(len(crops), -1, crops.shape[-1]).mean(axis=1)


def central_pixel_benchmark(
    train_colours: np.ndarray, train_labels: np.ndarray, colours: np.ndarray
) -> np.ndarray:
    """Predictions (N, columns) float64 from centre `colours` (N, bands).

    The training galaxies are clustered by centre colour. The prediction is the mean label of the
    cluster nearest to a galaxy's colour, or of all clusters where that one has no label.
    """
    clusters = KMeans(min(CENTRE_COLOURS, len(train_colours)), random_state=0, n_init=10)
    clusters.fit(train_colours)
    means = np.stack(
        [known_mean(train_labels[clusters.labels_ == k], 0) for k in range(clusters.n_clusters)]
    )
    means = np.where(np.isnan(means), known_mean(train_labels, axis=0), means)
    return means[clusters.predict(colours)]
