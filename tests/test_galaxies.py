"""Galaxies themselves: ranked, on sheets, augmented, and what an answer hangs on."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from galaxyzoo.evaluation.attribution import attribution_table, occlusion_maps, telling_answers
from galaxyzoo.evaluation.augmentation_example import VIEWS, augmented_views, talked_about
from galaxyzoo.evaluation.rankings import (
    SHEET_GALAXIES,
    SHEETS,
    disagreements,
    galaxy_errors,
    ranked_galaxies,
    sheet_positions,
)
from galaxyzoo.report.figures.galaxies import attribution_sheet, augmentation_grid, galaxy_sheet
from galaxyzoo.report.figures.style import save
from galaxyzoo.tree.decision_tree import GALAXY_ZOO_2, tree_from
from trees import NUMBER_TREE, RING_TREE

AUGMENTATION = {
    **{"rotation": 360.0, "rotation_probability": 1.0, "flip": True, "zoom": [1.0, 1.2]},
    **{"shift": 0.0, "brightness": 0.0, "contrast": 0.0},
}


def votes(galaxies, seed=0, tree=GALAXY_ZOO_2):
    """Values (galaxies, columns) that meet the tree's sums."""
    rng = np.random.default_rng(seed)
    shares = [
        rng.random((galaxies, 1)) if q.single else rng.dirichlet(np.ones(len(q.answers)), galaxies)
        for q in tree.questions
    ]
    return np.concatenate(tree.weighted(shares), axis=1)


def table(values, ids, tree=GALAXY_ZOO_2):
    return pd.DataFrame(values, columns=list(tree.columns)).assign(GalaxyID=ids)


def ranked(galaxies, tree=GALAXY_ZOO_2):
    ids = np.arange(galaxies) + 100
    return ranked_galaxies(
        table(votes(galaxies, 1, tree), ids, tree), table(votes(galaxies, 2, tree), ids, tree), tree
    )


def texts(figure):
    """Each text that is shown on a figure, and where it stands, in pixels."""
    figure.draw_without_rendering()
    shown = figure.findobj(match=lambda artist: hasattr(artist, "get_text") and artist.get_text())
    return [(" ".join(text.get_text().split()), text.get_window_extent()) for text in shown]


def test_a_galaxy_s_error_is_over_its_own_columns():
    voted = votes(3)
    predicted = voted + np.array([[0.0], [0.1], [-0.2]])
    np.testing.assert_allclose(galaxy_errors(predicted, voted), [0, 0.1, 0.2], atol=1e-12)


def test_disagreement_is_over_the_answers_that_one_sentence_alone_tells():
    voted = np.array([[0.9, 0.1, 0.02, 0.03, 0.85, 0.2]] * 3)
    predicted = np.array(
        [
            [0.7, 0.3, 0.1, 0.1, 0.5, 0.2],  # says the same, if less surely
            [0.7, 0.3, 0.1, 0.4, 0.2, 0.2],  # another kind: 0.85 and 0.2 of "other"
            [0.2, 0.8, 0.1, 0.0, 0.1, 0.9],  # no ring, whose kind is not asked; and farther away
        ]
    )
    found = disagreements(predicted, voted, RING_TREE)
    np.testing.assert_allclose(found, [0, 0.65, 0.75])


def test_a_number_that_both_tell_is_disagreed_upon_by_its_difference():
    found = disagreements(np.array([[0.9]]), np.array([[0.25]]), NUMBER_TREE)
    np.testing.assert_allclose(found, [0.65])


def test_ranked_galaxies_find_their_votes_by_id():
    bag = table(votes(2, 1), [7, 5])
    labels = table(votes(3, 2), [5, 6, 7])
    found = ranked_galaxies(bag, labels, GALAXY_ZOO_2)
    assert found["GalaxyID"].tolist() == [7, 5]
    assert found["row"].tolist() == [2, 0]
    np.testing.assert_array_equal(found["voted_Class1.1"], labels["Class1.1"][[2, 0]])
    np.testing.assert_array_equal(found["predicted_Class11.6"], bag["Class11.6"])
    assert found["crowd"][0] == GALAXY_ZOO_2.describe(votes(3, 2)[2])
    assert found["network"][1] == GALAXY_ZOO_2.describe(votes(2, 1)[1])


def test_sheets_hold_the_best_the_worst_even_steps_between_and_the_most_disagreed_upon():
    rng = np.random.default_rng(0)
    galaxies = pd.DataFrame(
        {"rmse": rng.permutation(120) / 120, "disagreement": rng.permutation(120) / 120}
    )
    ranks = {
        name: 120 * galaxies[column].to_numpy()[sheet_positions(galaxies, name)]
        for name, column in zip(SHEETS, ("rmse", "rmse", "rmse", "disagreement"), strict=True)
    }
    np.testing.assert_allclose(ranks["best"], np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["worst"], 119 - np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["typical"], 5 + 10 * np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["disagreed"], 119 - np.arange(SHEET_GALAXIES))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_of_few_galaxies_holds_each_once(name):
    assert sorted(sheet_positions(ranked(3), name)) == [0, 1, 2]


