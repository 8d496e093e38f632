"""fastai's learning-rate finder: the loss as the learning rate rises from tiny to too high."""

import itertools
import math

import numpy as np
import pandas as pd

from galaxyzoo.engine.schedule import HIGH_MOMENTUM, SchedulePoint
from galaxyzoo.engine.training import Learner
from galaxyzoo.foundation.errors import InputError

LOWEST_LR, HIGHEST_LR = 1e-7, 10.0
STEPS = 100
SMOOTHING = 0.98
DIVERGED = 4  # times the best loss
UNSETTLED = 10  # batches


class LossDiverged(Exception):
    """The loss has risen far above its best value."""


def lr_find(learner: Learner) -> pd.DataFrame:
    """Train for up to 100 batches while the head's learning rate rises from 1e-7 to 10.

    Returns `lr` and `loss`, one row per batch. The loss is smoothed exponentially as in fastai.
    Training stops after the first row with more than four times the best loss. The network should
    not be used afterwards.
    """
    top_lr = learner.optimiser.param_groups[-1]["max_lr"]
    rows: list[tuple[float, float]] = []
    average = 0.0

    def rising(step: int, steps: int) -> SchedulePoint:
        done = len(rows) / (STEPS - 1)
        return SchedulePoint(LOWEST_LR * (HIGHEST_LR / LOWEST_LR) ** done / top_lr, HIGH_MOMENTUM)

    def after_batch(done: int) -> None:
        nonlocal average
        average = SMOOTHING * average + (1 - SMOOTHING) * losses[done - 1].item()
        smooth = average / (1 - SMOOTHING ** (len(rows) + 1))
        rows.append((learner.lr, smooth))
        best = min(loss for _, loss in rows)
        if len(rows) == STEPS or not math.isfinite(smooth) or smooth > DIVERGED * best:
            raise LossDiverged

    losses = learner.no_losses()
    try:
        for epoch in itertools.count(1):
            learner.train_epoch(epoch, losses, 0, rising, after_batch)
    except LossDiverged:
        return pd.DataFrame(rows, columns=["lr", "loss"])


def suggested_lr(sweep: pd.DataFrame) -> float:
    """The learning rate in the middle of the longest fall of the loss, fastai's `valley`.

    The fall is the longest series of batches, not necessarily consecutive, each with a lower loss
    than the one before. It is treated as that many consecutive batches, ending with its last. The
    first ten batches, where the smoothed loss is still unsettled, are skipped. Raises InputError if
    the loss never falls.
    """
    losses = sweep["loss"].to_numpy()[UNSETTLED:]
    falls: list[int] = []  # length of the longest fall that ends at each batch
    for loss in losses:
        before = [n for n, earlier in zip(falls, losses, strict=False) if earlier > loss]
        falls.append(1 + max(before, default=0))
    if max(falls, default=1) == 1:
        raise InputError(
            f"the loss did not fall in {len(sweep)} batches, up to a learning rate of "
            f"{sweep['lr'].iloc[-1]:.1e}: check the starting weights and the labels"
        )
    end = int(np.argmax(falls))
    return float(sweep["lr"].iloc[UNSETTLED + end - falls[end] // 2])
