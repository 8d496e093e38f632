"""Which parts of a picture an answer depends on: how its probability falls if one is hidden."""

import numpy as np
import pandas as pd
import torch
from captum.attr import Occlusion

from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.transforms import middle, resize
from galaxyzoo.foundation.progress import progress
from galaxyzoo.tree.decision_tree import DecisionTree

WINDOWS_ACROSS = 8  # a window is 1/8 of the picture wide, and moves in steps of half that
HIDDEN_AT_ONCE = 32


def telling_answers(shown: np.ndarray, predicted: np.ndarray, tree: DecisionTree) -> list[int]:
    """For each galaxy, the position of its most distinctive answer.

    `shown` (n, columns) are the predictions for these galaxies, `predicted` (N, columns) those for
    all galaxies. Of the answers in the network's sentence, it is the one farthest above its mean.
    """
    above = shown - predicted.mean(axis=0)
    paths = [tree.favourite_path(row) for row in shown]
    return [path[int(np.argmax(row[path]))] for row, path in zip(above, paths, strict=True)]


def occlusion_maps(
    network: GalaxyNetwork, crops: np.ndarray, answers: list[int], device: torch.device
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far each galaxy's answer falls when parts of its picture are replaced by its own sky.

    `crops` is (n, s, s, bands) uint8; `answers` gives a column's position for each. Returns the
    pictures as the network sees them (n, size, size, bands) uint8, the network's probability of the
    answer (n,), and the fall in this probability (n, size, size). At each pixel, the fall is the
    mean over the windows that hide it (Zeiler & Fergus 2014, by captum). It is above 0 where the
    answer depends on what is there, and below 0 where that is evidence against it. Uses a single
    view, without test-time augmentation. Works for any network, since it needs no gradients.
    """
    network.to(device, memory_format=torch.channels_last).eval()
    occlusion = Occlusion(lambda images: network(images).clamp(0, 1))
    window, step = window_and_step_px(network.size_px)
    whole = resize(torch.from_numpy(crops), network.size_px, network.zoom)
    pictures = middle(whole, network.size_px)
    falls, probabilities = [], []
    galaxies = zip(pictures, answers, strict=True)
    for picture, answer in progress(galaxies, len(answers), "attribution", "galaxies"):
        image = picture[None].to(device)
        with torch.no_grad():
            probabilities.append(network(image).clamp(0, 1)[0, answer].item())
            fall = occlusion.attribute(
                image,
                (network.bands, window, window),
                strides=(network.bands, step, step),
                baselines=sky(image),
                target=answer,
                perturbations_per_eval=HIDDEN_AT_ONCE,
            )
        falls.append(fall[0, 0].cpu().numpy())
    packed = (255 * pictures).round().to(torch.uint8).permute(0, 2, 3, 1)
    return packed.numpy(), np.array(probabilities), np.stack(falls)


def window_and_step_px(size_px: int) -> tuple[int, int]:
    """Width of the hidden window and its step, for a picture `size_px` pixels wide."""
    step_px = max(1, size_px // (2 * WINDOWS_ACROSS))
    return 2 * step_px, step_px


def sky(image: torch.Tensor) -> torch.Tensor:
    """A picture (1, bands, size, size) of sky alone: the median colour of the edge of `image`."""
    edge = torch.cat([image[..., 0, :], image[..., -1, :], image[..., 0], image[..., -1]], dim=-1)
    colour, _ = edge.median(dim=-1)
    return colour[..., None, None].expand_as(image)


def attribution_table(galaxies: pd.DataFrame, falls: np.ndarray) -> pd.DataFrame:
    """The maps as a table: one row per galaxy and position, with the galaxy's row of `galaxies`.

    `falls` is (n, size, size). A position is a block as wide as the windows' step, within which a
    map is constant. `x` and `y` are its centre, in picture widths from the upper left corner.
    """
    size_px = falls.shape[-1]
    step_px = window_and_step_px(size_px)[1]
    first = np.arange(0, size_px, step_px)
    middles = (first + np.minimum(first + step_px, size_px)) / 2 / size_px
    y, x = (places.ravel() for places in np.meshgrid(first, first, indexing="ij"))
    down, right = (places.ravel() for places in np.meshgrid(middles, middles, indexing="ij"))
    tables = [
        pd.DataFrame(
            {
                "x": right,
                "y": down,
                "fall": fall[y, x],
            }
        )
        for fall in falls
    ]
    repeated = galaxies.loc[galaxies.index.repeat(x.size)].reset_index(drop=True)
    return pd.concat([repeated, pd.concat(tables, ignore_index=True)], axis=1)
