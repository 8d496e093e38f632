"""The training loop: one stage of one seed."""

import logging
import math
import sys
import time
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
) -> pd.DataFrame:
    """Train a network, in place, through one stage: so many epochs of one cycle.

    `stage` and `augmentation` are those of the config. Every draw is keyed by seed, stage, epoch
    and batch. Returns the history, one row an epoch: losses are mean squared errors, `valid_rmse`
    is pooled over galaxies and columns, `lr` is the head's at the epoch's end, `seconds` the whole
    epoch's, `images_per_second` that of its training.

    Raises InputError where the loss is no longer finite.
    """
    if stage["freeze"]:
        freeze_body(network)
    optimiser = adam(network, stage)
    steps_per_epoch = max(1, len(train) // stage["batch_size"])
    history = []
    for epoch in range(1, stage["epochs"] + 1):
        started = time.perf_counter()
        first_step = (epoch - 1) * steps_per_epoch
        schedule = [
            one_cycle(step, stage["epochs"] * steps_per_epoch)
            for step in range(first_step, first_step + steps_per_epoch)
        ]
        train_loss = train_epoch(
            network, optimiser, train, schedule, stage, augmentation, (seed, stage["name"], epoch)
        )
        trained = time.perf_counter()
        valid_rmse = pooled_rmse(network, valid, stage["batch_size"])
        seen = steps_per_epoch * min(stage["batch_size"], len(train))
        row = {
            "epoch": epoch,
            "train_loss": train_loss,
            "valid_loss": valid_rmse**2,
            "valid_rmse": valid_rmse,
            "lr": optimiser.param_groups[-1]["lr"],
            "images_per_second": seen / (trained - started),
            "seconds": time.perf_counter() - started,
        }
        log.info(
            "%s epoch %d of %d: train loss %.5f, valid loss %.5f, valid RMSE %.5f, "
            "lr %.2e, %.0f images a second",
            *(stage["name"], epoch, stage["epochs"]),
            *(row[name] for name in ("train_loss", "valid_loss", "valid_rmse", "lr")),
            row["images_per_second"],
        )
        history.append(row)
    return pd.DataFrame(history)


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
    schedule: list,
    stage: dict[str, Any],
    augmentation: dict[str, Any],
    key: tuple[int, str, int],
) -> float:
    """One pass over the galaxies in an order of its own; returns the mean loss of its batches."""
    network.train()
    batch_size = min(stage["batch_size"], len(train))
    order = numpy_generator("order", *key).permutation(len(train))
    maps = torch.from_numpy(random_maps(len(train), augmentation, "augmentation", *key))
    device = train.images.device
    losses = []
    bar = tqdm(
        schedule,
        desc=f"{stage['name']} epoch {key[-1]}/{stage['epochs']}",
        leave=False,
        disable=not sys.stderr.isatty(),
    )
    for step, (lr_factor, momentum) in enumerate(bar):
        torch.manual_seed(torch_seed("dropout", *key, step))
        for group in optimiser.param_groups:
            group["lr"] = group["max_lr"] * lr_factor
            group["betas"] = (momentum, ADAM_SQUARE_MOMENTUM)
        rows = torch.from_numpy(order[step * batch_size :][:batch_size])
        images = warp(train.images[rows.to(device)], maps[rows].to(device))
        loss = functional.mse_loss(network(images), train.labels[rows.to(device)])
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise InputError(
                f"the loss of stage {stage['name']} became {losses[-1]} in epoch {key[-1]}, batch "
                f"{step + 1}, at a learning rate of {optimiser.param_groups[-1]['lr']:.3g}; lower "
                "the stage's lr"
            )
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
    return sum(losses) / len(losses)


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
