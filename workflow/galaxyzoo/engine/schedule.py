"""Learning rate and momentum over a stage, and the learning rates of layers and layer groups."""

import math
from collections.abc import Callable
from typing import NamedTuple

DIV = 25.0
FINAL_DIV = 1e4
WARM_UP = 0.3
HIGH_MOMENTUM, LOW_MOMENTUM = 0.95, 0.85
STEADY_MOMENTUM = 0.9


class SchedulePoint(NamedTuple):
    """A point of a schedule: a factor of the maximum learning rate, and the momentum."""

    lr_factor: float
    momentum: float


Schedule = Callable[[int, int], SchedulePoint]


def one_cycle(step: int, steps: int) -> SchedulePoint:
    """Fastai's one cycle (Smith 2018, arXiv:1803.09820) at `step` of `steps`, counted from 0.

    The factor follows a cosine from 1/25 up to 1 over the first 30 % of the steps, then down to
    1/250,000. Momentum goes from 0.95 to 0.85 and back.
    """
    turn = max(1, int(WARM_UP * steps))
    if step < turn:
        done = step / turn
        return SchedulePoint(between(1 / DIV, 1, done), between(HIGH_MOMENTUM, LOW_MOMENTUM, done))
    done = (step - turn) / max(1, steps - turn - 1)
    return SchedulePoint(
        between(1, 1 / (DIV * FINAL_DIV), done), between(LOW_MOMENTUM, HIGH_MOMENTUM, done)
    )


def cosine(step: int, steps: int) -> SchedulePoint:
    """Half a cosine from 1 down towards 0, without cycles, at Adam's usual momentum of 0.9."""
    return SchedulePoint(between(1, 0, step / steps), STEADY_MOMENTUM)


SCHEDULES: dict[str, Schedule] = {"one_cycle": one_cycle, "cosine": cosine}


def between(start: float, end: float, done: float) -> float:
    """Cosine interpolation: `start` at 0, `end` at 1."""
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


def spread_lr(lr: float | list[float], groups: int) -> list[float]:
    """Maximum learning rate of each layer group, lowest layers first.

    A single number is used for all groups. [low, high] is fastai's slice: a geometric series.
    """
    if isinstance(lr, list):
        low, high = lr
        return [low * (high / low) ** (i / (groups - 1)) for i in range(groups)]
    return [lr] * groups


def decayed_lr(lr: float, decay: float, layers: int) -> list[float]:
    """Maximum learning rate of each layer, lowest first: `lr` on top, times `decay` per layer down.

    Layer-wise learning-rate decay, as in Clark et al. 2020 (ELECTRA, arXiv:2003.10555).
    """
    return [lr * decay ** (layers - 1 - i) for i in range(layers)]
