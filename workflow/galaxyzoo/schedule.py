"""fastai's one-cycle schedule (Smith 2018, arXiv:1803.09820)."""

import math
from typing import NamedTuple

DIV = 25.0
FINAL_DIV = 1e4
WARM_UP = 0.3
HIGH_MOMENTUM, LOW_MOMENTUM = 0.95, 0.85


class CyclePoint(NamedTuple):
    """Where the cycle stands: a factor of the maximum learning rate, and the momentum."""

    lr_factor: float
    momentum: float


def one_cycle(step: int, steps: int) -> CyclePoint:
    """The cycle at one of so many steps, counted from 0.

    Cosines from 1/25 up to 1 over the first 30 % of the steps, then down to 1/250,000, while the
    momentum goes from 0.95 to 0.85 and back.
    """
    turn = max(1, int(WARM_UP * steps))
    if step < turn:
        done = step / turn
        return CyclePoint(cosine(1 / DIV, 1, done), cosine(HIGH_MOMENTUM, LOW_MOMENTUM, done))
    done = (step - turn) / max(1, steps - turn - 1)
    return CyclePoint(
        cosine(1, 1 / (DIV * FINAL_DIV), done), cosine(LOW_MOMENTUM, HIGH_MOMENTUM, done)
    )


def cosine(start: float, end: float, done: float) -> float:
    """Cosine interpolation: `start` at 0, `end` at 1."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


def spread_lr(lr: float | list[float], groups: int) -> list[float]:
    """Maximum learning rate of each layer group, lowest layers first.

    One number is the same for all; [low, high] is fastai's slice: a geometric series.
    """
    if isinstance(lr, list):
        low, high = lr
        return [low * (high / low) ** (i / (groups - 1)) for i in range(groups)]
    return [lr] * groups
