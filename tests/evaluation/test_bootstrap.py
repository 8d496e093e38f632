"""The bootstrap over galaxies."""

import numpy as np
import pytest

from galaxyzoo.evaluation.bootstrap import percentile_interval, resampled_means, rmse_interval
from galaxyzoo.evaluation.metrics import squared_errors


def test_the_interval_is_as_wide_as_the_scatter_of_galaxies_makes_it():
    squared = np.random.default_rng(0).exponential(0.01, 4000)
    low, high = rmse_interval(squared, resamples=2000)
    # The mean of N has a standard error of scatter / sqrt(N), its root that over twice the root.
    root = np.sqrt(squared.mean())
    expected = 1.96 * squared.std() / np.sqrt(4000) / (2 * root)
    assert high - root == pytest.approx(expected, rel=0.1)
    assert root - low == pytest.approx(expected, rel=0.1)


def test_an_interval_leaves_as_much_on_either_side():
    low, high = percentile_interval(np.arange(1001.0)[:, None])
    assert (low.item(), high.item()) == (25, 975)  # 2.5 % of 0 to 1000 on either side


def test_galaxies_that_are_all_alike_leave_no_doubt():
    assert rmse_interval(np.full(50, 0.04), resamples=100) == pytest.approx((0.2, 0.2))


def test_two_predictions_are_drawn_alike_and_each_time_the_same():
    values = np.random.default_rng(0).random((300, 2))
    means = resampled_means(values, resamples=50)
    np.testing.assert_allclose(means[:, 1], resampled_means(values[:, 1], resamples=50))
    assert len(np.unique(means[:, 0])) == 50


def test_a_galaxy_s_squared_error_is_the_mean_over_its_columns():
    predicted, voted = np.zeros((2, 4)), np.array([[0.2, 0, 0, 0], [1, 1, 1, 1]])
    np.testing.assert_allclose(squared_errors(predicted, voted), [0.01, 1])
