"""Checkpoints of a trained network: its weights, and what is needed to rebuild it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from galaxyzoo.engine.torch_files import UNREADABLE, load_whole, not_finite, save_whole
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged

if TYPE_CHECKING:
    from galaxyzoo.engine.network import GalaxyNetwork

HEAD = "head_of_galaxies."  # begins the names of a head's entries among a body's starting weights
CONTENT = {"place", "model", "columns", "size", "zoom", "weights", "moments", "provenance"}


def save_checkpoint(
    network: "GalaxyNetwork",
    path: Path,
    model: dict[str, Any],
    provenance: dict[str, Any],
    moments: dict[int, dict[str, Any]] | None = None,
) -> None:
    """Write a checkpoint atomically, as plain data that loads with weights_only=True.

    `model` is the config's `model`; `provenance` is any record of how the weights were obtained;
    `moments` are those of the optimiser, for a next stage that goes on with them.
    Raises InputError if a weight is not finite.
    """
    weights = {name: value.cpu() for name, value in network.state_dict().items()}
    if name := not_finite(weights):
        raise InputError(
            f"the network has learnt nothing: its {name} is not finite; lower the stage's lr"
        )
    checkpoint = {
        "place": place(path),
        "model": model,
        "columns": list(network.tree.columns),
        "size": network.size_px,
        "zoom": network.zoom,
        "weights": weights,
        "moments": moments,
        "provenance": provenance,
    }
    with replaced(path) as unfinished:
        save_whole(checkpoint, unfinished)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint. Raises InputError if the file is not one, or is damaged."""
    try:
        checkpoint = load_whole(path)
        missing = CONTENT - set(checkpoint)
    except UNREADABLE as error:
        raise damaged(path, f"it is no whole checkpoint: {error}") from error
    if missing:
        raise damaged(path, f"it is no checkpoint: it has no {', '.join(sorted(missing))}")
    if checkpoint["place"] != place(path):
        raise damaged(path, f"it is the checkpoint {checkpoint['place']} under another name")
    return checkpoint


def handed_on_moments(weights: Path) -> dict[int, dict[str, Any]] | None:
    """The optimiser's moments in the file that a stage starts from; None if there are none."""
    return None if weights.suffix == ".safetensors" else load_checkpoint(weights)["moments"]


def head_metadata(columns: Sequence[str], model: dict[str, Any]) -> dict[str, str]:
    """The metadata of starting weights with the head of a `model` as in the config, for columns."""
    return {"columns": json.dumps(list(columns)), "head": model["head"], "output": model["output"]}


def place(path: Path) -> str:
    """Where a checkpoint belongs within its experiment, such as seed0/stages/all_96.pt."""
    return "/".join(path.parts[-3:])
