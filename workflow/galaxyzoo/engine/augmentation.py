"""Augmentation: random warps and lighting for training, a grid of views for test time."""

import math
from typing import Any, NamedTuple

import numpy as np

from galaxyzoo.engine.transforms import affine_maps
from galaxyzoo.foundation.randomness import numpy_generator

# With this, no view is turned by a multiple of 90 degrees, whatever the number of rotations: such a
# view needs no interpolation, while every picture in training is interpolated.
FIRST_DEGREES = 25.3


class Views(NamedTuple):
    """How each of N galaxies is turned, enlarged and moved: the arguments of `affine_maps`."""

    degrees: np.ndarray
    zoom: np.ndarray
    flip: np.ndarray
    shift: np.ndarray
    about: np.ndarray


def middle_zoom(settings: dict[str, Any]) -> float:
    """The zoom of the crop at which a network looks at galaxies: the middle of all it trains on.

    `settings` is the config's `augmentation`. The middle is its `middle` or, if that is None, the
    geometric mean of the two values of `zoom`.
    """
    return settings["middle"] or math.sqrt(math.prod(settings["zoom"]))


def random_views(galaxies: int, settings: dict[str, Any], *key: int | str) -> Views:
    """Random views, drawn from the generator of `key`.

    `settings` is the config's `augmentation`: a rotation of up to ±`rotation` degrees with
    probability `rotation_probability`, a mirror image with probability 0.5 if `flip`, a zoom
    between the two values of `zoom`, uniform in its logarithm, about the centre or, if `zoom_about`
    is `random`, about any point of the picture, and a shift of up to ±`shift` picture widths along
    each axis. The zoom returned is relative to `middle_zoom`, at which the pictures are already.
    """
    rng = numpy_generator(*key)
    turned = rng.random(galaxies) < settings["rotation_probability"]
    degrees = turned * rng.uniform(-settings["rotation"], settings["rotation"], galaxies)
    flip = settings["flip"] & (rng.random(galaxies) < 0.5)
    zoom = np.exp(rng.uniform(*np.log(settings["zoom"]), galaxies)) / middle_zoom(settings)
    shift = rng.uniform(-settings["shift"], settings["shift"], (galaxies, 2))
    about = np.zeros((galaxies, 2))
    if settings["zoom_about"] == "random":
        about = rng.uniform(-1, 1, (galaxies, 2))
    return Views(degrees, zoom, flip, shift, about)


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


def first_view() -> np.ndarray:
    """The affine map (1, 2, 3) of the first view, at `middle_zoom`, turned by FIRST_DEGREES."""
    still = np.zeros((1, 2))
    return affine_maps(np.array([FIRST_DEGREES]), np.ones(1), np.zeros(1, bool), still, still)


def tta_maps(settings: dict[str, Any]) -> np.ndarray:
    """Affine maps (views, 2, 3) of test-time augmentation, that of `first_view` first.

    `settings` is the config's `tta`: its number of `rotations`, evenly spaced over the circle from
    FIRST_DEGREES on, each as is and, with `flips`, also mirrored, at each of the `zooms`. Each
    orientation comes at all zooms before the next, which is far from it. Every view is interpolated
    as training's pictures are, so that the first few are a fair sample of all.
    """
    rotations, flips = settings["rotations"], [False, True] if settings["flips"] else [False]
    orientations = [
        (flip, FIRST_DEGREES + 360.0 * turn / rotations)
        for i, turn in enumerate(spread_out(rotations))
        for flip in (flips if i % 2 == 0 else flips[::-1])
    ]
    zooms = sorted(settings["zooms"], key=lambda zoom: zoom != 1)
    views = [(*orientation, zoom) for orientation in orientations for zoom in zooms]
    flip, degrees, zoom = map(np.array, zip(*views, strict=True))
    still = np.zeros((len(views), 2))
    return affine_maps(degrees, zoom, flip, still, still)


def spread_out(count: int) -> list[int]:
    """The numbers from 0 to `count` - 1, in an order in which those near in value are far apart.

    They are sorted by their binary digits, read backwards, as in van der Corput's sequence.
    """
    digits = max(1, (count - 1).bit_length())
    return sorted(range(count), key=lambda number: f"{number:0{digits}b}"[::-1])
