"""The bootstrap over galaxies."""

import numpy as np
import pytest

from galaxyzoo.evaluation.bootstrap import (
    percentile_interval,
    resampled_means,
    resampled_rmse,
    rmse_interval,
)
from galaxyzoo.evaluation.metrics import label_counts, squared_sums


def test_the_interval_is_as_wide_as_the_scatter_of_galaxies_makes_it():
    squared = np.random.default_rng(0).exponential(0.01, 4000)
    low, high = rmse_interval(squared, np.ones(4000), resamples=2000)
    # The mean of N has a standard error of scatter / sqrt(N), its root that over twice the root.
    root = np.sqrt(squared.mean())
    expected = 1.96 * squared.std() / np.sqrt(4000) / (2 * root)
    assert high - root == pytest.approx(expected, rel=0.1)
    assert root - low == pytest.approx(expected, rel=0.1)


def test_an_interval_leaves_as_much_on_either_side():
    low, high = percentile_interval(np.arange(1001.0)[:, None])
    assert (low.item(), high.item()) == (25, 975)  # 2.5 % of 0 to 1000 on either side


def test_galaxies_that_are_all_alike_leave_no_doubt():
    assert rmse_interval(np.full(50, 0.12), np.full(50, 3), resamples=100) == pytest.approx(
        (0.2, 0.2)
    )


def test_two_predictions_are_drawn_alike_and_each_time_the_same():
    values = np.random.default_rng(0).random((300, 2))
    means = resampled_means(values, resamples=50)
    np.testing.assert_allclose(means[:, 1], resampled_means(values[:, 1], resamples=50))
    assert len(np.unique(means[:, 0])) == 50


def test_a_galaxy_s_squared_errors_are_summed_over_its_labels():
    predicted, voted = np.zeros((2, 4)), np.array([[0.2, 0, np.nan, np.nan], [1, 1, 1, 1]])
    np.testing.assert_allclose(squared_sums(predicted, voted), [0.04, 4])
    assert label_counts(voted).tolist() == [2, 4]


def test_each_label_counts_the_same_in_a_resample_however_many_its_galaxy_has():
    squared, labels = np.array([0.0, 9.0]), np.array([9, 1])
    errors = resampled_rmse(squared, labels, resamples=200)
    # Of two galaxies, both may be the first, both the second, or one each: 9 over 10 labels.
    assert np.unique(errors) == pytest.approx([0, np.sqrt(0.9), 3])
    paired = resampled_rmse(np.stack([squared, 4 * squared], axis=1), labels, resamples=200)
    np.testing.assert_allclose(paired, np.stack([errors, 2 * errors], axis=1))
