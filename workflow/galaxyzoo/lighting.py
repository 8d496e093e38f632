"""Brighter and darker, more and less contrast: fastai's lighting transforms, for a whole batch."""

import torch

SMALLEST_LIGHT = 1e-3  # a quarter of the step between two of 256 grey levels


def relight(images: torch.Tensor, lights: torch.Tensor) -> torch.Tensor:
    """Change the light of pictures (N, 3, size, size) float32 in [0, 1]; returns the same.

    `lights` (N, 2) float32 are the offset and the factor of each picture's logits: an offset of 0
    and a factor of 1 leave it as it is. Logits, so that nothing is cut off at black or white.
    """
    offset, factor = lights.T[:, :, None, None, None]
    return torch.sigmoid(torch.logit(images, eps=SMALLEST_LIGHT) * factor + offset)
