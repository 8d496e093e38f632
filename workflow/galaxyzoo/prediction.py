"""Test-time augmentation: what a network says of a galaxy, averaged over many views of it."""

import numpy as np
import torch

from galaxyzoo.models import GalaxyNetwork
from galaxyzoo.progress import progress
from galaxyzoo.warp import resize, warp


@torch.no_grad()
def predict(
    network: GalaxyNetwork,
    crops: np.ndarray,
    rows: np.ndarray,
    maps: np.ndarray,
    batch_size: int,
    device: torch.device,
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the galaxies in some `rows` of the packed crops (N, s, s, 3) uint8.

    They are resized to the size that the network was last trained at.
    `maps` (views, 2, 3) are those of the views, the untouched picture first. Returns two arrays
    (rows, columns) that meet the sums of the network's tree: from the first view alone, and from
    the mean of all. Only one batch of pictures is in memory at a time.
    """
    tree = network.tree
    network.to(device, memory_format=torch.channels_last).eval()
    views = torch.from_numpy(maps).to(device)
    single = np.empty((len(rows), len(tree.columns)), np.float32)
    mean = np.empty_like(single)
    starts = range(0, len(rows), batch_size)
    for start in progress(starts, total=len(starts), desc="predict", unit="batches"):
        batch = slice(start, start + batch_size)
        images = resize(crops[rows[batch]], network.size_px).to(device)
        predictions = torch.stack([network(warp(images, view[None])).clamp(0, 1) for view in views])
        single[batch] = predictions[0].cpu().numpy()
        mean[batch] = predictions.mean(dim=0).cpu().numpy()
    return tree.nearest_consistent(single), tree.nearest_consistent(mean)
