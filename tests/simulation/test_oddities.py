"""Oddities are made of pictures of ordinary galaxies, the same in each run, and are seen."""

import numpy as np
import pytest

from galaxyzoo.simulation.oddities import ODDITIES, odd_picture


def galaxy(width: float, colour: tuple[int, int, int]) -> np.ndarray:
    """A round galaxy, (64, 64, 3) uint8."""
    ruler = np.arange(64) - 31.5
    light = np.exp(-np.hypot(*np.meshgrid(ruler, ruler)) / width)
    return np.uint8(10 + light[..., None] * colour)


PICTURE, OTHER = galaxy(6, (200, 180, 150)), galaxy(4, (120, 140, 200))


def made(kind: str, seed: int = 0) -> np.ndarray:
    return odd_picture(kind, PICTURE, OTHER, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", ODDITIES)
def test_each_kind_is_another_picture_and_the_same_for_the_same_seed(kind):
    found = made(kind)
    assert found.shape == PICTURE.shape
    assert found.dtype == np.uint8
    changed = np.abs(found.astype(int) - PICTURE).max(axis=2) > 20
    assert changed.mean() > 0.01  # a streak, the least of them, is 2 px of 64 wide
    np.testing.assert_array_equal(found, made(kind))


def test_half_of_the_kinds_are_of_galaxies_and_half_of_pictures():
    assert sum(oddity.of_galaxy for oddity in ODDITIES.values()) == len(ODDITIES) / 2 == 5


def test_what_is_said_of_broken_pictures_holds():
    np.testing.assert_array_equal(made("negative"), 255 - PICTURE)
    assert sorted(made("mixed blocks").ravel()) == sorted(PICTURE.ravel())
    lost = made("lost band")
    assert (lost.reshape(-1, 3).max(axis=0) == 0).sum() == 1
    ended = made("edge")
    assert 0.3 < (ended == 0).mean() < 0.7
    assert (ended[ended > 0] == PICTURE[ended > 0]).all()


def test_two_galaxies_are_both_off_the_middle():
    light = made("two galaxies").sum(axis=2)
    assert light[32, 32] < 0.5 * PICTURE.sum(axis=2)[32, 32]
    assert light.max() > 0.9 * PICTURE.sum(axis=2).max()
