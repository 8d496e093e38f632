"""A network's features of galaxies, taken on their way from the body to the head."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.heads import AveragePool
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.prediction import predict_views, ready
from galaxyzoo.engine.read_ahead import in_batches, read_ahead
from galaxyzoo.foundation.progress import progress


@contextmanager
def collected(network: GalaxyNetwork) -> Iterator[list[torch.Tensor]]:
    """The features (n, C) float32 of each batch that goes through the network meanwhile.

    They are the mean over all places of the body's feature map.
    """
    batches: list[torch.Tensor] = []

    pool = AveragePool()

    def keep(head: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
        batches.append(pool(inputs[0].float()))

    hook = network.head.register_forward_pre_hook(keep)
    try:
        yield batches
    finally:
        hook.remove()


def features_of(
    network: GalaxyNetwork,
    crops: np.ndarray,
    rows: np.ndarray,
    batch_size: int,
    device: torch.device,
) -> np.ndarray:
    """Features (rows, C) float32 of some rows of crops (N, s, s, bands), in the first view."""
    ready(network, device)
    batches = in_batches(rows, batch_size)
    ahead = read_ahead(crops, batches, device)
    with collected(network) as features:
        for pixels in progress(ahead, total=len(batches), desc="features", unit="batches"):
            predict_views(network, pixels, first_view(), device)
            features[-1] = features[-1].cpu()
    return torch.cat(features).numpy()
