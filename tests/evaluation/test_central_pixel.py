"""Kaggle's benchmark, which knows no more of a galaxy than the colour of its centre."""

import numpy as np
import pytest

from galaxyzoo.evaluation.central_pixel import central_pixel_benchmark


def test_a_galaxy_gets_the_mean_label_of_those_of_its_colour():
    colours = np.repeat([[20.0, 0, 0], [0, 90, 0], [0, 0, 200]], 4, axis=0)
    colours += np.random.default_rng(0).normal(0, 0.1, colours.shape)
    labels = np.repeat([[0.1, 0.9], [0.5, 0.5], [0.8, 0.2]], 4, axis=0)
    predicted = central_pixel_benchmark(colours, labels, np.array([[0.0, 0, 190], [25, 0, 0]]))
    assert predicted == pytest.approx(np.array([[0.8, 0.2], [0.1, 0.9]]))
