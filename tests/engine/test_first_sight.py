"""A look before training shows galaxies as the first stage sees them."""

import numpy as np
import torch

from galaxyzoo.engine.augmentation import middle_zoom
from galaxyzoo.engine.dataset import load_galaxies
from galaxyzoo.engine.first_sight import as_seen
from galaxyzoo.engine.transforms import middle
from tiny_network import pictures_of

SETTINGS = {"zoom": [1.0, 1.5], "middle": None}
SIZE_PX = 16


def test_galaxies_are_seen_as_a_stage_sees_them_before_they_are_turned():
    crops = np.random.default_rng(3).integers(0, 256, (3, 40, 40, 3), np.uint8)
    seen = as_seen(crops, SIZE_PX, SETTINGS)
    assert seen.shape == (3, SIZE_PX, SIZE_PX, 3)
    cpu = torch.device("cpu")
    stage = load_galaxies(
        crops, np.zeros((3, 1)), np.arange(3), SIZE_PX, middle_zoom(SETTINGS), cpu, stream=False
    )
    pictures = torch.from_numpy(pictures_of(stage)).permute(0, 3, 1, 2)
    of_stage = (255 * middle(pictures, SIZE_PX)).round().permute(0, 2, 3, 1).numpy()
    np.testing.assert_array_equal(seen, of_stage)


def test_no_galaxies_are_seen_as_none():
    none = as_seen(np.zeros((0, 40, 40, 3), np.uint8), SIZE_PX, SETTINGS)
    assert none.shape == (0, SIZE_PX, SIZE_PX, 3)
