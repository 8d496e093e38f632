"""Galaxies that differ from those of calibration are told apart from galaxies that are alike."""

import numpy as np
import pytest

from galaxyzoo.calibration.likeness import (
    counts_below,
    differing,
    distances,
    quantiles_of,
    too_often_flagged,
)


def numbers(galaxies, seed, farther=0.0):
    """Predictions of two answers: of the first, a third are exactly 0."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(-0.5, 1, galaxies).clip(0)
    return np.stack([first, rng.beta(2, 5, galaxies) + farther], axis=1)


def differ(ours, calibrated):
    """Whether each answer differs, with the counts of two halves added up."""
    quantiles = quantiles_of(calibrated)
    half = len(ours) // 2
    counts = counts_below(ours[:half], quantiles) + counts_below(ours[half:], quantiles)
    distance = distances(counts, quantiles, len(ours))
    return differing(distance, len(ours), len(calibrated)).tolist()


@pytest.mark.parametrize("galaxies", [2, 30, 1000])
def test_galaxies_of_one_kind_do_not_differ_however_many_there_are(galaxies):
    told = [differ(numbers(galaxies, seed), numbers(300, 100 + seed)) for seed in range(40)]
    assert not np.any(told)


def test_another_distribution_differs_and_a_few_galaxies_cannot_show_it():
    calibrated = numbers(300, 0)
    assert differ(numbers(1000, 1, farther=0.2), calibrated) == [False, True]
    assert differ(numbers(4, 1, farther=0.2), calibrated) == [False, False]


def test_without_rows_of_calibration_nothing_is_told():
    assert differ(numbers(50, 0), numbers(0, 1)) == [False, False]


def test_flags_are_told_where_more_galaxies_have_them_than_chance_explains():
    assert too_often_flagged({"scale": 30, "light": 12}, 1000) == {}
    assert too_often_flagged({"scale": 300, "light": 12}, 1000) == {"scale": 0.3}
    assert too_often_flagged({"scale": 1}, 3) == {}
    assert too_often_flagged({"scale": 0}, 3) == {}