@pytest.mark.parametrize("tree", [GALAXY_ZOO_2, RING_TREE], ids=["Galaxy Zoo 2", "rings"])
def test_a_sheet_says_what_the_crowd_and_the_network_say(tree):
    galaxies = ranked(5, tree)
    shown = " ".join(t for t, _ in texts(galaxy_sheet(galaxies, np.zeros((5, 8, 8, 3), np.uint8))))
    for galaxy in galaxies.itertuples():
        assert f"{galaxy.GalaxyID} RMSE {galaxy.rmse:.3f} CROWD {galaxy.crowd}" in shown
        assert f"NETWORK {galaxy.network}" in shown


def test_the_longest_sentences_stay_under_their_pictures_and_apart():
    many = ranked(4000)
    longest = many.iloc[np.argsort(many["crowd"].str.len())[-8:]].assign(network=many["crowd"])
    figure = galaxy_sheet(longest, np.zeros((8, 8, 8, 3), np.uint8))
    boxes = [box for _, box in texts(figure)]
    columns = [axes.get_window_extent() for axes in figure.axes]
    for i, box in enumerate(boxes):
        assert box.y0 > 0
        assert any(box.x0 > column.x0 - 1 and box.x1 < column.x1 + 1 for column in columns)
        assert not any(box.overlaps(other) for other in boxes[:i] + columns)


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
    for picture, flip in zip(pictures, drawn["mirrored"], strict=True):
        np.testing.assert_array_equal(picture, crop[:, ::-1] if flip else crop)


def test_light_is_among_what_is_drawn_where_the_config_asks_for_it():
    crop = np.full((8, 8, 3), 100, np.uint8)
    drawn, pictures = augmented_views(crop, 8, AUGMENTATION | {"brightness": 0.2, "contrast": 0.2})
    order = np.argsort(drawn["logit_offset"] + np.log(100 / 155) * drawn["logit_factor"])
    assert (np.diff(pictures[order].mean(axis=(1, 2, 3))) >= 0).all()
    assert "logit_offset" not in augmented_views(crop, 8, AUGMENTATION)[0]


class RightHalf(nn.Module):
    """Says the first answer as surely as the right half of a picture is bright."""

    size_px = 32

    def forward(self, images):
        bright = images[..., 16:].mean(dim=(1, 2, 3))
        return torch.stack([bright, 1 - bright], dim=1)


def test_an_answer_hangs_on_the_pixels_it_is_made_of():
    crops = np.zeros((2, 32, 32, 3), np.uint8)
    crops[:, 8:24, 8:24] = 200
    pictures, probabilities, falls = occlusion_maps(RightHalf(), crops, [0, 1], torch.device("cpu"))
    np.testing.assert_array_equal(pictures, crops)
    bright = 200 / 255 / 4  # a quarter of the right half
    np.testing.assert_allclose(probabilities, [bright, 1 - bright], rtol=1e-5)
    assert (falls[0, 8:24, 18:24] > 0).all()
    np.testing.assert_allclose(falls[1], -falls[0], atol=1e-6)
    np.testing.assert_allclose(falls[:, :, :12], 0, atol=1e-6)
    np.testing.assert_allclose(falls[:, :4], 0, atol=1e-6)
    # A window of 4 x 4 px within the bright part takes 16 of the right half's 512 pixels.
    assert falls[0].max() == pytest.approx(16 / 512 * 200 / 255, rel=1e-4)


def test_the_answer_shown_is_told_and_farthest_above_its_mean():
    predicted = np.array([[0.6, 0.4, 0.5, 0.05, 0.05, 0.1], [0.9, 0.1, 0.1, 0.1, 0.7, 0.3]])
    # Told: ring and inner (0.2 above its mean), z (0.1 below); then ring, other and z.
    assert telling_answers(predicted, predicted, RING_TREE) == [2, 4]


def test_the_table_of_the_attribution_holds_each_place_of_each_map():
    falls = np.arange(2 * 32 * 32, dtype=float).reshape(2, 32, 32)
    found = attribution_table(pd.DataFrame({"GalaxyID": [5, 7]}), falls)
    assert len(found) == 2 * 16 * 16
    assert found.groupby("GalaxyID").size().to_dict() == {5: 256, 7: 256}
    last = found.iloc[-1]
    assert (last["x"], last["y"]) == (31.5 / 32, 31.5 / 32)
    assert last["fall"] == falls[1, 31, 31]


def attribution_figure():
    galaxies = pd.DataFrame(
        {"GalaxyID": range(4), "column": "odd", "answer": "odd", "probability": 0.5}
    )
    falls = np.random.default_rng(0).normal(0, 0.1, (4, 32, 32))
    return attribution_sheet(attribution_table(galaxies, falls), np.zeros((4, 32, 32, 3), np.uint8))


def augmentation_figure():
    crop = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    light = AUGMENTATION | {"brightness": 0.2, "contrast": 0.2, "shift": 0.1}
    return augmentation_grid(*augmented_views(crop, 16, light))


def sheet_figure():
    return galaxy_sheet(ranked(5), np.zeros((5, 8, 8, 3), np.uint8))


@pytest.mark.parametrize("draw", [sheet_figure, augmentation_figure, attribution_figure])
def test_nothing_is_cut_off_or_overlaps_and_bytes_do_not_vary(tmp_path, draw):
    figure = draw()
    boxes = [box for _, box in texts(figure)]
    pictures = [axes.get_window_extent() for axes in figure.axes]
    width, height = figure.get_size_inches() * figure.dpi
    for i, box in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        assert not any(box.overlaps(other) for other in boxes[:i] + pictures)
    for name in ("1.png", "2.png"):
        save(draw(), tmp_path / name)
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
