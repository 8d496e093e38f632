"""Checkpoints of a trained network: its weights, and what is needed to rebuild it."""

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError

if TYPE_CHECKING:
    from galaxyzoo.engine.network import GalaxyNetwork


def save_checkpoint(
    network: "GalaxyNetwork", path: Path, model: dict[str, Any], provenance: dict[str, Any]
) -> None:
    """Write a checkpoint atomically, as plain data that loads with weights_only=True.

    `model` is the config's `model`; `provenance` is any record of how the weights were obtained.
    """
    checkpoint = {
        "model": model,
        "columns": list(network.tree.columns),
        "size": network.size_px,
        "weights": {name: value.cpu() for name, value in network.state_dict().items()},
        "provenance": provenance,
    }
    with replaced(path) as unfinished:
        torch.save(checkpoint, unfinished)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint. Raises InputError if the file is not one."""
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        missing = {"model", "columns", "size", "weights", "provenance"} - set(checkpoint)
    except (OSError, RuntimeError, ValueError, TypeError, pickle.UnpicklingError) as error:
        raise InputError(f"{path} is no checkpoint; delete it, and the stage is redone") from error
    if missing:
        raise InputError(f"{path} is no checkpoint: it has no {', '.join(sorted(missing))}")
    return checkpoint
