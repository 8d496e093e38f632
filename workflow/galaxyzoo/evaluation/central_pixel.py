"""Kaggle's central pixel benchmark: predictions from the colour at the centre of a galaxy."""

import numpy as np
from sklearn.cluster import KMeans

from galaxyzoo.foundation.known_values import known_mean

CENTRE_COLOURS = 6


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
