"""Sheets of galaxies, the augmented one and the attribution: complete, legible, reproducible."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.engine.attribution import attribution_table
from galaxyzoo.engine.augmentation_example import augmented_views
from galaxyzoo.plan.labellers import VOLUNTEERS
from galaxyzoo.report.figures.galaxies import (
    attribution_sheet,
    augmentation_grid,
    galaxy_sheet,
    label_sheet,
)
from galaxyzoo.report.figures.style import save
from held_out_galaxies import ranked
from tiny_network import AUGMENTATION
from trees import GALAXY_ZOO_2, RING_TREE


def texts(figure):
    """Each text that is shown on a figure, and where it stands, in pixels."""
    figure.draw_without_rendering()
    shown = figure.findobj(match=lambda artist: hasattr(artist, "get_text") and artist.get_text())
    return [(" ".join(text.get_text().split()), text.get_window_extent()) for text in shown]


@pytest.mark.parametrize("tree", [GALAXY_ZOO_2, RING_TREE], ids=["Galaxy Zoo 2", "rings"])
def test_a_sheet_says_what_the_crowd_and_the_network_say(tree):
    galaxies = ranked(5, tree)
    shown = " ".join(
        t for t, _ in texts(galaxy_sheet(galaxies, np.zeros((5, 8, 8, 3), np.uint8), VOLUNTEERS))
    )
    for galaxy in galaxies.itertuples():
        assert f"{galaxy.GalaxyID} RMSE {galaxy.rmse:.3f} CROWD {galaxy.crowd}" in shown
        assert f"NETWORK {galaxy.network}" in shown


def test_a_sheet_shows_the_owners_names_or_as_much_of_their_ends_as_there_is_room_for():
    named = ranked(2).assign(
        name=["NGC 7", "survey/field-27/night-3/J120700.5+050000.1-cutout.png"]
    )
    figure = galaxy_sheet(named, np.zeros((2, 8, 8, 3), np.uint8), VOLUNTEERS)
    shown = [text for text, _ in texts(figure)]
    assert shown[0] == "NGC 7"
    (cut,) = [text for text in shown if text.endswith("cutout.png")]
    assert cut.startswith("…")


def test_a_sheet_of_labels_has_each_name_and_sentence_within_its_column():
    galaxies = ranked(5).assign(name=[f"night{i}/{'long' * 20}{i}.png" for i in range(5)])
    figure = label_sheet(galaxies, np.zeros((5, 8, 8, 3), np.uint8))
    shown = texts(figure)
    columns = [axes.get_window_extent() for axes in figure.axes]
    for i, (crowd, (name, box), (said, _)) in enumerate(
        zip(galaxies["crowd"], shown[::2], shown[1::2], strict=True)
    ):
        assert said == crowd
        assert name.endswith(f"{i}.png")
        assert box.width < 1.01 * columns[i].width  # letters are snapped to whole pixels
        assert abs(box.x0 - columns[i].x0) < 2  # px: under its own picture
        assert 0 < box.y1 < columns[i].y0 < columns[i].y1 < figure.bbox.y1
    assert not label_sheet(galaxies[:0], np.zeros((0, 8, 8, 3), np.uint8)).axes


def test_the_longest_sentences_stay_under_their_pictures_and_apart():
    many = ranked(4000)
    longest = many.iloc[np.argsort(many["crowd"].str.len())[-8:]].assign(network=many["crowd"])
    figure = galaxy_sheet(longest, np.zeros((8, 8, 8, 3), np.uint8), VOLUNTEERS)
    boxes = [box for _, box in texts(figure)]
    columns = [axes.get_window_extent() for axes in figure.axes]
    for i, box in enumerate(boxes):
        assert box.y0 > 0
        assert any(box.x0 > column.x0 - 1 and box.x1 < column.x1 + 1 for column in columns)
        assert not any(box.overlaps(other) for other in boxes[:i] + columns)
    for i, column in enumerate(columns):
        assert 0 < column.x0 < column.x1 < figure.bbox.x1
        assert 0 < column.y0 < column.y1 < figure.bbox.y1
        assert not any(column.overlaps(other) for other in columns[:i])


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
    return galaxy_sheet(ranked(5), np.zeros((5, 8, 8, 3), np.uint8), VOLUNTEERS)


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
    for i, box in enumerate(pictures):
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height
        assert not any(box.overlaps(other) for other in pictures[:i])
    for name in ("1.png", "2.png"):
        save(draw(), tmp_path / name)
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()
