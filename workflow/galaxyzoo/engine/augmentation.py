"""How a galaxy is seen: through warps and lights drawn at random to train, a grid to predict."""

from typing import Any, NamedTuple

import numpy as np

from galaxyzoo.engine.transforms import affine_maps
from galaxyzoo.foundation.randomness import numpy_generator


class Views(NamedTuple):
    """How each of N galaxies is turned, enlarged, mirrored and moved: what `affine_maps` takes."""

    degrees: np.ndarray
    zoom: np.ndarray
    flip: np.ndarray
    shift: np.ndarray


def random_views(galaxies: int, settings: dict[str, Any], *key: int | str) -> Views:
    """Views drawn from the generator of `key`.

    `settings` is the config's `augmentation`: a turn of up to ±`rotation` degrees with probability
    `rotation_probability`, a mirror image of every other galaxy if `flip`, a zoom between the two
    of `zoom`, and a shift of up to ±`shift` widths along either axis.
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
    """Lights (galaxies, 2) float32 for `relight`, drawn from the generator of `key`.

    As fastai draws them: a `brightness` of b adds the logit of a number between 0.5 - b and
    0.5 + b, a `contrast` of c multiplies by a number between 1 - c and 1 / (1 - c), evenly in its
    logarithm. None where the config's `augmentation` asks for neither.
    """
    brightness, contrast = settings["brightness"], settings["contrast"]
    if not brightness and not contrast:
        return None
    rng = numpy_generator(*key)
    level = rng.uniform(0.5 - brightness, 0.5 + brightness, galaxies)
    log_factor = rng.uniform(np.log(1 - contrast), -np.log(1 - contrast), galaxies)
    return np.stack([np.log(level / (1 - level)), np.exp(log_factor)], axis=1).astype(np.float32)


def tta_maps(settings: dict[str, Any]) -> np.ndarray:
    """Affine maps (views, 2, 3) of test-time augmentation, the untouched picture first.

    `settings` is the config's `tta`: so many `rotations` evenly over the circle, each seen as it is
    and, with `flips`, mirrored, at each of the `zooms`.
    """
    degrees = np.arange(settings["rotations"]) * 360.0 / settings["rotations"]
    flips = [False, True] if settings["flips"] else [False]
    zooms = sorted(settings["zooms"], key=lambda zoom: zoom != 1)
    zoom, flip, degree = np.meshgrid(zooms, flips, degrees, indexing="ij")
    return affine_maps(degree.ravel(), zoom.ravel(), flip.ravel(), np.zeros((degree.size, 2)))
