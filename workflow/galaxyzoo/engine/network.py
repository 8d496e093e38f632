"""A timm backbone under a head, its layers and layer groups, and freezing."""

import difflib
from collections.abc import Sequence

import timm
import torch
from timm.models import adapt_input_conv, group_parameters
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from galaxyzoo.engine.heads import HEADS
from galaxyzoo.engine.output_layers import OUTPUT_LAYERS
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

COLOURS = 3  # red, green and blue: the bands of a JPEG, and of pictures that backbones learnt from
Normalisation = dict[str, list[float]]  # `mean` and `std`


class GalaxyNetwork(nn.Module):
    """A network from pictures to the weighted answer probabilities of a decision tree.

    `forward` takes (N, bands, size, size) float32 in [0, 1], and returns (N, columns) float32: the
    probabilities or, if they are asked for, the head's `raw` outputs. `zoom` is that of the crop at
    which it looks at galaxies, `size_px` the picture's width. The body runs in `body_dtype` (with
    autocast unless that is float32). The head and the output layer
    always run in float32.
    """

    def __init__(
        self,
        backbone: str,
        head: str,
        output: str,
        tree: DecisionTree,
        dropout: float,
        bands: int = COLOURS,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.tree = tree
        self.bands = bands
        self.body = create_body(backbone, bands)
        self.size_px = self.body.pretrained_cfg["input_size"][-1]
        self.head = HEADS[head](self.body.num_features, len(tree.columns), dropout)
        self.output = OUTPUT_LAYERS[output]
        self.body_dtype = torch.float32
        self.zoom = 1.0
        self.normalisation: Normalisation | None = None
        for name in ("mean", "std"):
            values = by_band(self.body.pretrained_cfg[name], bands)
            self.register_buffer(name, values, persistent=False)

    def normalise_by(self, normalisation: Normalisation | None) -> None:
        """Normalise pictures with a given `mean` and `std` instead of the backbone's own.

        Each is three numbers, by colour.
        """
        self.normalisation = normalisation
        for name, values in (normalisation or {}).items():
            getattr(self, name).copy_(by_band(values, getattr(self, name).shape[1]))

    def set_size(self, size_px: int) -> None:
        """Take pictures of another size, resampling the position embeddings if there are any.

        Raises InputError if the body cannot.
        """
        own_size_px = self.body.pretrained_cfg["input_size"][-1]
        try:
            if self.body.pretrained_cfg.get("fixed_input_size") and size_px != self.size_px:
                self.body.set_input_size(img_size=size_px)
            self.body.eval()
            with torch.no_grad():
                self.features(torch.zeros(1, self.bands, size_px, size_px))
        except (AssertionError, AttributeError, RuntimeError, ValueError) as error:
            raise InputError(
                f"{self.backbone} cannot take pictures of {size_px} px ({error}); its default is "
                f"{own_size_px} px: change the stage's size"
            ) from error
        self.size_px = size_px

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """The body's features (N, C, ...), per position of a feature map or per patch.

        timm's bodies return (N, C, H, W), (N, H, W, C) or (N, tokens, C). Class tokens and other
        prefix tokens are left out.
        """
        features = self.body.forward_features(images)
        if features.dim() == 3:
            return features[:, getattr(self.body, "num_prefix_tokens", 0) :].transpose(1, 2)
        if getattr(self.body, "output_fmt", "NCHW") == "NHWC":
            return features.permute(0, 3, 1, 2)
        return features

    def forward(self, images: torch.Tensor, *, raw: bool = False) -> torch.Tensor:
        """Predict the answer probabilities, or the `raw` outputs, of a batch of pictures."""
        features = self.features_to_head(images)
        with torch.autocast(images.device.type, enabled=False):
            outputs = self.head(features)
            return outputs if raw else self.output.probabilities(outputs, self.tree)

    def features_to_head(self, images: torch.Tensor) -> torch.Tensor:
        """The features (N, C, ...) float32 of a batch of pictures, which the head is given."""
        images = (images - self.mean) / self.std
        with torch.autocast(
            images.device.type, self.body_dtype, enabled=self.body_dtype != torch.float32
        ):
            return self.features(images).float()


def by_band(by_colour: Sequence[float], bands: int) -> torch.Tensor:
    """Numbers by colour as (1, bands, 1, 1) float32; their mean for other than three bands."""
    values = torch.tensor(by_colour)
    if bands != COLOURS:
        values = values.mean().expand(bands).clone()
    return values.view(1, bands, 1, 1)


def create_body(backbone: str, bands: int = COLOURS) -> nn.Module:
    """A timm model of pictures with some bands, without its classifier, randomly initialised.

    Raises InputError if timm has no model of that name, listing the nearest names, or if the model
    cannot be built without its pooling.
    """
    if not timm.is_model(backbone):
        near = difflib.get_close_matches(backbone, timm.list_models(), n=5, cutoff=0.5)
        raise InputError(
            f"model.backbone: timm knows no model named {backbone!r}; "
            + (f"nearest: {', '.join(near)}" if near else "see timm.list_models()")
        )
    architecture, _, tag = backbone.partition(".")
    if tag and backbone not in (tagged := timm.list_pretrained(f"{architecture}.*")):
        raise InputError(
            f"model.backbone: timm has no weights {tag!r} of {architecture}; it has "
            f"{', '.join(tagged) or 'none'}"
        )
    try:
        return timm.create_model(backbone, num_classes=0, global_pool="", in_chans=bands)
    except AssertionError as error:
        raise InputError(
            f"model.backbone: {backbone} does not give its features unpooled ({error}), which the "
            "head needs; choose another"
        ) from error


def of_bands(state: dict[str, torch.Tensor], body: nn.Module, bands: int) -> None:
    """Change weights in place into those of a body for pictures with some bands, as timm does.

    From red, green and blue, a single band has the sum of their weights, and several have them in
    turn, scaled so that their sum stays about the same. Raises InputError if the weights are for
    another number of bands.
    """
    for name, expected in body.state_dict().items():
        if name not in state or state[name].shape == expected.shape:
            continue
        if state[name].dim() < 2 or state[name].shape[1] != COLOURS:
            raise InputError(
                f"model.weights: their {name} is {tuple(state[name].shape)}, and pictures of "
                f"{bands} bands need {tuple(expected.shape)}; begin with others, or with as many "
                "survey.own.bands"
            )
        state[name] = adapt_input_conv(bands, state[name])


def layer_groups(network: GalaxyNetwork) -> list[list[nn.Parameter]]:
    """Fastai's three groups: lower body, upper body, head.

    The body is split in half by timm's coarse groups: its own stages or, for a transformer, its
    blocks. If their number is odd, the lower half gets the extra one. For a ResNet, the halves are
    stem to layer2 and layer3 to layer4, as in fastai.
    """
    *stages, head = layers(network, coarse=True)
    half = (len(stages) + 1) // 2
    lower, upper = (
        [parameter for stage in part for parameter in stage]
        for part in (stages[:half], stages[half:])
    )
    return [lower, upper, head]


def layers(network: GalaxyNetwork, coarse: bool = False) -> list[list[nn.Parameter]]:
    """Parameters of each layer, lowest first and the head last, in timm's groups, block by block.

    With `coarse`, stage by stage if the body has stages of several blocks.
    """
    body = dict(network.body.named_parameters())
    groups = group_parameters(network.body, network.body.group_matcher(coarse=coarse))
    names = [groups[position] for position in sorted(groups)]
    return [[body[name] for name in group] for group in names] + [list(network.head.parameters())]


def freeze_body(network: GalaxyNetwork, but_last: int, batch_norm: bool) -> None:
    """Fastai's `freeze`: in the body but its last blocks, only batch normalisation stays trainable.

    With `batch_norm`, that is frozen there too. Blocks are counted as `layers` does. Raises
    InputError if there are no more blocks than are to be trained.
    """
    *blocks, _ = layers(network)
    if but_last >= len(blocks):
        raise InputError(
            f"the body of {network.backbone} has {len(blocks)} blocks, of which freeze: "
            f"{{but_last: {but_last}}} leaves none frozen; write a smaller number, or freeze: false"
        )
    trained = {id(p) for block in blocks[len(blocks) - but_last :] for p in block}
    for module in network.body.modules():
        trainable = isinstance(module, _BatchNorm) and not batch_norm
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(trainable or id(parameter) in trained)


def freeze_statistics(network: GalaxyNetwork) -> None:
    """Let the body's batch normalisation keep and use its statistics, until `train` is called."""
    for module in network.body.modules():
        if isinstance(module, _BatchNorm):
            module.eval()
