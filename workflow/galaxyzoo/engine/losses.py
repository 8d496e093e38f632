"""What a stage minimises: predictions and labels (N, columns) float32 in [0, 1] to one number.

A label is NaN where an answer has none. A loss is the mean over the labels that there are, of which
each galaxy has one at least. A weight (N, 1) may be given for each galaxy. That of counted votes is
in `votes`.

Both losses have their minimum where the prediction is the mean of the votes, so both suit an error
that is a mean square. The gradient of cross-entropy weighs residuals by 1 / (p (1 - p)), so that
rare answers count.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch.nn import functional

SMALLEST_PROBABILITY = 1e-6  # whose logarithm, and its gradient, is finite

Each = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], torch.Tensor]


def over_labels(
    each: Each,
    predicted: torch.Tensor,
    labels: torch.Tensor,
    weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """The mean over all labels of a loss of `each`, times its galaxy's weight (N, 1) if any.

    Missing labels are replaced before the loss is computed: the gradient of what is masked would
    else be 0 times NaN. Nothing in this waits for a GPU.
    """
    known = ~labels.isnan()
    losses = each(predicted, labels.where(known, 0.0))
    if weights is not None:
        losses = weights * losses
    return losses.where(known, 0.0).sum() / known.sum()


def squared(predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The squared error of each prediction."""
    return functional.mse_loss(predicted, labels, reduction="none")


def cross_entropy(predicted: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The binary cross-entropy of each prediction."""
    inside = predicted.clamp(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return functional.binary_cross_entropy(inside, labels, reduction="none")


def balanced(labels: torch.Tensor) -> torch.Tensor:
    """The weight of each class (columns, 1) float32, inverse to how many galaxies are of it.

    `labels` (N, columns) float32 are 1 for a galaxy's class and 0 for the others. The weights'
    mean over the galaxies is 1, as scikit-learn's `balanced` ones have it: N / (classes that occur
    x galaxies of the class). A class without a galaxy has the weight 0.
    """
    counts = labels.sum(dim=0)
    weights = len(labels) / ((counts > 0).sum() * counts)
    return torch.where(counts > 0, weights, 0.0).unsqueeze(1)


mean_squared_error: Loss = partial(over_labels, squared)
LOSSES: dict[str, Loss] = {
    "mean_squared_error": mean_squared_error,
    "cross_entropy": partial(over_labels, cross_entropy),
}
