"""Checkpoints of a trained network: its weights, and what is needed to rebuild it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from galaxyzoo.engine.torch_files import UNREADABLE, load_whole, not_finite, save_whole
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged, place, require_place
from galaxyzoo.foundation.learnt_galaxies import Learnt, packed, unpacked

if TYPE_CHECKING:
    from galaxyzoo.engine.network import GalaxyNetwork

HEAD = "head_of_galaxies."  # begins the names of a head's entries among a body's starting weights
NORMALISATION = "normalisation"  # names it in the metadata of starting weights
CONTENT = {"place", "model", "columns", "size", "zoom", "weights", "moments", "provenance"}


def save_checkpoint(
    network: "GalaxyNetwork",
    path: Path,
    model: dict[str, Any],
    provenance: dict[str, Any],
    moments: dict[int, dict[str, Any]] | None = None,
    learnt: Learnt | None = None,
    seen_galaxy_zoo: bool | None = None,
    pictures: Mapping[str, Any] | None = None,
) -> None:
    """Write a checkpoint atomically, as plain data that loads with weights_only=True.

    `model` is the config's `model`; `provenance` is any record of how the weights were obtained;
    `moments` are those of the optimiser, for a next stage that goes on with them; `learnt` the
    galaxies that the network and its starts learnt, None if nobody knows. A note in the file, for
    `checkpoint_notes.read_note`, has its place, whether they were votes of Galaxy Zoo, and how
    their `pictures` were made (`picture_settings.taught`).
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
        "bands": network.bands,
        "size": network.size_px,
        "zoom": network.zoom,
        "normalisation": network.normalisation,
        "weights": weights,
        "moments": moments,
        "provenance": provenance,
        "learnt": None if learnt is None else as_tensors(packed(learnt)),
    }
    note = {"place": place(path), "seen_galaxy_zoo": seen_galaxy_zoo, "pictures": pictures}
    with replaced(path) as unfinished:
        save_whole(checkpoint, unfinished, note)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint of this place.

    Raises InputError if the file is not one, is damaged, or is another experiment's, seed's or
    stage's.
    """
    try:
        checkpoint = load_whole(path)
        missing = CONTENT - set(checkpoint)
    except UNREADABLE as error:
        raise damaged(path, f"it is no whole checkpoint: {error}") from error
    if missing:
        raise damaged(path, f"it is no checkpoint: it has no {', '.join(sorted(missing))}")
    require_place(path, checkpoint["place"])
    return checkpoint


def handed_on_moments(weights: Path) -> dict[int, dict[str, Any]] | None:
    """The optimiser's moments in the file that a stage starts from; None if there are none."""
    return None if weights.suffix == ".safetensors" else load_checkpoint(weights)["moments"]


def head_metadata(columns: Sequence[str], model: dict[str, Any]) -> dict[str, str]:
    """The metadata of starting weights with the head of a `model` as in the config, for columns."""
    return {"columns": columns_metadata(columns), "head": model["head"], "output": model["output"]}


def columns_metadata(columns: Sequence[str]) -> str:
    """The columns of a tree, as they stand in the metadata of starting weights."""
    return json.dumps(list(columns))


def normalisation_metadata(checkpoint: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of starting weights with the `normalisation` of a checkpoint's network.

    It is empty if that is the backbone's own, as in checkpoints of earlier versions.
    """
    given = checkpoint.get("normalisation")
    return {NORMALISATION: json.dumps(given)} if given else {}


def looks_metadata(checkpoint: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of starting weights with how a checkpoint's network looks at galaxies."""
    looks = {name: str(checkpoint[name]) for name in ("size", "zoom")}
    return looks | normalisation_metadata(checkpoint)


def learnt_galaxies(checkpoint: Mapping[str, Any]) -> Learnt:
    """The galaxies that a checkpoint's network and its starts learnt; of earlier ones, unknown."""
    return unpacked(checkpoint.get("learnt"))


def as_tensors(content: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data with its arrays as tensors, which load with weights_only=True."""
    return {
        name: torch.from_numpy(value.copy()) if isinstance(value, np.ndarray) else value
        for name, value in content.items()
    }
