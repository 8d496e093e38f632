"""The warp: what it does to pixels, and the maps of training and test-time augmentation."""

import numpy as np
import pytest
import torch

from galaxyzoo.engine.augmentation import first_view, middle_zoom, random_maps, tta_maps
from galaxyzoo.engine.transforms import affine_maps, middle, resize, warp, wide_px

SETTINGS = {
    "rotation": 360.0,
    "rotation_probability": 1.0,
    "flip": True,
    "zoom": [1.0, 1.2],
    "middle": None,
    "zoom_about": "centre",
    "shift": 0.0,
    "brightness": 0.0,
    "contrast": 0.0,
}
STILL = np.zeros((1, 2))


def picture(size: int = 16) -> torch.Tensor:
    pixels = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), dtype=np.uint8)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


def warped(degrees=0.0, zoom=1.0, flip=False, shift=(0.0, 0.0), about=(0.0, 0.0), size=16):
    lists = ([degrees], [zoom], [flip], [shift], [about])
    maps = affine_maps(*map(np.array, lists))
    return warp(picture(size), torch.from_numpy(maps), size)


def test_nothing_to_do_leaves_the_pixels_alone():
    torch.testing.assert_close(warped(), picture().float() / 255, atol=1e-6, rtol=0)


def test_degrees_turn_anticlockwise():
    expected = torch.rot90(picture().float() / 255, 1, dims=(2, 3))
    torch.testing.assert_close(warped(degrees=90), expected, atol=1e-5, rtol=0)


def test_flip_mirrors_left_to_right_before_the_turn():
    flipped = picture().float().div(255).flip(3)
    torch.testing.assert_close(warped(flip=True), flipped, atol=1e-6, rtol=0)
    turned = torch.rot90(flipped, 1, dims=(2, 3))
    torch.testing.assert_close(warped(degrees=90, flip=True), turned, atol=1e-5, rtol=0)


def test_zoom_enlarges_the_middle():
    size = 64
    bright = torch.zeros(1, 3, size, size, dtype=torch.uint8)
    bright[:, :, 24:40, 24:40] = 255  # 16 px wide: 32 px after a zoom of 2
    maps = affine_maps(np.zeros(1), np.array([2.0]), np.array([False]), STILL, STILL)
    assert warp(bright, torch.from_numpy(maps), size)[0, 0, size // 2].sum() == pytest.approx(
        32, abs=1
    )


def test_zoom_about_a_corner_shows_that_quarter_of_the_picture():
    down, right = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    places = torch.stack([right, down, down]).to(torch.uint8)[None]  # each pixel says where it is
    corner = np.array([[1.0, -1.0]])  # right and up
    maps = affine_maps(np.zeros(1), np.array([2.0]), np.array([False]), STILL, corner)
    seen = 255 * warp(places, torch.from_numpy(maps), 64)[0, :, 1:-1, 1:-1]
    assert seen[0].min() == pytest.approx(32, abs=1)
    assert seen[0].max() == pytest.approx(63, abs=1)
    assert seen[1].min() == pytest.approx(0, abs=1)
    assert seen[1].max() == pytest.approx(31, abs=1)


def test_a_point_about_which_is_zoomed_stays_where_the_turn_takes_it():
    maps = random_maps(50, SETTINGS | {"zoom": [1.0, 2.0], "zoom_about": "random"}, 1)
    centred = random_maps(50, SETTINGS | {"zoom": [1.0, 2.0]}, 1)
    np.testing.assert_array_equal(maps[:, :, :2], centred[:, :, :2])
    zooms = np.abs(np.linalg.det(maps[:, :, :2])) ** -0.5
    turns = maps[:, :, :2] * zooms[:, None, None]
    # The map moves by turn @ point * (1 - 1 / zoom), of which the point is what was drawn.
    moved = np.einsum("nji,nj->ni", turns, maps[:, :, 2]) / (1 - 1 / zooms)[:, None]
    assert np.abs(moved).max() == pytest.approx(1, abs=0.05)
    assert np.abs(moved).max() < 1 + 1e-3


def test_beyond_the_edge_is_mirrored_and_not_black():
    white = torch.full((1, 3, 16, 16), 255, dtype=torch.uint8)
    maps = affine_maps(np.array([45.0]), np.array([0.8]), np.array([False]), STILL, STILL)
    assert warp(white, torch.from_numpy(maps), 16).min() == pytest.approx(1.0)


def test_resize_is_antialiased():
    checkers = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    crops = np.repeat(checkers[None, :, :, None], 3, axis=3)
    small = resize(torch.from_numpy(crops), 16, 1.0)
    assert small.shape == (1, 3, 16, 16)
    assert small.dtype == torch.uint8
    assert (small.float() - 127.5).abs().max() < 20  # without it, 0 or 255


def test_random_maps_depend_on_their_key_alone():
    maps = random_maps(50, SETTINGS, "augmentation", 0, "head", 1)
    np.testing.assert_array_equal(maps, random_maps(50, SETTINGS, "augmentation", 0, "head", 1))
    assert not np.array_equal(maps, random_maps(50, SETTINGS, "augmentation", 0, "head", 2))


def test_random_maps_keep_to_their_settings():
    maps = random_maps(4000, SETTINGS, 1)
    determinants = np.linalg.det(maps[:, :, :2])
    zooms = 1 / np.sqrt(np.abs(determinants))
    # Relative to the geometric middle of 1 and 1.2, and uniform in the logarithm on either side.
    assert zooms.min() == pytest.approx(1.2**-0.5, abs=1e-3)
    assert zooms.max() == pytest.approx(1.2**0.5, abs=1e-3)
    assert np.log(zooms).mean() == pytest.approx(0, abs=0.004)
    assert np.log(zooms).std() == pytest.approx(np.log(1.2) / np.sqrt(12), rel=0.05)
    assert (determinants < 0).mean() == pytest.approx(0.5, abs=0.05)
    still = random_maps(100, SETTINGS | {"rotation_probability": 0.0, "flip": False}, 1)
    np.testing.assert_allclose(still[:, 0, 1], 0)
    often = random_maps(4000, SETTINGS | {"rotation_probability": 0.75}, 1)
    assert (often[:, 0, 1] == 0).mean() == pytest.approx(0.25, abs=0.04)


