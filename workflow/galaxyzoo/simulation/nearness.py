"""How near the simulated sky is to a real survey: labels, their correlations, and centres.

Only summary numbers come out: nothing of a real picture or a real galaxy's votes.
"""

import io
from collections.abc import Iterable

import numpy as np
import pandas as pd
from PIL import Image
from scipy.ndimage import gaussian_filter

SMOOTHING_PX = 4
REACH_PX = 60  # from the picture's middle; a peak farther away belongs to something else
FARTHEST = 10


def label_differences(simulated: np.ndarray, real: np.ndarray) -> pd.Series:
    """Summary numbers of two sets of labels (N, columns): means, spreads, all correlations.

    A spread is a standard deviation over galaxies. Each number is over columns, or over pairs of
    different columns.
    """
    pairs = np.triu_indices(real.shape[1], 1)
    ours, theirs = (np.corrcoef(labels.T)[pairs] for labels in (simulated, real))
    spreads = simulated.std(axis=0) / real.std(axis=0)
    return pd.Series(
        {
            "largest difference of a mean": np.abs(
                simulated.mean(axis=0) - real.mean(axis=0)
            ).max(),
            "root mean square spread, simulated": np.sqrt(simulated.var(axis=0).mean()),
            "root mean square spread, real": np.sqrt(real.var(axis=0).mean()),
            "median ratio of spreads": np.median(spreads),
            "root mean square difference of correlations": np.sqrt(np.mean((ours - theirs) ** 2)),
            "largest difference of a correlation": np.abs(ours - theirs).max(),
            "correlation of correlations": np.corrcoef(ours, theirs)[0, 1],
        }
    )


def farthest_correlations(
    simulated: np.ndarray, real: np.ndarray, columns: tuple[str, ...]
) -> pd.DataFrame:
    """The pairs of columns whose correlations differ most: one, other, simulated, real."""
    i, j = np.triu_indices(real.shape[1], 1)
    ours, theirs = (np.corrcoef(labels.T)[i, j] for labels in (simulated, real))
    names = np.array(columns)
    table = pd.DataFrame({"one": names[i], "other": names[j], "simulated": ours, "real": theirs})
    order = np.argsort(-np.abs(ours - theirs), kind="stable")
    return table.iloc[order[:FARTHEST]].reset_index(drop=True)


def centre_offsets(pictures: Iterable[bytes]) -> np.ndarray:
    """How far the brightest place lies from the middle of each picture (JPEG): (N, 2) px.

    Right and down. The place is found in the summed colours, smoothed over a few pixels.
    """
    offsets = []
    for picture in pictures:
        light = np.asarray(Image.open(io.BytesIO(picture)), float).sum(axis=2)
        middle = np.array(light.shape) // 2
        near = gaussian_filter(light, SMOOTHING_PX)[
            middle[0] - REACH_PX : middle[0] + REACH_PX, middle[1] - REACH_PX : middle[1] + REACH_PX
        ]
        down, right = np.unravel_index(near.argmax(), near.shape)
        offsets.append((right - REACH_PX + 0.5, down - REACH_PX + 0.5))
    return np.array(offsets)
