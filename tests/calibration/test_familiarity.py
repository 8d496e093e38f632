"""What is unlike the galaxies of training is told from what is like them."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.calibration.familiarity import (
    BLUE,
    FEATURES,
    LIGHT,
    PLACE,
    RED,
    SIZE,
    read_reference,
    reference_of,
    write_reference,
)
from galaxyzoo.foundation.errors import InputError


def features(galaxies, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    mixed = np.random.default_rng(9).normal(size=(12, 12))
    return (20 + scale * rng.normal(size=(galaxies, 12)) @ mixed).astype(np.float32)


@pytest.fixture
def reference():
    measured = pd.DataFrame({name: np.arange(401.0) for name in (LIGHT, PLACE, SIZE, RED, BLUE)})
    return reference_of(features(4000, 0), features(401, 1), measured)


def test_galaxies_like_those_of_training_are_at_about_1(reference):
    # The mean of the squares of 12 standard normal numbers is 1; of length 1, 11 of 12 are free.
    assert 0.9 < (reference.distances(features(2000, 2)) ** 2).mean() < 1.05
    assert reference.distances(features(50, 3, scale=5.0)).min() > 2


def test_what_is_dull_in_all_features_is_far_from_galaxies_of_training(reference):
    # A picture of noise or of nothing: small features, in other shares than galaxies have.
    shares = np.random.default_rng(4).exponential(size=(50, 12)).astype(np.float32)
    _, limit = reference.limits[FEATURES]
    assert reference.distances(0.01 * shares).min() > limit
    assert reference.distances(np.zeros((1, 12), np.float32)) > limit


def test_one_in_a_hundred_validation_galaxies_is_beyond_each_limit(reference):
    distance = reference.distances(features(401, 1))
    assert reference.is_beyond(FEATURES, distance).sum() == 4
    values = np.arange(401.0)
    np.testing.assert_array_equal(values[reference.is_beyond(LIGHT, values)], [0, 1, 2, 3])
    np.testing.assert_array_equal(values[reference.is_beyond(PLACE, values)], [397, 398, 399, 400])
    for name in (SIZE, RED, BLUE):
        np.testing.assert_array_equal(values[reference.is_beyond(name, values)], [0, 1, 399, 400])


def test_what_could_not_be_measured_is_beyond(reference):
    assert reference.is_beyond(SIZE, np.array([np.nan, 200])).tolist() == [True, False]


def test_a_reference_is_read_as_it_was_written_and_refused_if_damaged(reference, tmp_path):
    path = tmp_path / "reference.npz"
    write_reference(reference, path)
    found = read_reference(path)
    assert found.limits == reference.limits
    np.testing.assert_array_equal(found.precision, reference.precision)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"reference.npz is damaged"):
        read_reference(path)


def test_without_validation_galaxies_there_are_no_limits():
    none = pd.DataFrame({name: [] for name in (LIGHT, PLACE, SIZE, RED, BLUE)})
    with pytest.raises(InputError, match="no galaxies to set the limits"):
        reference_of(features(100, 0), features(0, 1), none)
