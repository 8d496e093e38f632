"""What a stage minimises: predictions and labels (N, columns) float32 in [0, 1] to one number.

Both have their minimum where the prediction is the mean of the votes, so both suit an error that
is a mean square. The gradient of cross-entropy weighs residuals by 1 / (p (1 - p)), so that
rare answers count.
"""

from collections.abc import Callable

import torch
from torch.nn import functional

SMALLEST_PROBABILITY = 1e-6  # whose logarithm, and its gradient, is finite

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def cross_entropy(predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy of each column."""
    inside = predicted.clamp(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return functional.binary_cross_entropy(inside, labels)


LOSSES: dict[str, Loss] = {
    "mean_squared_error": functional.mse_loss,
    "cross_entropy": cross_entropy,
}
