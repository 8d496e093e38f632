"""What the training's augmentation makes of one galaxy, and which galaxy shows it best."""

from typing import Any

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine.augmentation import random_lights, random_views
from galaxyzoo.engine.transforms import affine_maps, relight, resize, warp
from galaxyzoo.tree.decision_tree import DecisionTree

VIEWS = 15
KEY = "augmentation figure"


def talked_about(voted: np.ndarray, tree: DecisionTree) -> int:
    """Position of the galaxy that the crowd has most to say of, and is surest about.

    `voted` is (N, columns); it is the highest sum of probabilities over the most probable answers
    on the way down the tree, so one with many features, on which a turn can be seen.
    """
    return int(np.argmax([row[tree.favourite_path(row)].sum() for row in voted]))


def augmented_views(
    crop: np.ndarray, size_px: int, settings: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray]:
    """A galaxy as it is, and `VIEWS` times as the training might see it.

    `crop` is (s, s, 3) uint8, `size_px` that of the stage and `settings` the config's
    `augmentation`. Returns a row for each picture, of what was drawn for it (`degrees`, `mirrored`,
    `zoom`, `shift_right` and `shift_down` in widths and, where the config asks for light, the
    `logit_offset` and `logit_factor`), and the pictures (1 + VIEWS, size, size, 3) uint8.
    """
    views = random_views(VIEWS, settings, KEY)
    drawn = {
        "degrees": (views.degrees, 0.0),
        "mirrored": (views.flip, False),
        "zoom": (views.zoom, 1.0),
        "shift_right": (views.shift[:, 0], 0.0),
        "shift_down": (views.shift[:, 1], 0.0),
    }
    images = resize(crop[None], size_px)
    seen = warp(images.expand(VIEWS, -1, -1, -1), torch.from_numpy(affine_maps(*views)))
    lights = random_lights(VIEWS, settings, KEY, "light")
    if lights is not None:
        seen = relight(seen, torch.from_numpy(lights))
        drawn |= {"logit_offset": (lights[:, 0], 0.0), "logit_factor": (lights[:, 1], 1.0)}
    table = pd.DataFrame({name: [none, *values] for name, (values, none) in drawn.items()})
    pictures = torch.cat([images.float() / 255, seen])
    packed = (255 * pictures).round().to(torch.uint8).permute(0, 2, 3, 1)
    return table, packed.numpy()
