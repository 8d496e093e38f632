"""Which places of a picture an answer hangs on: how its probability falls where one is hidden."""

import numpy as np
import pandas as pd
import torch
from captum.attr import Occlusion

from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.transforms import resize
from galaxyzoo.foundation.progress import progress
from galaxyzoo.tree.decision_tree import DecisionTree

WINDOWS_ACROSS = 8  # a window is an eighth of the picture wide, and steps by half of that
HIDDEN_AT_ONCE = 32


def telling_answers(shown: np.ndarray, predicted: np.ndarray, tree: DecisionTree) -> list[int]:
    """For each galaxy, the position of the answer that sets it apart most.

    `shown` (n, columns) are the predictions of these galaxies, `predicted` (N, columns) those of
    all: of the answers that the network's sentence tells, the one that is farthest above its mean.
    """
    above = shown - predicted.mean(axis=0)
    paths = [tree.favourite_path(row) for row in shown]
    return [path[int(np.argmax(row[path]))] for row, path in zip(above, paths, strict=True)]


def occlusion_maps(
    network: GalaxyNetwork, crops: np.ndarray, answers: list[int], device: torch.device
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How much each galaxy's answer loses where its picture is hidden behind a patch of its sky.

    `crops` is (n, s, s, 3) uint8, `answers` a column for each. Returns the pictures as the network
    sees them (n, size, size, 3) uint8; its probability of the answer (n,); and by how much this
    falls, (n, size, size), at each pixel the mean over the windows that hide it (Zeiler & Fergus
    2014, by captum): above 0 where the answer hangs on what is there, below where that speaks
    against it. One view, nothing averaged; any network will do, since no gradient is taken.
    """
    network.to(device, memory_format=torch.channels_last).eval()
    occlusion = Occlusion(lambda images: network(images).clamp(0, 1))
    window, step = window_and_step_px(network.size_px)
    pictures = resize(crops, network.size_px)
    falls, probabilities = [], []
    galaxies = zip(pictures, answers, strict=True)
    for picture, answer in progress(galaxies, len(answers), "attribution", "galaxies"):
        image = (picture[None].float() / 255).to(device)
        with torch.no_grad():
            probabilities.append(network(image).clamp(0, 1)[0, answer].item())
            fall = occlusion.attribute(
                image,
                (3, window, window),
                strides=(3, step, step),
                baselines=sky(image),
                target=answer,
                perturbations_per_eval=HIDDEN_AT_ONCE,
            )
        falls.append(fall[0, 0].cpu().numpy())
    return pictures.permute(0, 2, 3, 1).numpy(), np.array(probabilities), np.stack(falls)


def window_and_step_px(size_px: int) -> tuple[int, int]:
    """How wide the hidden window is in a picture of so many pixels, and how far it steps."""
    step_px = max(1, size_px // (2 * WINDOWS_ACROSS))
    return 2 * step_px, step_px


def sky(image: torch.Tensor) -> torch.Tensor:
    """A picture (1, 3, size, size) of nothing but sky: the median colour of the edge of one."""
    edge = torch.cat([image[..., 0, :], image[..., -1, :], image[..., 0], image[..., -1]], dim=-1)
    colour, _ = edge.median(dim=-1)
    return colour[..., None, None].expand_as(image)


def attribution_table(galaxies: pd.DataFrame, falls: np.ndarray) -> pd.DataFrame:
    """The maps as a table: a row for each galaxy and place, `galaxies` repeated for each.

    `falls` is (n, size, size); a place is a block as wide as the windows' steps, in which a map
    does not vary. `x` and `y` are its middle, in widths of the picture from its upper left corner.
    """
    size_px = falls.shape[-1]
    step_px = window_and_step_px(size_px)[1]
    middles = np.arange(step_px // 2, size_px, step_px)
    y, x = np.meshgrid(middles, middles, indexing="ij")
    tables = [
        pd.DataFrame(
            {
                "x": (x.ravel() + 0.5) / size_px,
                "y": (y.ravel() + 0.5) / size_px,
                "fall": fall[y.ravel(), x.ravel()],
            }
        )
        for fall in falls
    ]
    repeated = galaxies.loc[galaxies.index.repeat(x.size)].reset_index(drop=True)
    return pd.concat([repeated, pd.concat(tables, ignore_index=True)], axis=1)
