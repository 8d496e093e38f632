"""The training loop: one stage of one seed."""

import logging
import math
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine.augmentation import first_view, random_lights, random_maps
from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.depthwise import SmallMapGradients
from galaxyzoo.engine.devices import reproducible_attention
from galaxyzoo.engine.ema import WeightAverage
from galaxyzoo.engine.losses import mean_squared_error
from galaxyzoo.engine.network import (
    GalaxyNetwork,
    freeze_body,
    freeze_statistics,
    layer_groups,
    layers,
)
from galaxyzoo.engine.resume import SavedState, stop_request
from galaxyzoo.engine.schedule import SCHEDULES, Schedule, SchedulePoint, decayed_lr, spread_lr
from galaxyzoo.engine.stage_loss import StageLoss
from galaxyzoo.engine.transforms import relight, warp
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator, torch_seed

log = logging.getLogger(__name__)

ADAM_SQUARE_MOMENTUM = 0.99
READ_LOSSES_EVERY = 50  # batches: to read a loss, a GPU must have finished its batch


class Learner:
    """A network in a stage, with everything that training changes: optimiser, average of weights.

    `stage` and `augmentation` are those of the config; `moments` are the optimiser's of the stage
    before, to go on with. Every random draw is keyed by seed, stage, epoch and batch, so none
    depends on earlier draws.
    """

    def __init__(
        self,
        network: GalaxyNetwork,
        train: Galaxies,
        stage: dict[str, Any],
        augmentation: dict[str, Any],
        seed: int,
        moments: dict[int, dict[str, Any]] | None = None,
    ) -> None:
        self.fixed_statistics = stage["batch_norm"] == "frozen"
        if frozen := stage["freeze"]:
            but_last = 0 if frozen is True else frozen["but_last"]
            freeze_body(network, but_last, batch_norm=self.fixed_statistics)
        self.network, self.train, self.seed = network, train, seed
        self.stage, self.augmentation = stage, augmentation
        self.loss = StageLoss(network, train, stage)
        self.optimiser = adam(network, stage)
        if moments:
            self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": moments})
        self.average = WeightAverage(network, stage["ema"]) if stage["ema"] else None
        self.batch_size = min(stage["batch_size"], len(train))
        self.batches = len(train) // self.batch_size
        self.steps = math.ceil(self.batches / stage["accumulate"])

    @property
    def learned(self) -> GalaxyNetwork:
        """The network to evaluate and keep: the average of weights, if there is one."""
        return self.average.network if self.average else self.network

    @property
    def moments(self) -> dict[int, dict[str, Any]]:
        """The optimiser's moments and number of steps, by the position of each weight."""
        return self.optimiser.state_dict()["state"]

    @property
    def lr(self) -> float:
        """The head's current learning rate."""
        return self.optimiser.param_groups[-1]["lr"]

    def state(self) -> dict[str, Any]:
        """Everything that has changed since the stage began."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average and self.average.state_dict(),
            "gradients": [parameter.grad for parameter in self.network.parameters()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a `state`."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        if self.average:
            self.average.load_state_dict(state["average"])
        for parameter, gradient in zip(self.network.parameters(), state["gradients"], strict=True):
            parameter.grad = None if gradient is None else gradient.to(parameter.device)

    def no_losses(self) -> torch.Tensor:
        """Room for an epoch's mean squared errors, (batches,) float32 on the device."""
        return torch.zeros(self.batches, device=self.train.device)

    def train_epoch(
        self,
        epoch: int,
        losses: torch.Tensor,
        done: int,
        schedule: Schedule,
        after_batch: Callable[[int], None],
    ) -> None:
        """Train on the galaxies once, in this epoch's own order, and write each batch's error.

        `losses` are the epoch's `no_losses`: mean squared errors, whatever the stage minimises.
        Batches before `done` are skipped: they were done before the stage was stopped. `schedule`
        takes the step within the epoch and the number of steps per epoch, `after_batch` the number
        of batches done. On a GPU, nothing in this waits for it, unless `after_batch` does.
        """
        self.network.train()
        if self.fixed_statistics:
            freeze_statistics(self.network)
        device = self.train.device
        key = (self.seed, self.stage["name"], epoch)
        order = numpy_generator("order", *key).permutation(len(self.train))
        rows = self.train.rows(order).split(self.batch_size)[: self.batches]
        maps = random_maps(len(order), self.augmentation, "augmentation", *key)[order]
        lights = random_lights(len(order), self.augmentation, "light", *key)
        maps = torch.from_numpy(maps).to(device, non_blocking=True).split(self.batch_size)
        if lights is not None:
            lights = torch.from_numpy(lights[order]).to(device, non_blocking=True)
            lights = lights.split(self.batch_size)
        accumulate = self.stage["accumulate"]
        for batch, (images, *targets) in enumerate(self.train.batches(rows[done:]), start=done):
            torch.manual_seed(torch_seed("dropout", *key, batch))
            views = warp(images, maps[batch], self.network.size_px)
            if lights is not None:
                views = relight(views, lights[batch])
            predicted, loss = self.predicted_and_loss(views, *targets)
            first = batch - batch % accumulate
            (loss / min(accumulate, self.batches - first)).backward()
            if batch + 1 in (first + accumulate, self.batches):
                self.step(schedule, batch // accumulate)
            losses[batch] = mean_squared_error(predicted.detach(), targets[0])
            after_batch(batch + 1)

    def predicted_and_loss(
        self, views: torch.Tensor, labels: torch.Tensor, votes: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The predictions (batch, columns) of a batch, and what the stage minimises of it."""
        with SmallMapGradients(), reproducible_attention(labels.device):
            raw = self.network(views, raw=True)
        return self.loss.predicted_and_loss(raw, labels, votes)

    def step(self, schedule: Schedule, step: int) -> None:
        """Update the weights from the gradients, then reset the gradients."""
        point = schedule(step, self.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = group["max_lr"] * point.lr_factor
            group["betas"] = (point.momentum, ADAM_SQUARE_MOMENTUM)
        if self.stage["gradient_clip"]:
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.stage["gradient_clip"])
        self.optimiser.step()
        self.optimiser.zero_grad()
        if self.average:
            self.average.update()


def train_stage(
    learner: Learner,
    valid: Galaxies,
    saved: SavedState,
    write_tables: Callable[[pd.DataFrame, pd.DataFrame], None],
) -> None:
    """Train a learner's network in place through one stage: its epochs, on one schedule.

    A stage that resumes from its `saved` state ends with the same bits as one that was never
    stopped. `write_tables` is called after each epoch, with two tables of one row per epoch so far.
    The history: losses are mean squared errors, `train_loss` the mean over batches, `valid_rmse` is
    pooled over all labels, `lr` is the head's at the end of the epoch. The timing:
    `images_per_second` during training, and `seconds` for the whole epoch with its saves, in which
    a process that was stopped counts up to its last save; `validation` and `saving` are what these
    two took of it.

    With `keep: best`, the network ends with the weights of the epoch with the lowest validation
    error, the earliest of several, or with those that it began with if no epoch's is lower than
    theirs, which is the history's `begun_rmse`.

    Raises InputError if the loss or the validation error is no longer finite. Saves and exits on
    SIGTERM or Ctrl-C.
    """
    stage = learner.stage
    history: list[dict[str, float]] = []
    timing: list[dict[str, float]] = []
    best: dict[str, torch.Tensor] | None = None  # the weights to keep, if not the last
    begun: dict[str, float] = {}  # their error before the first epoch
    losses, done = learner.no_losses(), 0
    clock = Clock()
    if state := saved.load():
        learner.restore(state["learner"])
        history, timing, done = state["history"], state["timing"], len(state["losses"])
        best, begun = state["best"], state["begun"]
        losses[:done] = state["losses"]
        clock = Clock(**state["clock"])
        write_tables(pd.DataFrame(history), pd.DataFrame(timing))
        log.info("goes on in epoch %d, batch %d", len(history) + 1, done + 1)
    elif stage["keep"] == "best":
        best = copied(learner.learned)
        error = pooled_rmse(learner.learned, valid, stage["batch_size"])
        begun = {"begun_rmse": error if math.isfinite(error) else math.inf}

    def save(done: int) -> None:
        started = time.perf_counter()
        saved.save(
            {
                "learner": learner.state(),
                "history": history,
                "timing": timing,
                "losses": losses[:done].cpu(),
                "best": best,
                "begun": begun,
                "clock": clock.read(),
            }
        )
        clock.saving += time.perf_counter() - started

    def require_finite(done: int) -> None:
        so_far = losses[:done].tolist()
        for batch, loss in enumerate(so_far, start=1):
            if not math.isfinite(loss):
                raise InputError(
                    f"the loss of stage {stage['name']} became {loss} in epoch "
                    f"{len(history) + 1}, batch {batch}, at a learning rate of about "
                    f"{learner.lr:.3g}; lower the stage's lr"
                )

    def schedule(step: int, steps: int) -> SchedulePoint:
        return SCHEDULES[stage["schedule"]](len(history) * steps + step, stage["epochs"] * steps)

    with stop_request() as stop:

        def after_batch(done: int) -> None:
            to_save = stop.signal or saved.due()
            if to_save or done % READ_LOSSES_EVERY == 0 or done == learner.batches:
                require_finite(done)
            if to_save:
                save(done)
            if stop.signal:
                log.warning(
                    "stopped by %s in epoch %d after batch %d; the next run goes on there",
                    stop.signal,
                    len(history) + 1,
                    done,
                )
                sys.exit(1)

        for epoch in range(len(history) + 1, stage["epochs"] + 1):
            learner.train_epoch(epoch, losses, done, schedule, after_batch)
            trained = clock.seconds() - clock.saving
            valid_rmse = pooled_rmse(learner.learned, valid, stage["batch_size"])
            validated = clock.seconds() - clock.saving
            if not math.isfinite(valid_rmse):
                raise InputError(
                    f"the validation error of stage {stage['name']} became {valid_rmse} after "
                    f"epoch {epoch}; lower the stage's lr"
                )
            history.append(
                {
                    "epoch": epoch,
                    "train_loss": math.fsum(losses.tolist()) / len(losses),
                    "valid_loss": valid_rmse**2,
                    "valid_rmse": valid_rmse,
                    "lr": learner.lr,
                    **begun,
                }
            )
            timing.append(
                {
                    "epoch": epoch,
                    "images_per_second": len(losses) * learner.batch_size / trained,
                    "validation": validated - trained,
                    "saving": clock.saving,
                    "seconds": clock.seconds(),
                }
            )
            log.debug(
                "epoch %d: train loss %.5f, valid loss %.5f, valid RMSE %.5f, lr %.2e, "
                "%.0f images a second",
                epoch,
                history[-1]["train_loss"],
                history[-1]["valid_loss"],
                history[-1]["valid_rmse"],
                history[-1]["lr"],
                timing[-1]["images_per_second"],
            )
            if stage["keep"] == "best" and is_best(history):
                best = copied(learner.learned)
            clock, done = Clock(), 0
            if saved.due():
                save(done)
            write_tables(pd.DataFrame(history), pd.DataFrame(timing))
    if best:
        lowest = min(history, key=lambda epoch: epoch["valid_rmse"])
        if lowest["valid_rmse"] < begun["begun_rmse"]:
            log.info("epoch %d, with the lowest validation error, is kept", lowest["epoch"])
        else:
            log.warning(
                "no epoch of stage %s has a lower validation error than the %.4f of the weights "
                "that it began with, which are kept",
                stage["name"],
                begun["begun_rmse"],
            )
    learner.network.load_state_dict(best or learner.learned.state_dict())


def is_best(history: list[dict[str, float]]) -> bool:
    """Whether the last epoch has a lower validation error than all before it, and the beginning."""
    *before, last = [epoch["valid_rmse"] for epoch in history]
    return last < min([history[0]["begun_rmse"], *before])


def copied(network: GalaxyNetwork) -> dict[str, torch.Tensor]:
    """The weights of a network, which its training leaves as they are."""
    return {name: value.clone() for name, value in network.state_dict().items()}


class Clock:
    """Seconds of an epoch, those in earlier processes included, and those spent on saving."""

    def __init__(self, before: float = 0.0, saving: float = 0.0) -> None:
        self.started = time.perf_counter() - before
        self.saving = saving

    def seconds(self) -> float:
        """Seconds since the epoch began."""
        return time.perf_counter() - self.started

    def read(self) -> dict[str, float]:
        """The arguments of a clock that continues from here."""
        return {"before": self.seconds(), "saving": self.saving}


def adam(network: GalaxyNetwork, stage: dict[str, Any]) -> torch.optim.AdamW:
    """Adam with decoupled weight decay, with one parameter group per layer group.

    With layer-wise learning-rate decay, there is one per layer.
    """
    if stage["layer_decay"]:
        groups = layers(network)
        rates = decayed_lr(stage["lr"], stage["layer_decay"], len(groups))
    else:
        groups = layer_groups(network)
        rates = spread_lr(stage["lr"], len(groups))
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.requires_grad], "max_lr": lr}
            for parameters, lr in zip(groups, rates, strict=True)
        ],
        weight_decay=stage["weight_decay"],
        fused=True,
    )


@torch.no_grad()
def pooled_rmse(network: GalaxyNetwork, galaxies: Galaxies, batch_size: int) -> float:
    """Kaggle's error of a network in the first view: one root mean square over all labels."""
    network.eval()
    maps = torch.from_numpy(first_view()).to(galaxies.device)
    squared = torch.zeros((), dtype=torch.float64, device=galaxies.device)
    rows = galaxies.rows(np.arange(len(galaxies)))
    for images, labels, _ in galaxies.batches(rows.split(batch_size)):
        errors = network(warp(images, maps, network.size_px)) - labels
        squared += errors.where(~labels.isnan(), 0.0).double().square().sum()
    return math.sqrt(squared.item() / (~galaxies.labels.isnan()).sum().item())
