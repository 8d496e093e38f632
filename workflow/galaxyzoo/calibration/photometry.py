"""Simple measurements of how bright and how large galaxies are in their crops.

Light is the mean of all bands, minus the background: the median of the pixels outside the
largest centred circle that fits in the crop. Anything else in the crop counts as the galaxy's
light, and a galaxy that fills its crop is part of its own background. These numbers are for sorting
galaxies, not for scientific photometry.
"""

import numpy as np
import pandas as pd

CORE = 0.05  # radius of the centre, as a fraction of the crop's width
CHUNK = 128  # galaxies in memory at a time


def measured(crops: np.ndarray, rows: np.ndarray) -> pd.DataFrame:
    """Brightness and size of the galaxies in some `rows` of crops (N, size, size, bands) uint8.

    One row per galaxy: `central_brightness`, the mean light within CORE widths of the centre, in
    pixel levels out of 255; `half_light_radius_px`, the radius around the centre that holds half
    the light of the circle, NaN if there is no light; `offset_px`, how far the middle of the
    brightest light is from the centre, NaN if there is none; `red_share` and `blue_share`, those of
    the first and the last band in the sum of all within CORE widths of the centre, sky included,
    NaN if that is black.
    Crops are read in chunks.
    """
    chunks = [measured_chunk(crops[rows[i : i + CHUNK]]) for i in range(0, len(rows), CHUNK)]
    return pd.concat(chunks, ignore_index=True)


def measured_chunk(crops: np.ndarray) -> pd.DataFrame:
    """`measured` for crops (n, size, size, bands) that are in memory."""
    size_px, bands = crops.shape[2:]
    away = np.arange(size_px) - (size_px - 1) / 2
    radius_px = np.hypot(away, away[:, None]).ravel()
    light = crops.sum(axis=3, dtype=np.uint16).reshape(len(crops), -1) / np.float32(bands)
    light -= np.median(light[:, radius_px > size_px / 2], axis=1, keepdims=True)
    core = radius_px <= CORE * size_px
    colours = crops.reshape(len(crops), -1, bands)[:, core].sum(axis=1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        shares = colours / colours.sum(axis=1, keepdims=True)
    return pd.DataFrame(
        {
            "central_brightness": light[:, core].mean(axis=1),
            "half_light_radius_px": half_light_radii(light, radius_px, size_px // 2),
            "offset_px": offsets(light, away, radius_px),
            "red_share": shares[:, 0],
            "blue_share": shares[:, -1],
        }
    )


def offsets(light: np.ndarray, away: np.ndarray, radius_px: np.ndarray) -> np.ndarray:
    """Distance (n,) from the centre of the middle of the light (n, pixels), in pixels.

    `away` (size,) is the distance of a row or column from the centre. Each pixel within the circle
    counts by its light squared, so that the brightest, and not the sky's noise, decide.
    """
    weights = np.where(radius_px <= away[-1], np.maximum(light, 0), 0).astype(np.float64) ** 2
    grid = weights.reshape(len(light), len(away), len(away))
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        across, down = (grid.sum(axis=axis) @ away / total for axis in (1, 2))
    return np.hypot(across, down)


def half_light_radii(light: np.ndarray, radius_px: np.ndarray, largest_px: int) -> np.ndarray:
    """The radius (n,) at which the light (n, pixels), summed outwards, reaches half its maximum.

    `radius_px` (pixels,) is each pixel's distance from the centre. Light is summed in rings one
    pixel wide, out to `largest_px`, and assumed to grow linearly with radius within a ring.
    """
    order = np.argsort(radius_px, kind="stable")
    order = order[radius_px[order] < largest_px]
    firsts = np.searchsorted(radius_px[order], np.arange(largest_px))
    growth = np.cumsum(np.add.reduceat(light[:, order], firsts, axis=1), axis=1)
    growth = np.column_stack([np.zeros(len(light)), growth])
    total = growth.max(axis=1)
    ring = np.argmax(growth >= total[:, None] / 2, axis=1)  # the first to reach half the total
    galaxy = np.arange(len(light))
    before, after = growth[galaxy, np.maximum(ring - 1, 0)], growth[galaxy, ring]
    with np.errstate(invalid="ignore", divide="ignore"):
        radii = ring - 1 + (total / 2 - before) / (after - before)
    return np.where(total > 0, radii, np.nan)
