"""A timm backbone under fastai's head, its layer groups, and what freezing means."""

import difflib

import timm
import torch
from timm.models import group_parameters
from torch import nn

from galaxyzoo.decision_tree import GALAXY_ZOO_2
from galaxyzoo.errors import InputError
from galaxyzoo.output_layers import OUTPUT_LAYERS

HIDDEN_FEATURES = 512


class ConcatPool(nn.Module):
    """fastai's AdaptiveConcatPool2d: (N, C, H, W) to (N, 2C), maximum then average."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Pool a feature map."""
        return torch.cat([features.amax(dim=(2, 3)), features.mean(dim=(2, 3))], dim=1)


def fastai_head(features: int, outputs: int, dropout: float) -> nn.Sequential:
    """Fastai's `create_head`: (N, features, H, W) to (N, outputs), linear layers kaiming normal."""
    head = nn.Sequential(
        ConcatPool(),
        nn.BatchNorm1d(2 * features),
        nn.Dropout(dropout / 2),
        nn.Linear(2 * features, HIDDEN_FEATURES),
        nn.ReLU(),
        nn.BatchNorm1d(HIDDEN_FEATURES),
        nn.Dropout(dropout),
        nn.Linear(HIDDEN_FEATURES, outputs),
    )
    for layer in head:
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight)
            nn.init.zeros_(layer.bias)
    return head


def start_at(head: nn.Sequential, raw: torch.Tensor) -> None:
    """Make a new head give about the same `raw` outputs (37,) for any galaxy, to learn from there.

    As fastai leaves it, it gives large random ones, and the first epochs are spent unlearning them.
    """
    with torch.no_grad():
        head[-1].weight.mul_(0.1)
        head[-1].bias.copy_(raw)


class GalaxyNetwork(nn.Module):
    """From pictures to weighted answer probabilities.

    `forward` takes (N, 3, size, size) float32 in [0, 1] and returns (N, 37) float32. The body runs
    in `body_dtype` (autocast where it is not float32), head and output layer always in float32.
    """

    def __init__(self, backbone: str, output: str, dropout: float) -> None:
        super().__init__()
        self.body = create_body(backbone)
        self.head = fastai_head(self.body.num_features, len(GALAXY_ZOO_2.columns), dropout)
        self.output = OUTPUT_LAYERS[output]
        self.body_dtype = torch.float32
        for name in ("mean", "std"):
            values = torch.tensor(self.body.pretrained_cfg[name]).view(1, 3, 1, 1)
            self.register_buffer(name, values, persistent=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Predict the answer probabilities of a batch of pictures."""
        images = (images - self.mean) / self.std
        with torch.autocast(
            images.device.type, self.body_dtype, enabled=self.body_dtype != torch.float32
        ):
            features = self.body.forward_features(images)
        with torch.autocast(images.device.type, enabled=False):
            return self.output(self.head(features.float()), GALAXY_ZOO_2)


def create_body(backbone: str) -> nn.Module:
    """A timm model without its classifier, randomly initialised.

    Raises InputError with the nearest spellings where timm knows no model of that name.
    """
    if not timm.is_model(backbone):
        near = difflib.get_close_matches(backbone, timm.list_models(), n=5, cutoff=0.5)
        raise InputError(
            f"model.backbone: timm knows no model named {backbone!r}; "
            + (f"nearest: {', '.join(near)}" if near else "see timm.list_models()")
        )
    return timm.create_model(backbone, num_classes=0, global_pool="")


def layer_groups(network: GalaxyNetwork) -> list[list[nn.Parameter]]:
    """Fastai's three groups: lower body, upper body, head.

    The body is cut in half by its own stages (timm's coarse groups), the lower half taking the
    odd one: for a ResNet, stem to layer2 and layer3 to layer4, as fastai does.
    """
    body = dict(network.body.named_parameters())
    stages = group_parameters(network.body, network.body.group_matcher(coarse=True))
    half = (len(stages) + 1) // 2
    lower, upper = (
        [body[name] for stage in part for name in stages[stage]]
        for part in (sorted(stages)[:half], sorted(stages)[half:])
    )
    return [lower, upper, list(network.head.parameters())]


def freeze_body(network: GalaxyNetwork) -> None:
    """Fastai's `freeze`: of the body, only batch normalisation goes on learning."""
    for module in network.body.modules():
        trainable = isinstance(module, nn.modules.batchnorm._BatchNorm)
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(trainable)
