"""What a stage minimises: predictions and labels (N, columns) float32 in [0, 1] to one number.

A weight (N, 1) may be given for each galaxy.

Both have their minimum where the prediction is the mean of the votes, so both suit an error that
is a mean square. The gradient of cross-entropy weighs residuals by 1 / (p (1 - p)), so that
rare answers count.
"""

from collections.abc import Callable

import torch
from torch.nn import functional

SMALLEST_PROBABILITY = 1e-6  # whose logarithm, and its gradient, is finite

Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]


def mean_squared_error(
    predicted: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Mean of the squared errors, each galaxy's times its weight (N, 1) if there are weights."""
    if weights is None:
        return functional.mse_loss(predicted, labels)
    return (weights * (predicted - labels).square()).mean()


def cross_entropy(
    predicted: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None
) -> torch.Tensor:
    """Mean binary cross-entropy of each column, each galaxy's times its weight (N, 1) if any."""
    inside = predicted.clamp(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return functional.binary_cross_entropy(inside, labels, weight=weights)


def balanced(labels: torch.Tensor) -> torch.Tensor:
    """The weight of each class (columns, 1) float32, inverse to how many galaxies are of it.

    `labels` (N, columns) float32 are 1 for a galaxy's class and 0 for the others. The weights'
    mean over the galaxies is 1, as scikit-learn's `balanced` ones have it: N / (classes that occur
    x galaxies of the class). A class without a galaxy has the weight 0.
    """
    counts = labels.sum(dim=0)
    weights = len(labels) / ((counts > 0).sum() * counts)
    return torch.where(counts > 0, weights, 0.0).unsqueeze(1)


LOSSES: dict[str, Loss] = {
    "mean_squared_error": mean_squared_error,
    "cross_entropy": cross_entropy,
}
