"""Augmentation: random warps and lighting for training, a grid of views for test time."""

from typing import Any, NamedTuple

import numpy as np

from galaxyzoo.engine.transforms import affine_maps
from galaxyzoo.foundation.randomness import numpy_generator


class Views(NamedTuple):
    """Rotation, zoom, flip and shift of each of N galaxies: the arguments of `affine_maps`."""

    degrees: np.ndarray
    zoom: np.ndarray
    flip: np.ndarray
    shift: np.ndarray


def random_views(galaxies: int, settings: dict[str, Any], *key: int | str) -> Views:
    """Random views, drawn from the generator of `key`.

    `settings` is the config's `augmentation`: a rotation of up to ±`rotation` degrees with
    probability `rotation_probability`, a mirror image with probability 0.5 if `flip`, a zoom
    between the two values of `zoom`, and a shift of up to ±`shift` picture widths along each axis.
    """
    rng = numpy_generator(*key)
    turned = rng.random(galaxies) < settings["rotation_probability"]
    degrees = turned * rng.uniform(-settings["rotation"], settings["rotation"], galaxies)
    flip = settings["flip"] & (rng.random(galaxies) < 0.5)
    zoom = rng.uniform(*settings["zoom"], galaxies)
    shift = rng.uniform(-settings["shift"], settings["shift"], (galaxies, 2))
    return Views(degrees, zoom, flip, shift)


def random_maps(galaxies: int, settings: dict[str, Any], *key: int | str) -> np.ndarray:
    """Affine maps (galaxies, 2, 3) of `random_views`."""
    return affine_maps(*random_views(galaxies, settings, *key))


def random_lights(galaxies: int, settings: dict[str, Any], *key: int | str) -> np.ndarray | None:
    """Random lighting (galaxies, 2) float32 for `relight`, drawn from the generator of `key`.

    As in fastai, a `brightness` of b adds the logit of a number between 0.5 - b and 0.5 + b, drawn
    uniformly. A `contrast` of c multiplies by a factor between 1 - c and 1 / (1 - c), drawn
    uniformly in its logarithm. Returns None if the config's `augmentation` sets neither.
    """
    brightness, contrast = settings["brightness"], settings["contrast"]
    if not brightness and not contrast:
        return None
    rng = numpy_generator(*key)
    level = rng.uniform(0.5 - brightness, 0.5 + brightness, galaxies)
    log_factor = rng.uniform(np.log(1 - contrast), -np.log(1 - contrast), galaxies)
    return np.stack([np.log(level / (1 - level)), np.exp(log_factor)], axis=1).astype(np.float32)


def tta_maps(settings: dict[str, Any]) -> np.ndarray:
    """Affine maps (views, 2, 3) of test-time augmentation, the unchanged picture first.

    `settings` is the config's `tta`: its number of `rotations`, evenly spaced over the circle, each
    as is and, with `flips`, also mirrored, at each of the `zooms`.
    """
    degrees = np.arange(settings["rotations"]) * 360.0 / settings["rotations"]
    flips = [False, True] if settings["flips"] else [False]
    zooms = sorted(settings["zooms"], key=lambda zoom: zoom != 1)
    zoom, flip, degree = np.meshgrid(zooms, flips, degrees, indexing="ij")
    return affine_maps(degree.ravel(), zoom.ravel(), flip.ravel(), np.zeros((degree.size, 2)))
