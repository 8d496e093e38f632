"""Light, size and place of a galaxy, measured in its crop."""

import numpy as np
import pytest

from galaxyzoo.calibration.photometry import measured


def test_a_bright_disc_is_measured_whatever_the_background():
    size_px, away = 101, np.arange(101) - 50
    disc = np.hypot(away, away[:, None]) <= 30
    crops = np.zeros((4, size_px, size_px, 3), np.uint8)
    for crop, background, light in zip(crops, (0, 40, 0, 25), (100, 100, 50, 0), strict=True):
        crop[...] = background + (light * disc)[..., None]
    table = measured(crops, np.array([3, 0, 1, 2]))
    np.testing.assert_allclose(table["central_brightness"], [0, 100, 100, 50], atol=1e-3)
    assert np.isnan(table["half_light_radius_px"][0])
    # Half of a disc's area lies within its radius over the root of two.
    np.testing.assert_allclose(table["half_light_radius_px"][1:], 30 / np.sqrt(2), atol=0.7)


def test_the_centre_is_a_twentieth_of_the_width_and_the_sky_all_outside_the_largest_circle():
    size_px, away = 100, np.arange(100) - 49.5
    radius = np.hypot(away, away[:, None])
    crop = np.full((1, size_px, size_px, 3), 10, np.uint8)
    crop[0, radius <= 5] = 110
    crop[0, (radius > 5) & (radius < 6)] = 60  # just outside the centre
    crop[0, (radius > 49) & (radius <= 50)] = 250  # the rim of the circle, not sky
    table = measured(crop, np.array([0]))
    assert table["central_brightness"][0] == pytest.approx(100)
    crop[0, (radius > 30) & (radius <= 50)] = 250  # a galaxy that fills more than the corners
    assert measured(crop, np.array([0]))["central_brightness"][0] == pytest.approx(100)


def test_light_is_counted_out_to_the_edge_of_the_largest_circle():
    size_px, away = 100, np.arange(100) - 49.5
    radius = np.hypot(away, away[:, None])
    crop = np.zeros((1, size_px, size_px, 3), np.uint8)
    crop[0, (radius >= 49) & (radius < 50)] = 200  # a ring in the outermost pixel
    assert 49 <= measured(crop, np.array([0]))["half_light_radius_px"][0] <= 50


def test_the_offset_is_that_of_the_brightest_light_from_the_centre():
    crops = np.random.default_rng(0).integers(9, 12, (3, 41, 41, 3), dtype=np.uint8)
    crops[0, 19:22, 19:22] = 250
    crops[1, 15:18, 22:25] = 250  # 4 up and 3 to the right
    crops[2] = 10
    found = measured(crops, np.arange(3))["offset_px"]
    assert found[0] == pytest.approx(0, abs=0.05)
    assert found[1] == pytest.approx(5, abs=0.05)
    assert np.isnan(found[2])
