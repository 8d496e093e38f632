"""A running average of a network's weights, which often beats the latest weights."""

import copy
from itertools import chain
from typing import Any

import torch
from torch import nn


class WeightAverage:
    """The exponential moving average (EMA) of a network's weights and buffers, in `network`.

    After n updates the decay is at most (1 + n) / (10 + n), as in TensorFlow's
    ExponentialMovingAverage. Without this cap, a short run would end close to where it began.
    Integers are copied.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay
        self.updates = 0
        pairs = [*zip(tensors(self.network), tensors(network), strict=True)]
        averaged = [pair for pair in pairs if pair[0].is_floating_point()]
        self.averages, self.latest = map(list, zip(*averaged, strict=True))
        self.copied = [pair for pair in pairs if not pair[0].is_floating_point()]

    @torch.no_grad()
    def update(self) -> None:
        """Move the average towards the network's present weights; the first time, on to them."""
        warm = (1 + self.updates) / (10 + self.updates) if self.updates else 0.0
        torch._foreach_lerp_(self.averages, self.latest, 1 - min(self.decay, warm))
        for average, latest in self.copied:
            average.copy_(latest)
        self.updates += 1

    def state_dict(self) -> dict[str, Any]:
        """Everything that has changed since the average began."""
        return {"network": self.network.state_dict(), "updates": self.updates}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a `state_dict`."""
        self.network.load_state_dict(state["network"])
        self.updates = state["updates"]


def tensors(network: nn.Module) -> list[torch.Tensor]:
    """All weights and buffers of a network."""
    return [tensor.detach() for tensor in chain(network.parameters(), network.buffers())]
