"""What a stage minimises: predictions and labels (N, columns) float32 in [0, 1] to one number.

A label is NaN where an answer has none. A loss is the mean over the labels that there are, of which
each galaxy has one at least.

Both losses have their minimum where the prediction is the mean of the votes, so both suit an error
that is a mean square. The gradient of cross-entropy weighs residuals by 1 / (p (1 - p)), so that
rare answers count.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch.nn import functional

SMALLEST_PROBABILITY = 1e-6  # whose logarithm, and its gradient, is finite

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def over_labels(each: Loss, predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean over all labels of a loss of `each`. Nothing in this waits for a GPU.

    Missing labels are replaced before the loss is computed: the gradient of what is masked would
    else be 0 times NaN.
    """
    known = ~labels.isnan()
    losses = each(predicted, labels.where(known, 0.0))
    return losses.where(known, 0.0).sum() / known.sum()


def squared(predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The squared error of each prediction."""
    return functional.mse_loss(predicted, labels, reduction="none")


def cross_entropy(predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The binary cross-entropy of each prediction."""
    inside = predicted.clamp(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return functional.binary_cross_entropy(inside, labels, reduction="none")


mean_squared_error: Loss = partial(over_labels, squared)
LOSSES: dict[str, Loss] = {
    "mean_squared_error": mean_squared_error,
    "cross_entropy": partial(over_labels, cross_entropy),
}
