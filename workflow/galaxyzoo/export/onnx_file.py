"""An ensemble as one ONNX file, from crops to probabilities, for runtimes that know no PyTorch."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.transforms import sampled_places, wide_px
from galaxyzoo.foundation.atomic_files import replaced

INPUT = "crops"
OUTPUTS = ("bag", "networks", "features")
OPSET = 20


class ExportedEnsemble(nn.Module):
    """What an ensemble predicts of crops in all its views, with what comes before it.

    From crops (N, size, size, bands) uint8, as wide as the widest that a network sees, to `bag`
    (N, columns), the mean over all networks, `networks` (N, networks, columns), each one's mean
    over its views, and `features` (N, C) of the first network in its first view, all float32.
    Probabilities are in [0, 1], and not yet projected onto the tree.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(member.network for member in members)
        self.crops_px = [member.crop_px for member in members]
        self.size_px = max(self.crops_px)
        self.bands = members[0].network.bands
        self.register_buffer("shares", torch.tensor([member.share for member in members])[:, None])
        for i, member in enumerate(members):
            wide = wide_px(member.network.size_px, member.network.zoom)
            self.register_buffer(f"rows_{i}", resizing(member.crop_px, wide))
            maps = torch.from_numpy(member.maps)
            places = sampled_places(maps, member.network.size_px, wide)
            self.register_buffer(f"places_{i}", places)

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The bag, each network's probabilities, and the first network's features."""
        images = crops.permute(0, 3, 1, 2)
        predictions, features = [], []
        for i, (network, crop_px) in enumerate(zip(self.networks, self.crops_px, strict=True)):
            first = (self.size_px - crop_px) // 2
            part = images[:, :, first : first + crop_px, first : first + crop_px]
            rows = getattr(self, f"rows_{i}")
            if len(rows) != crop_px:
                resized = rows @ (part.float() @ rows.T)  # in this order, as torch does
                part = resized.round().clamp(0, 255).to(torch.uint8)
            seen = (all_views(part, getattr(self, f"places_{i}")) - network.mean) / network.std
            found = network.features(seen)
            raw = network.head(found)
            probabilities = network.output.probabilities(raw, network.tree).clamp(0, 1)
            views = len(getattr(self, f"places_{i}"))
            predictions.append(probabilities.unflatten(0, (-1, views)).mean(dim=1))
            pooled = found.mean(dim=tuple(range(2, found.dim())))
            features.append(pooled.unflatten(0, (-1, views))[:, 0])
        each = torch.stack(predictions, dim=1)
        return (each * self.shares).sum(dim=1), each, features[0]


def all_views(images: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Pictures (N, bands, wide, wide) uint8 sampled at places (views, size, size, 2).

    As `transforms.warp` samples them. Returns (N * views, bands, size, size) float32 in [0, 1].
    """
    repeated = (images.float() / 255)[:, None].expand(-1, len(places), -1, -1, -1).flatten(0, 1)
    galaxies = images.shape[0]  # of any number in the file: len() would write down the example's
    each = places[None].expand(galaxies, -1, -1, -1, -1).flatten(0, 1)
    return functional.grid_sample(repeated, each, padding_mode="reflection", align_corners=False)


def resizing(old_px: int, new_px: int) -> torch.Tensor:
    """The matrix (new, old) float32 by which `transforms.resize` resizes along one side.

    Its resizing is linear and the same along both sides, and a matrix is the same to every runtime.
    """
    if old_px == new_px:
        return torch.eye(old_px)
    return functional.interpolate(
        torch.eye(old_px)[None, None],
        (new_px, old_px),
        mode="bilinear",
        antialias=True,
        align_corners=False,
    )[0, 0]


def named_weights(members: Sequence[Member]) -> dict[str, torch.Tensor]:
    """The weights of all networks, each under the name of its network."""
    return {
        f"{member.name}.{name}": value
        for member in members
        for name, value in member.network.state_dict().items()
    }


def write_onnx(ensemble: ExportedEnsemble, path: Path) -> None:
    """Write an ensemble as ONNX, for any number of galaxies at a time."""
    ensemble.eval()
    size_px = ensemble.size_px
    crops = torch.zeros(2, size_px, size_px, ensemble.bands, dtype=torch.uint8)
    with torch.no_grad(), replaced(path) as unfinished:
        program = torch.onnx.export(
            ensemble,
            (crops,),
            dynamo=True,
            external_data=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim("galaxies")},),
            opset_version=OPSET,
            verbose=False,
        )
        program.save(unfinished, external_data=False)
