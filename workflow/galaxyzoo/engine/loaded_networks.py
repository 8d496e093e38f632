"""Networks as they are loaded: from a checkpoint, or from a backbone's weights under a new head."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch

from galaxyzoo.engine.checkpoints import (
    HEAD,
    NORMALISATION,
    columns_metadata,
    head_metadata,
    load_checkpoint,
)
from galaxyzoo.engine.heads import start_at
from galaxyzoo.engine.network import COLOURS, GalaxyNetwork, of_bands
from galaxyzoo.engine.output_layers import OUTPUT_LAYERS
from galaxyzoo.engine.torch_files import UNREADABLE, State, load_checked, read_metadata
from galaxyzoo.engine.votes import DIRICHLET_MULTINOMIAL, FIRST_SUM
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.foundation.randomness import torch_seed
from galaxyzoo.tree.decision_tree import DecisionTree


def stage_network(
    weights: Path,
    model: dict[str, Any],
    tree: DecisionTree,
    stage: dict[str, Any],
    zoom: float,
    mean_label: np.ndarray,
    seed: int,
    bands: int = COLOURS,
) -> GalaxyNetwork:
    """The network that a stage starts from, at the stage's size and zoom and with its dropout.

    A probe has none. `weights` is the checkpoint of the previous stage or, for the first stage, the
    .safetensors file of the backbone's starting weights. `mean_label` (columns,) is that of the
    training galaxies, whose pictures have some `bands`.
    """
    dropout = stage.get("dropout", 0.0)
    if weights.suffix == ".safetensors":
        surer = FIRST_SUM if stage["loss"] == DIRICHLET_MULTINOMIAL else 1.0
        network = new_network(model, tree, weights, mean_label, dropout, seed, bands, surer)
    else:
        network = restored_network(weights, model, tree, dropout)
    network.set_size(stage["size"])
    network.zoom = zoom
    return network


def new_network(
    model: dict[str, Any],
    tree: DecisionTree,
    body_weights: Path,
    mean_label: np.ndarray,
    dropout: float,
    seed: int,
    bands: int = COLOURS,
    first_sum: float = 1.0,
) -> GalaxyNetwork:
    """A network whose body has the given weights and whose head is initialised from the seed.

    With `weights: random`, each seed has a body of its own, and the given weights are not read. It
    starts by predicting approximately `mean_label` (columns,) for every galaxy. If the weights are
    a checkpoint's with the same kind of head, decision tree and output layer, it begins with that
    one's head. With `output: softmax`, `first_sum` is what the exponentials of a question's raw
    outputs sum to in a new head; the predictions are the same.
    """
    torch.manual_seed(torch_seed("head", seed))
    network = GalaxyNetwork(model["backbone"], model["head"], model["output"], tree, dropout, bands)
    if model["weights"] != "random":
        try:
            body, head, metadata = starting_weights_in(body_weights)
            of_bands(body, network.body, bands)
            network.body.load_state_dict(body)
            network.normalise_by(json.loads(metadata.get(NORMALISATION, "null")))
            if head and head_metadata(tree.columns, model).items() <= metadata.items():
                network.head.load_state_dict(head)
                return network
        except UNREADABLE as error:
            raise damaged(body_weights, error) from error
    mean = torch.from_numpy(mean_label.astype(np.float32))
    raw = OUTPUT_LAYERS[model["output"]].raw_outputs(mean, tree)
    start_at(network.head, raw + math.log(first_sum))
    return network


def starting_weights_in(path: Path) -> tuple[State, State, dict[str, str]]:
    """A body's starting weights, those of a head if there are any, and the file's metadata.

    Raises any of UNREADABLE.
    """
    state, metadata = load_checked(path), read_metadata(path)
    head = {
        name.removeprefix(HEAD): state.pop(name) for name in sorted(state) if name.startswith(HEAD)
    }
    return state, head, metadata


def starting_network(
    path: Path, backbone: str, tree: DecisionTree, bands: int = COLOURS
) -> GalaxyNetwork | None:
    """The network that starting weights were taken from, as it was: with its head, size and zoom.

    None if they are of no checkpoint, or of one with other answers, or for pictures of other bands.
    """
    try:
        body, head, metadata = starting_weights_in(path)
        if not head or metadata["columns"] != columns_metadata(tree.columns):
            return None
        parts = backbone, metadata["head"], metadata["output"]
        network = GalaxyNetwork(*parts, tree, dropout=0.0, bands=bands)
        expected = network.body.state_dict()
        if any(body[name].shape != value.shape for name, value in expected.items()):
            return None
        network.body.load_state_dict(body)
        network.head.load_state_dict(head)
        network.set_size(int(metadata["size"]))
        network.zoom = float(metadata["zoom"])
        network.normalise_by(json.loads(metadata.get(NORMALISATION, "null")))
    except UNREADABLE as error:
        raise damaged(path, error) from error
    return network


def restored_network(
    path: Path, model: dict[str, Any], tree: DecisionTree, dropout: float = 0.0
) -> GalaxyNetwork:
    """The network of a checkpoint, with the dropout of the stage that will train it.

    Raises InputError if the checkpoint does not match the config's `model` and `tree`.
    """
    checkpoint = load_checkpoint(path)
    checkpoint_model = checkpoint["model"]
    for key in ("backbone", "head", "output"):
        if checkpoint_model.get(key) != model[key]:
            raise InputError(
                f"{path} is of another network: its {key} is {checkpoint_model.get(key)}, and "
                f"model.{key} is {model[key]}; delete it, and the stage is redone"
            )
    if checkpoint["columns"] != list(tree.columns):
        raise InputError(
            f"{path} is of another decision tree, with the columns "
            f"{', '.join(checkpoint['columns'])}; delete it, and the stage is redone"
        )
    parts = model["backbone"], model["head"], model["output"]
    network = GalaxyNetwork(*parts, tree, dropout, checkpoint.get("bands", COLOURS))
    network.set_size(checkpoint["size"])
    network.zoom = checkpoint["zoom"]
    network.normalise_by(checkpoint.get("normalisation"))
    try:
        network.load_state_dict(checkpoint["weights"])
    except RuntimeError as error:
        raise InputError(
            f"{path} does not hold the weights of a {model['backbone']} as this version builds it; "
            "delete it, and the stage is redone"
        ) from error
    return network
