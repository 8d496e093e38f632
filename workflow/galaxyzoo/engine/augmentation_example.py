"""Random training views of one galaxy, and the choice of a galaxy that shows them well."""

from typing import Any

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine.augmentation import middle_zoom, random_lights, random_views
from galaxyzoo.engine.transforms import affine_maps, middle, relight, resize, warp
from galaxyzoo.tree.decision_tree import DecisionTree

VIEWS = 15
KEY = "augmentation figure"


def talked_about(voted: np.ndarray, tree: DecisionTree) -> int:
    """Position of the galaxy about which the crowd says most, and is most certain.

    `voted` is (N, columns). The galaxy has the highest sum of probabilities over its most probable
    answers on the way down the tree. It thus has many features, on which a rotation is visible.
    """
    return int(np.argmax([row[tree.favourite_path(row)].sum() for row in voted]))


def augmented_views(
    crop: np.ndarray, size_px: int, settings: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray]:
    """A galaxy unchanged, followed by `VIEWS` random training views of it.

    `crop` is (s, s, bands) uint8, `size_px` the stage's size and `settings` the config's
    `augmentation`. Returns a table with one row per picture, and the pictures
    (1 + VIEWS, size, size, bands) uint8. The table holds the values drawn: `degrees`, `mirrored`,
    `zoom` (relative to that of the unchanged picture), `shift_right` and `shift_down` in picture
    widths; with `zoom_about: random`, `about_right` and `about_down`, the point about which it is
    enlarged, from the centre in picture widths; and, if the config sets brightness or contrast,
    `logit_offset` and `logit_factor`.
    """
    views = random_views(VIEWS, settings, KEY)
    drawn = {
        "degrees": (views.degrees, 0.0),
        "mirrored": (views.flip, False),
        "zoom": (views.zoom, 1.0),
        "shift_right": (views.shift[:, 0], 0.0),
        "shift_down": (views.shift[:, 1], 0.0),
    }
    if settings["zoom_about"] == "random":
        drawn |= {"about_right": (views.about[:, 0] / 2, 0.0)}
        drawn |= {"about_down": (views.about[:, 1] / 2, 0.0)}
    images = resize(torch.from_numpy(crop[None].copy()), size_px, middle_zoom(settings))
    maps = torch.from_numpy(affine_maps(*views))
    seen = warp(images.expand(VIEWS, -1, -1, -1), maps, size_px)
    lights = random_lights(VIEWS, settings, KEY, "light")
    if lights is not None:
        seen = relight(seen, torch.from_numpy(lights))
        drawn |= {"logit_offset": (lights[:, 0], 0.0), "logit_factor": (lights[:, 1], 1.0)}
    table = pd.DataFrame({name: [none, *values] for name, (values, none) in drawn.items()})
    pictures = torch.cat([middle(images, size_px), seen])
    packed = (255 * pictures).round().to(torch.uint8).permute(0, 2, 3, 1)
    return table, packed.numpy()
