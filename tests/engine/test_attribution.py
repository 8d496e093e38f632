"""Which places of a picture an answer hangs on."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from galaxyzoo.engine.attribution import (
    attribution_table,
    occlusion_maps,
    sky,
    telling_answers,
)
from trees import RING_TREE


class RightHalf(nn.Module):
    """Says the first answer as surely as the right half of a picture is bright."""

    size_px = 32
    zoom = 1.0
    bands = 3

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


def test_what_hides_a_place_is_the_median_of_the_outermost_pixels():
    image = torch.rand((1, 3, 9, 9), generator=torch.Generator().manual_seed(0))
    pixels = image[0].numpy()
    edges = [pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]]
    expected = np.sort(np.concatenate(edges, axis=1))[
        :, 17
    ]  # torch's, the lower of 36 in the middle
    np.testing.assert_array_equal(sky(image)[0, :, 4, 4], expected)


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
    assert (last["x"], last["y"]) == (31 / 32, 31 / 32)  # the middle of a block of 2 px
    assert last["fall"] == falls[1, 31, 31] - 33  # of its upper left pixel


def test_a_last_block_that_is_cut_off_has_its_own_middle():
    found = attribution_table(pd.DataFrame({"GalaxyID": [5]}), np.zeros((1, 50, 50)))
    assert sorted(set(found["x"]))[-2:] == pytest.approx([(45 + 48) / 2 / 50, (48 + 50) / 2 / 50])