def test_tta_walks_the_grid_with_the_first_view_first():
    maps = tta_maps({"rotations": 4, "flips": True, "zooms": [1.1, 1.0]})
    assert maps.shape == (16, 2, 3)
    assert len(np.unique(maps.round(5), axis=0)) == 16
    np.testing.assert_array_equal(maps[:1], first_view())


@pytest.mark.parametrize("rotations", [1, 2, 3, 4, 8, 10, 12, 16, 36, 72, 360])
def test_every_view_is_interpolated_as_training_s_pictures_are(rotations):
    for matrix in tta_maps({"rotations": rotations, "flips": True, "zooms": [1.0]})[:, :, :2]:
        assert np.abs(matrix - matrix.round()).max() > 1e-3, matrix


def test_zooms_are_relative_to_a_middle_of_one_s_own():
    blogs = SETTINGS | {"zoom": [1.0, 1.05], "middle": 1.0}
    zooms = np.linalg.det(random_maps(4000, blogs | {"flip": False}, 1)[:, :, :2]) ** -0.5
    assert zooms.min() >= 1 - 1e-6
    assert zooms.max() == pytest.approx(1.05, abs=1e-3)
    assert middle_zoom(blogs) == 1
    assert middle_zoom(SETTINGS) == pytest.approx(1.2**0.5)


def test_the_middle_of_a_resized_crop_is_that_of_the_crop():
    crops = torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8)
    pictures = crops.permute(0, 3, 1, 2)
    assert torch.equal(resize(crops, 32, 2.0), pictures)
    inner = pictures[..., 16:48, 16:48]
    assert torch.equal(middle(resize(crops, 32, 2.0), 32), inner.float() / 255)
    smaller = middle(resize(crops, 16, 2.0), 16)
    assert smaller.mean() == pytest.approx(inner.float().mean().item() / 255, abs=0.002)


def test_a_view_that_shows_more_than_the_middle_shows_the_crop_and_no_mirror_image():
    ramp = torch.arange(64, dtype=torch.uint8).expand(1, 3, 64, 64)
    wide = resize(ramp.permute(0, 2, 3, 1), 32, 2.0)
    still, half = STILL, np.array([0.5])
    maps = torch.from_numpy(affine_maps(np.zeros(1), half, np.array([False]), still, still))
    seen = 255 * warp(wide, maps, 32)[0, 0, 0]
    np.testing.assert_allclose(seen, np.arange(0.5, 64, 2), atol=1e-3)


def test_below_a_zoom_of_one_the_margin_is_mirrored():
    crops = torch.randint(0, 256, (1, 8, 8, 3), dtype=torch.uint8)
    whole = middle(resize(crops, 16, 0.5), 16)
    assert torch.equal(whole[..., 4:12, 4:12], crops.permute(0, 3, 1, 2).float() / 255)
    assert torch.equal(whole[..., 4:12, :4], whole[..., 4:12, 4:8].flip(-1))
    assert torch.equal(whole[..., 12:, :], whole[..., 8:12, :].flip(-2))


@pytest.mark.parametrize("wide", [15, 21, 9])
def test_the_middle_is_what_a_map_that_changes_nothing_shows(wide):
    images = torch.randint(0, 256, (2, 3, wide, wide), dtype=torch.uint8)
    nothing = affine_maps(np.zeros(1), np.ones(1), np.array([False]), STILL, STILL)
    warped = warp(images, torch.from_numpy(nothing), 15)
    torch.testing.assert_close(middle(images, 15), warped, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("size_px", "zoom", "width_px"),
    [(64, 1.0, 64), (64, 1.2**0.5, 70), (65, 1.1, 71), (64, 0.9, 58)],
)
def test_a_resized_crop_has_whole_margins(size_px, zoom, width_px):
    assert wide_px(size_px, zoom) == width_px
    assert (size_px - width_px) % 2 == 0


def turned_views(settings: dict) -> list[tuple[float, bool, float]]:
    """Zoom, mirror image and degrees of each view."""
    views = []
    for matrix in tta_maps(settings)[:, :, :2].astype(float):
        determinant = np.linalg.det(matrix)
        degrees = np.degrees(np.arctan2(matrix[1, 0], matrix[1, 1])) % 360
        zoom = abs(determinant) ** -0.5
        views.append((round(zoom, 3), bool(determinant < 0), round(degrees) % 360))
    return views


@pytest.mark.parametrize("zooms", [[1.0], [1.0, 1.1], [0.9, 1.0, 1.1]])
def test_the_first_views_are_a_fair_sample_of_all(zooms):
    views = turned_views({"rotations": 4, "flips": True, "zooms": zooms})
    assert views[0] == (1.0, False, 25)
    assert len(set(views)) == len(views) == 8 * len(zooms)
    for count in range(1, len(views) + 1):
        some = views[:count]
        by_zoom = [sum(view[0] == zoom for view in some) for zoom in zooms]
        assert max(by_zoom) - min(by_zoom) <= 1, count
        mirrored = sum(mirrored for _, mirrored, _ in some)
        assert abs(mirrored - count / 2) <= 2, count
    halfway = [degrees for _, _, degrees in views[: len(views) // 2]]
    assert len(set(halfway)) > 1
