"""Test-time augmentation: predictions averaged over many views of each galaxy."""

from collections.abc import Sequence

import numpy as np
import torch

from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.read_ahead import in_batches, read_ahead
from galaxyzoo.engine.transforms import resize, warp
from galaxyzoo.engine.votes import dispersion
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import progress


def counts_of_views(views: int) -> list[int]:
    """Numbers of views to average over, for comparison: 1, 2, 4, 8 ... and all `views`."""
    return sorted({2**i for i in range(views.bit_length()) if 2**i <= views} | {views})


def ready(network: GalaxyNetwork, device: torch.device) -> GalaxyNetwork:
    """The network on a device, in channels-last memory, set to predict."""
    return network.to(device, memory_format=torch.channels_last).eval()


@torch.no_grad()
def predict_views(
    network: GalaxyNetwork,
    pixels: np.ndarray | torch.Tensor,
    maps: np.ndarray,
    device: torch.device,
) -> torch.Tensor:
    """Predict some galaxies in each view: (views, n, columns) float32 in [0, 1], on the device.

    `pixels` (n, s, s, bands) uint8 are crops. They are resized to the size and the zoom that the
    network was last trained at. `maps` (views, 2, 3) are the affine maps of the views. The network
    is `ready`. Raises InputError if a prediction is not finite.
    """
    crops = torch.as_tensor(pixels).to(device, non_blocking=True)
    images = resize(crops, network.size_px, network.zoom)
    on_device = torch.from_numpy(maps).to(device, non_blocking=True)
    predictions = torch.stack(
        [network(warp(images, one[None], network.size_px)) for one in on_device]
    )
    if not predictions.isfinite().all():
        raise InputError(
            "the network predicts values that are not finite: it has learnt nothing; delete "
            "its last checkpoint, and lower the lr of its stages"
        )
    return predictions.clamp(0, 1)


@torch.no_grad()
def predicted_dispersion(
    network: GalaxyNetwork,
    crops: np.ndarray,
    rows: np.ndarray,
    view: np.ndarray,
    batch_size: int,
    device: torch.device,
) -> np.ndarray:
    """How unsure a network that learnt votes is of each question: (rows, questions) float64.

    It is that of `votes.dispersion`, in one `view` (1, 2, 3) of each galaxy. The other arguments
    are those of `predict_by_views`.
    """
    on_device = torch.from_numpy(view).to(device)
    ready(network, device)
    parts = []
    for pixels in read_ahead(crops, in_batches(rows, batch_size), device):
        images = resize(pixels.to(device, non_blocking=True), network.size_px, network.zoom)
        images = warp(images, on_device, network.size_px)
        parts.append(dispersion(network(images, raw=True), network.tree).cpu().numpy())
    return np.concatenate(parts)


def predict_by_views(
    network: GalaxyNetwork,
    crops: np.ndarray,
    rows: np.ndarray,
    maps: np.ndarray,
    counts: Sequence[int],
    batch_size: int,
    device: torch.device,
) -> list[np.ndarray]:
    """Predict the galaxies in the given `rows` of the packed crops (N, s, s, bands) uint8.

    `maps` (views, 2, 3) are the affine maps of the views. Returns, for each of the `counts`, the
    mean over that many views, from the first on: an array (rows, columns)
    that satisfies the sum constraints of the network's tree. Raises InputError if a prediction is
    not finite. Only a batch of pictures, and those that are read ahead, are in memory at a time.
    """
    tree = ready(network, device).tree
    means = [np.empty((len(rows), len(tree.columns)), np.float32) for _ in counts]
    batches = in_batches(rows, batch_size)
    ahead = read_ahead(crops, batches, device)
    told = progress(ahead, total=len(batches), desc="predict", unit="batches")
    for number, pixels in enumerate(told):
        batch = slice(number * batch_size, (number + 1) * batch_size)
        predictions = predict_views(network, pixels, maps, device)
        for mean, count in zip(means, counts, strict=True):
            mean[batch] = predictions[:count].mean(dim=0).cpu().numpy()
    return [tree.nearest_consistent(mean) for mean in means]
