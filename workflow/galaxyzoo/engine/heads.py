"""Heads: from the features of a body to raw outputs, one per column of the tree."""

from collections.abc import Callable

import torch
from torch import nn

HIDDEN_FEATURES = 512


class AveragePool(nn.Module):
    """(N, C, ...) to (N, C): the mean over all places of a feature map, or all patches."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Pool a feature map, or the features of patches."""
        return features.mean(dim=tuple(range(2, features.dim())))


class ConcatPool(nn.Module):
    """fastai's AdaptiveConcatPool2d: (N, C, ...) to (N, 2C), maximum then average."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Pool a feature map, or the features of patches."""
        places = tuple(range(2, features.dim()))
        return torch.cat([features.amax(dim=places), features.mean(dim=places)], dim=1)


def linear_head(features: int, outputs: int, dropout: float) -> nn.Sequential:
    """One linear layer on the average: (N, features, ...) to (N, outputs), Kaiming normal."""
    return kaiming(AveragePool(), nn.Dropout(dropout), nn.Linear(features, outputs))


def fastai_head(features: int, outputs: int, dropout: float) -> nn.Sequential:
    """Fastai's `create_head`: (N, features, ...) to (N, outputs), linear layers Kaiming normal."""
    return kaiming(
        ConcatPool(),
        nn.BatchNorm1d(2 * features),
        nn.Dropout(dropout / 2),
        nn.Linear(2 * features, HIDDEN_FEATURES),
        nn.ReLU(),
        nn.BatchNorm1d(HIDDEN_FEATURES),
        nn.Dropout(dropout),
        nn.Linear(HIDDEN_FEATURES, outputs),
    )


def kaiming(*head: nn.Module) -> nn.Sequential:
    """The layers of a head in order, with the weights of linear ones Kaiming normal, biases 0."""
    for layer in head:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return nn.Sequential(*head)


def start_at(head: nn.Sequential, raw: torch.Tensor) -> None:
    """Make a new head output approximately `raw` (columns,) for any galaxy.

    With fastai's initialisation alone, the outputs are large and random, and the first epochs are
    spent unlearning them.
    """
    with torch.no_grad():
        head[-1].weight.mul_(0.1)
        head[-1].bias.copy_(raw)


HEADS: dict[str, Callable[[int, int, float], nn.Sequential]] = {
    "linear": linear_head,
    "fastai": fastai_head,
}
