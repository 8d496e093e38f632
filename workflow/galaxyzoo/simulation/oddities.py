"""Oddities, made of pictures of ordinary galaxies: strange galaxies, and broken pictures.

What finds strange galaxies can be judged by them, as nobody knows all that are in a survey.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import ndimage

BLUE = np.float32([0.7, 0.85, 1.0])  # the colour of rings and tails, red to blue
BLOCKS = 8  # along a picture whose blocks are mixed up

# Makes an oddity of two pictures (size, size, 3) float32 in levels of 0 to 255.
Maker = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]


class Oddity(NamedTuple):
    """How a kind of oddity is made, and whether the galaxy is odd or its picture broken."""

    maker: Maker
    of_galaxy: bool


def odd_picture(
    kind: str, picture: np.ndarray, other: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """An oddity made of the pictures of two galaxies, all (size, size, 3) uint8 RGB."""
    made = ODDITIES[kind].maker(picture.astype(np.float32), other.astype(np.float32), rng)
    return made.round().clip(0, 255).astype(np.uint8)


def places(size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """How far right of and below the middle each pixel is, in pictures: -0.5 to 0.5."""
    ruler = (np.arange(size_px, dtype=np.float32) + 0.5) / size_px - 0.5
    return ruler[None], ruler[:, None]


def turned(rng: np.random.Generator, size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """The same, along axes that are turned by a random angle."""
    right, down = places(size_px)
    angle = rng.uniform(0, 2 * np.pi)
    return (
        np.cos(angle) * right + np.sin(angle) * down,
        np.cos(angle) * down - np.sin(angle) * right,
    )


def moved(picture: np.ndarray, away: float, rng: np.random.Generator) -> np.ndarray:
    """A picture moved by a share of its width in a random direction, black where it has none."""
    angle, size_px = rng.uniform(0, 2 * np.pi), len(picture)
    shift = size_px * away * np.array([np.sin(angle), np.cos(angle)])
    return ndimage.shift(picture, (*shift, 0), order=1)


def light_of(picture: np.ndarray) -> float:
    """The level of the brightest thousandth of the middle half of a picture."""
    quarter = len(picture) // 4
    return float(np.percentile(picture[quarter:-quarter, quarter:-quarter].mean(axis=2), 99.9))


def ring(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A galaxy with a ring around it."""
    along, across = turned(rng, len(picture))
    radius = np.hypot(along, across / rng.uniform(0.7, 1))
    shape = np.exp(-(((radius - rng.uniform(0.2, 0.28)) / 0.02) ** 2))
    return picture + 0.6 * light_of(picture) * shape[..., None] * BLUE


def merger(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two galaxies in each other's light, with a tail."""
    return np.maximum(tail(picture, other, rng), moved(other, rng.uniform(0.1, 0.15), rng))


def two_galaxies(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two galaxies side by side, neither in the middle."""
    angle = rng.uniform(0, 2 * np.pi)
    shift = len(picture) * 0.22 * np.array([np.sin(angle), np.cos(angle)])
    return np.maximum(
        ndimage.shift(picture, (*shift, 0), order=1), ndimage.shift(other, (*-shift, 0), order=1)
    )


def warp(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A galaxy squeezed to a disc seen edge-on, whose ends are bent in opposite senses."""
    right, down = places(len(picture))
    bent = 4 * (down + rng.uniform(5, 9) * right**3)
    where = np.broadcast_arrays(bent + 0.5, right + 0.5)
    grid = [len(picture) * one - 0.5 for one in where]
    return np.stack(
        [ndimage.map_coordinates(picture[..., band], grid, order=1) for band in range(3)], axis=2
    )


def tail(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A galaxy with a long bent tail."""
    along, across = turned(rng, len(picture))
    shape = np.exp(-(((across - 1.2 * along**2) / 0.025) ** 2)) * (along > 0)
    return picture + 0.5 * light_of(picture) * shape[..., None] * BLUE


def streak(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A satellite's trail across a picture."""
    _, across = turned(rng, len(picture))
    shape = np.exp(-(((across - rng.uniform(-0.2, 0.2)) / 0.01) ** 2))
    return picture + 200 * np.broadcast_to(shape[..., None], picture.shape)


def negative(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bright for dark."""
    return 255 - picture


def edge(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture that ends at the edge of the camera's field, near its middle."""
    along, _ = turned(rng, len(picture))
    return np.where((along > rng.uniform(-0.1, 0.1))[..., None], 0, picture)


def mixed_blocks(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture whose blocks are in another order, as of a file that was damaged."""
    block_px = -(-len(picture) // BLOCKS)
    order = rng.permutation(BLOCKS * BLOCKS)
    wide = np.pad(picture, [(0, BLOCKS * block_px - len(picture))] * 2 + [(0, 0)])
    blocks = wide.reshape(BLOCKS, block_px, BLOCKS, block_px, 3).swapaxes(1, 2)
    blocks = blocks.reshape(-1, block_px, block_px, 3)[order]
    mixed = blocks.reshape(BLOCKS, BLOCKS, block_px, block_px, 3).swapaxes(1, 2)
    return mixed.reshape(wide.shape)[: len(picture), : len(picture)]


def lost_band(picture: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture of which one of the three bands is empty."""
    return np.where(np.arange(3) == rng.integers(3), 0, picture)


ODDITIES = {
    "ring": Oddity(ring, of_galaxy=True),
    "merger": Oddity(merger, of_galaxy=True),
    "two galaxies": Oddity(two_galaxies, of_galaxy=True),
    "warp": Oddity(warp, of_galaxy=True),
    "tail": Oddity(tail, of_galaxy=True),
    "streak": Oddity(streak, of_galaxy=False),
    "negative": Oddity(negative, of_galaxy=False),
    "edge": Oddity(edge, of_galaxy=False),
    "mixed blocks": Oddity(mixed_blocks, of_galaxy=False),
    "lost band": Oddity(lost_band, of_galaxy=False),
}
