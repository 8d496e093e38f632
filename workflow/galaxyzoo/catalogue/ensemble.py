"""Galaxies predicted by all networks of an ensemble together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch

from galaxyzoo.calibration.photometry import measured
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.pooled_features import collected
from galaxyzoo.engine.prediction import predict_views


class Predicted(NamedTuple):
    """What an ensemble says of n galaxies whose pictures can be used.

    `probabilities` (n, columns) float64 are the ensemble's mean. `between_networks` and
    `between_views` (n,) are the root mean square over the columns of the standard deviation between
    networks and, in their mean, between a network's views. `light` is what `photometry.measured`
    returns, `features` (n, C) float32 are the first network's.
    """

    probabilities: np.ndarray
    between_networks: np.ndarray
    between_views: np.ndarray
    light: pd.DataFrame
    features: np.ndarray


def needed(members: Sequence[Member]) -> list[Member]:
    """The members with a share of the mean, and always the first.

    A catalogue compares its features with the first network's of the training galaxies.
    """
    first, *others = members
    return [first, *(member for member in others if member.share)]


def predict_together(
    pixels: np.ndarray, members: Sequence[Member], device: torch.device
) -> Predicted:
    """What the `members`, all `ready`, predict of pictures (n, size, size, bands) uint8.

    Each network sees the middle of them that is as wide as its own crop.
    """
    means, spreads, shares = [], [], [member.share for member in members]
    with collected(members[0].network) as features:
        for member in members:
            crops = middle_of(pixels, member.crop_px)
            views = predict_views(member.network, crops, member.maps, device)
            tree = member.network.tree
            means.append(tree.nearest_consistent(views.mean(dim=0).cpu().numpy()))
            spreads.append(views.var(dim=0, correction=0).mean(dim=1).cpu().numpy())
    crops = middle_of(pixels, members[0].crop_px)
    together = np.average(means, axis=0, weights=shares)
    apart = np.average((np.stack(means) - together) ** 2, axis=0, weights=shares)
    return Predicted(
        together,
        np.sqrt(apart.mean(axis=1)),
        np.sqrt(np.average(spreads, axis=0, weights=shares)),
        measured(crops, np.arange(len(crops))),
        features[0].cpu().numpy(),
    )


def middle_of(pixels: np.ndarray, size_px: int) -> np.ndarray:
    """The central `size_px` of pictures, with margins as `pictures.fitted` has them."""
    first = (pixels.shape[1] - size_px) // 2
    part = slice(first, first + size_px)
    return np.ascontiguousarray(pixels[:, part, part])
