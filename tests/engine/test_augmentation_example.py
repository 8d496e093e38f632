"""What the training's augmentation makes of one galaxy."""

import numpy as np

from galaxyzoo.engine.augmentation_example import VIEWS, augmented_views, talked_about
from galaxyzoo.tree.decision_tree import tree_from
from tiny_network import AUGMENTATION
from trees import GALAXY_ZOO_2


def test_the_galaxy_to_augment_is_the_one_the_crowd_says_most_of():
    tree = tree_from([{"answers": [{"column": "a"}, {"column": "b"}]}])
    assert talked_about(np.array([[0.6, 0.4], [0.1, 0.9], [0.7, 0.3]]), tree) == 1
    smooth, spiral = np.zeros(37), np.zeros(37)
    position = GALAXY_ZOO_2.columns.index
    smooth[[position(c) for c in ("Class1.1", "Class6.2", "Class7.1")]] = 1
    spiral[[position(c) for c in ("Class1.2", "Class2.2", "Class4.1", "Class6.2")]] = 1
    assert talked_about(np.stack([smooth, spiral]), GALAXY_ZOO_2) == 1


def test_the_drawn_parameters_are_those_of_the_pictures():
    rng = np.random.default_rng(0)
    crop = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    mirrored = AUGMENTATION | {"rotation": 0.0, "zoom": [1.0, 1.0]}
    drawn, pictures = augmented_views(crop, 16, mirrored)
    assert pictures.shape == (1 + VIEWS, 16, 16, 3)
    assert 0 < drawn["mirrored"].sum() < VIEWS
    unchanged = {"degrees": 0, "mirrored": False, "zoom": 1, "shift_right": 0, "shift_down": 0}
    assert drawn.iloc[0].to_dict() == unchanged
    for picture, flip in zip(pictures, drawn["mirrored"], strict=True):
        np.testing.assert_array_equal(picture, crop[:, ::-1] if flip else crop)


def test_a_shift_is_told_to_the_side_and_downwards():
    settings = AUGMENTATION | {"rotation": 0.0, "flip": False, "zoom": [1.0, 1.0], "shift": 0.2}
    dot = np.zeros((65, 65, 3), np.uint8)
    dot[30:35, 30:35] = 255
    drawn, pictures = augmented_views(dot, 65, settings)
    for view, picture in zip(drawn.itertuples(), pictures, strict=True):
        down, right = np.argwhere(picture[..., 0] > 128).mean(axis=0) - 32
        told = (65 * view.shift_down, 65 * view.shift_right)
        np.testing.assert_allclose((down, right), told, atol=1.0)  # px, of a dot 5 px wide


def test_light_is_among_what_is_drawn_where_the_config_asks_for_it():
    crop = np.full((8, 8, 3), 100, np.uint8)
    drawn, pictures = augmented_views(crop, 8, AUGMENTATION | {"brightness": 0.2, "contrast": 0.2})
    order = np.argsort((drawn["logit_offset"] + np.log(100 / 155)) * drawn["logit_factor"])
    assert (np.diff(pictures[order].mean(axis=(1, 2, 3))) >= 0).all()
    assert "logit_offset" not in augmented_views(crop, 8, AUGMENTATION)[0]


def test_a_point_about_which_a_view_is_enlarged_is_told_in_picture_widths():
    settings = AUGMENTATION | {"rotation": 0.0, "flip": False, "zoom": [1.5, 1.5], "middle": 1.0}
    settings |= {"zoom_about": "random"}
    dot = np.zeros((65, 65, 3), np.uint8)
    drawn, _ = augmented_views(dot, 65, settings)
    assert drawn[["about_right", "about_down"]].abs().to_numpy().max() <= 0.5
    assert drawn["about_right"].iloc[0] == drawn["about_down"].iloc[0] == 0
    for view in drawn.iloc[1:].itertuples():
        # What is at that point stays where it is.
        place = [round(32 + 65 * part) for part in (view.about_down, view.about_right)]
        dot[:] = 0
        dot[tuple(slice(max(0, one - 2), one + 3) for one in place)] = 255
        _, seen = augmented_views(dot, 65, settings)
        row = view.Index
        bright = np.argwhere(seen[row, ..., 0] > 128).mean(axis=0)
        np.testing.assert_allclose(bright, np.argwhere(dot[..., 0] > 0).mean(axis=0), atol=1.5)
