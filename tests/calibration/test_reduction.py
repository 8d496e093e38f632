"""Features in few whole numbers, which keep which galaxies are near."""

import numpy as np
import pytest

from galaxyzoo.calibration.familiarity import of_unit_length
from galaxyzoo.calibration.reduction import read_reduction, reduction_of, write_reduction
from galaxyzoo.foundation.errors import InputError


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    """Features (300, 100) that differ in 20 directions, as much as a network's do, and a little."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(300, 20)) * np.geomspace(1, 0.1, 20)
    noise = 0.01 * rng.normal(size=(300, 100))
    return np.float32(1 + 0.3 * hidden @ rng.normal(size=(20, 100)) / 4 + noise)


def apart(values: np.ndarray) -> np.ndarray:
    return np.linalg.norm(values[:, None] - values[None], axis=2)


def test_distances_are_kept_to_rounding_and_what_is_left_out(features):
    reduction = reduction_of(features)
    numbers = reduction.of(features)
    assert numbers.dtype == np.int8
    assert numbers.shape == (300, 64)
    expected = apart(of_unit_length(features))
    found = reduction.step * apart(numbers.astype(np.float64))
    # Rounding of 64 numbers changes a distance by the root of 64 steps / sqrt(6), and as it seldom
    # does by more than 3 times that.
    np.testing.assert_allclose(found, expected, atol=3 * 8 * reduction.step / np.sqrt(6))


def test_a_galaxy_off_all_axes_of_training_is_far_by_the_last_number(features):
    reduction = reduction_of(features[:, :80])
    rng = np.random.default_rng(1)
    other = rng.normal(size=80)
    for axis in (reduction.mean, *reduction.axes):  # which no galaxy of training has any of
        other -= (other @ axis) / (axis @ axis) * axis
    numbers = reduction.of(np.float32(other)[None])[0].astype(int)
    usual = reduction.of(features[:, :80]).astype(int)
    assert abs(numbers[-1]) > 3 * np.abs(usual[:, -1]).max()


def test_few_features_or_galaxies_have_fewer_axes_and_those_that_are_the_same_are_the_same(
    features,
):
    assert reduction_of(features[:, :5]).of(features[:, :5]).shape == (300, 6)
    assert reduction_of(features[:10]).of(features).shape == (300, 11)
    same = reduction_of(np.ones((4, 5), np.float32))
    assert (same.of(np.ones((2, 5), np.float32)) == 0).all()
    assert np.isfinite(same.of(np.zeros((1, 5), np.float32))).all()


def test_it_is_read_as_it_was_written_and_damage_is_told(features, tmp_path):
    path = tmp_path / "reduction.npz"
    reduction = reduction_of(features)
    write_reduction(reduction, path)
    np.testing.assert_array_equal(read_reduction(path).of(features), reduction.of(features))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match=r"reduction.npz is damaged"):
        read_reduction(path)
