"""Pictures of any number of bands as people see them."""

import numpy as np

SHOWN = {1: (0, 0, 0), 2: (0, 1, 1)}  # as red, green and blue; of more, the first three


def in_colour(pixels: np.ndarray) -> np.ndarray:
    """Pictures (..., bands) uint8 as (..., 3): one band grey, and otherwise the first ones.

    The config's `survey.own.bands` names them: the first is shown red.
    """
    return pixels[..., list(SHOWN.get(pixels.shape[-1], (0, 1, 2)))]
