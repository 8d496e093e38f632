"""The training loop: one stage of one seed."""

import logging
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.nn import functional
from tqdm import tqdm

from galaxyzoo.augmentation import random_maps
from galaxyzoo.errors import InputError
from galaxyzoo.models import GalaxyNetwork, freeze_body, layer_groups
from galaxyzoo.randomness import numpy_generator, torch_seed
from galaxyzoo.resume import SavedState, stop_request
from galaxyzoo.schedule import one_cycle, spread_lr
from galaxyzoo.warp import resize, warp

log = logging.getLogger(__name__)

ADAM_SQUARE_MOMENTUM = 0.99
RESIZED_AT_ONCE = 512


@dataclass(frozen=True)
class Galaxies:
    """Pictures (N, 3, size, size) uint8 and labels (N, 37) float32, on the device that trains."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.images)


def load_galaxies(
    crops: np.ndarray, labels: np.ndarray, rows: np.ndarray, size_px: int, device: torch.device
) -> Galaxies:
    """The galaxies in some `rows` of the survey's arrays, resized once to the stage's size."""
    images = torch.empty(
        (len(rows), 3, size_px, size_px),
        dtype=torch.uint8,
        device=device,
        memory_format=torch.channels_last,
    )
    for start in range(0, len(rows), RESIZED_AT_ONCE):
        part = slice(start, start + RESIZED_AT_ONCE)
        images[part] = resize(crops[rows[part]], size_px).to(device)
    return Galaxies(images, torch.from_numpy(labels[rows].astype(np.float32)).to(device))


def train_stage(
    network: GalaxyNetwork,
    train: Galaxies,
    valid: Galaxies,
    stage: dict[str, Any],
    augmentation: dict[str, Any],
    seed: int,
    saved: SavedState,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Train a network, in place, through one stage: so many epochs of one cycle.

    `stage` and `augmentation` are those of the config. Every draw is keyed by seed, stage, epoch
    and batch, so that a stage that goes on from its `saved` state ends in the same bits as one that
    was never stopped. Returns two tables with a row an epoch. The history: losses are mean squared
    errors, `valid_rmse` is pooled over galaxies and columns, `lr` is the head's at the epoch's end.
    The timing: `images_per_second` of the training, and `seconds` of the whole epoch, as far as
    this process did it.

    Raises InputError where the loss is no longer finite; on SIGTERM or Ctrl-C, saves and exits.
    """
    if stage["freeze"]:
        freeze_body(network)
    optimiser = adam(network, stage)
    history: list[dict[str, float]] = []
    timing: list[dict[str, float]] = []
    losses: list[float] = []
    if state := saved.load():
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        history, timing, losses = state["history"], state["timing"], state["losses"]
        log.info(
            "%s goes on in epoch %d, batch %d", stage["name"], len(history) + 1, len(losses) + 1
        )

    def save(losses: list[float]) -> None:
        saved.save(
            {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "history": history,
                "timing": timing,
                "losses": losses,
            }
        )

    with stop_request() as stop:

        def after_batch(losses: list[float]) -> None:
            if stop.signal or saved.due():
                save(losses)
            if stop.signal:
                log.warning(
                    "%s stopped by %s in epoch %d after batch %d; the next run goes on there",
                    *(stage["name"], stop.signal, len(history) + 1, len(losses)),
                )
                sys.exit(1)

        for epoch in range(len(history) + 1, stage["epochs"] + 1):
            started, begun_at = time.perf_counter(), len(losses)
            key = (seed, stage["name"], epoch)
            train_epoch(network, optimiser, train, stage, augmentation, key, losses, after_batch)
            trained = time.perf_counter()
            valid_rmse = pooled_rmse(network, valid, stage["batch_size"])
            history.append(
                {
                    "epoch": epoch,
                    "train_loss": sum(losses) / len(losses),
                    "valid_loss": valid_rmse**2,
                    "valid_rmse": valid_rmse,
                    "lr": optimiser.param_groups[-1]["lr"],
                }
            )
            seen = (len(losses) - begun_at) * min(stage["batch_size"], len(train))
            timing.append(
                {
                    "epoch": epoch,
                    "images_per_second": seen / (trained - started),
                    "seconds": time.perf_counter() - started,
                }
            )
            log.info(
                "%s epoch %d of %d: train loss %.5f, valid loss %.5f, valid RMSE %.5f, "
                "lr %.2e, %.0f images a second",
                *(stage["name"], epoch, stage["epochs"]),
                *(history[-1][name] for name in ("train_loss", "valid_loss", "valid_rmse", "lr")),
                timing[-1]["images_per_second"],
            )
            losses = []
            save(losses)
    return pd.DataFrame(history), pd.DataFrame(timing)


def adam(network: GalaxyNetwork, stage: dict[str, Any]) -> torch.optim.AdamW:
    """Adam with decoupled weight decay, a parameter group for each layer group."""
    groups = layer_groups(network)
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.requires_grad], "max_lr": lr}
            for parameters, lr in zip(groups, spread_lr(stage["lr"], len(groups)), strict=True)
        ],
        weight_decay=stage["weight_decay"],
        fused=True,
    )


def train_epoch(
    network: GalaxyNetwork,
    optimiser: torch.optim.AdamW,
    train: Galaxies,
    stage: dict[str, Any],
    augmentation: dict[str, Any],
    key: tuple[int, str, int],
    losses: list[float],
    after_batch: Callable[[list[float]], None],
) -> None:
    """Go through the galaxies in an order of the epoch's own, adding each batch's loss to `losses`.

    Batches that are in `losses` already were done before the stage was stopped: passed over.
    """
    network.train()
    epoch = key[-1]
    batch_size = min(stage["batch_size"], len(train))
    batches = len(train) // batch_size
    order = numpy_generator("order", *key).permutation(len(train))
    maps = torch.from_numpy(random_maps(len(train), augmentation, "augmentation", *key))
    device = train.images.device
    bar = tqdm(
        range(len(losses), batches),
        desc=f"{stage['name']} epoch {epoch}/{stage['epochs']}",
        initial=len(losses),
        total=batches,
        leave=False,
        disable=not sys.stderr.isatty(),
    )
    for batch in bar:
        torch.manual_seed(torch_seed("dropout", *key, batch))
        cycle = one_cycle((epoch - 1) * batches + batch, stage["epochs"] * batches)
        for group in optimiser.param_groups:
            group["lr"] = group["max_lr"] * cycle.lr_factor
            group["betas"] = (cycle.momentum, ADAM_SQUARE_MOMENTUM)
        rows = torch.from_numpy(order[batch * batch_size :][:batch_size])
        images = warp(train.images[rows.to(device)], maps[rows].to(device))
        loss = functional.mse_loss(network(images), train.labels[rows.to(device)])
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise InputError(
                f"the loss of stage {stage['name']} became {losses[-1]} in epoch {epoch}, batch "
                f"{batch + 1}, at a learning rate of {optimiser.param_groups[-1]['lr']:.3g}; lower "
                "the stage's lr"
            )
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
        after_batch(losses)


@torch.no_grad()
def pooled_rmse(network: GalaxyNetwork, galaxies: Galaxies, batch_size: int) -> float:
    """Kaggle's error of a network: one root mean square over all galaxies and columns."""
    network.eval()
    squared = torch.zeros((), dtype=torch.float64, device=galaxies.labels.device)
    for images, labels in zip(
        galaxies.images.split(batch_size), galaxies.labels.split(batch_size), strict=True
    ):
        squared += (network(images.float() / 255) - labels).double().square().sum()
    return math.sqrt(squared.item() / galaxies.labels.numel())
