"""Which warps a galaxy is seen through: drawn at random to train, on a grid to predict."""

from typing import Any

import numpy as np

from galaxyzoo.randomness import numpy_generator
from galaxyzoo.warp import affine_maps


def random_maps(galaxies: int, settings: dict[str, Any], *key: int | str) -> np.ndarray:
    """Affine maps (galaxies, 2, 3) drawn from the generator of `key`.

    `settings` is the config's `augmentation`: a turn of up to ±`rotation` degrees with probability
    `rotation_probability`, a mirror image of every other galaxy if `flip`, a zoom between the two
    of `zoom`.
    """
    rng = numpy_generator(*key)
    turned = rng.random(galaxies) < settings["rotation_probability"]
    degrees = turned * rng.uniform(-settings["rotation"], settings["rotation"], galaxies)
    flip = settings["flip"] & (rng.random(galaxies) < 0.5)
    zoom = rng.uniform(*settings["zoom"], galaxies)
    return affine_maps(degrees, zoom, flip)


def tta_maps(settings: dict[str, Any]) -> np.ndarray:
    """Affine maps (views, 2, 3) of test-time augmentation, the untouched picture first.

    `settings` is the config's `tta`: so many `rotations` evenly over the circle, each seen as it is
    and, with `flips`, mirrored, at each of the `zooms`.
    """
    degrees = np.arange(settings["rotations"]) * 360.0 / settings["rotations"]
    flips = [False, True] if settings["flips"] else [False]
    zooms = sorted(settings["zooms"], key=lambda zoom: zoom != 1)
    zoom, flip, degree = np.meshgrid(zooms, flips, degrees, indexing="ij")
    return affine_maps(degree.ravel(), zoom.ravel(), flip.ravel())
