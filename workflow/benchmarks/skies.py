"""How near the simulated sky is to a real survey: labels, their correlations, and centres.

    PYTHONPATH=workflow python -m benchmarks.skies FOLDER

prints summary numbers, nothing of a real picture or a real galaxy's votes. FOLDER has a survey in
Kaggle's layout: training images, labels and, if only some galaxies are a fair sample, an
unbiased.csv.
"""

import io
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy.ndimage import gaussian_filter

from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.simulation.survey import simulate_labels, simulate_picture
from galaxyzoo.simulation.votes import TREE
from galaxyzoo.surveys import layout
from galaxyzoo.surveys.labels import read_fair_ids, read_labels

SEED, VOLUNTEERS = 2013, 40
GALAXIES, PICTURES = 6000, 800
QUANTILES = (0.5, 0.75, 0.9)
FARTHEST = 10
SMOOTHING_PX = 4
REACH_PX = 60  # from the picture's middle; a peak farther away belongs to something else


def compare(folder: Path) -> None:
    """Print summary numbers of the simulated sky and of the survey in a folder."""
    files = layout.find(folder)
    real = read_labels(Path(files.labels), TREE)
    if files.fair_ids:
        real = real[real.index.isin(read_fair_ids(Path(files.fair_ids)))]
    label = partial(simulate_labels, volunteers=VOLUNTEERS, seed=SEED)
    simulated = np.stack([label(galaxy)[0] for galaxy in range(GALAXIES)])
    voted = real[list(TREE.columns)].to_numpy()
    print(f"{len(real)} real galaxies, {GALAXIES} simulated")
    print(label_differences(simulated, voted).round(3).to_string())
    print(farthest_correlations(simulated, voted, TREE.columns).round(2).to_string(index=False))
    images = GalaxyImages(Path(files.training_images), pictures_of_survey({"source": "files"}))
    for name, pictures in (
        ("real", map(images.read, real.index[:PICTURES])),
        ("simulated", (simulate_picture(galaxy, seed=SEED) for galaxy in range(PICTURES))),
    ):
        offsets = centre_offsets(pictures)
        away = np.quantile(np.hypot(*offsets.T), QUANTILES).round(1)
        print(
            f"{name}: centres off by {away} px at quantiles {QUANTILES}, medians right and down "
            f"{np.median(offsets, axis=0)} px"
        )


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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give a folder with a survey in Kaggle's layout")
    try:
        compare(Path(sys.argv[1]))
    except InputError as error:
        sys.exit(f"Error: {error}")
