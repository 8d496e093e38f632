"""A running average of a network's weights, which often beats the latest weights."""

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def averaged_network(network: nn.Module, decay: float) -> AveragedModel:
    """The exponential moving average (EMA) of a network's weights and buffers.

    After n updates the decay is at most (1 + n) / (10 + n), as in TensorFlow's
    ExponentialMovingAverage. Without this cap, a short run would end close to where it began.
    """

    def mean(
        averages: list[torch.Tensor], currents: list[torch.Tensor], updates: torch.Tensor
    ) -> None:
        warm = (1 + int(updates)) / (10 + int(updates))
        get_ema_multi_avg_fn(min(decay, warm))(averages, currents, updates)

    return AveragedModel(network, multi_avg_fn=mean, use_buffers=True)
