"""Galaxies as a network sees them, before augmentation turns or moves them."""

from typing import Any

import numpy as np
import torch

from galaxyzoo.engine.augmentation import middle_zoom
from galaxyzoo.engine.transforms import middle, resize


def as_seen(crops: np.ndarray, size_px: int, augmentation: dict[str, Any]) -> np.ndarray:
    """Crops (n, s, s, bands) uint8 at the size and scale of a stage: (n, size, size, bands) uint8.

    `size_px` is the stage's size and `augmentation` the config's, at whose middle zoom they are.
    """
    seen = middle(resize(torch.from_numpy(crops), size_px, middle_zoom(augmentation)), size_px)
    return (255 * seen).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
