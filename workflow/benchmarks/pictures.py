"""Pictures and labels for the benchmarks, repeated as often as needed.

The pictures come from the simulated survey or, if the environment variable PICTURES names a zip of
JPEGs, from that zip. The labels are always simulated.
"""

import io
import os
from functools import cache
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import pandas as pd
from PIL import Image

from galaxyzoo.simulation.survey import simulate_labels, simulate_picture
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

DIFFERENT = 64
SEED = 2013


@cache
def jpegs() -> list[bytes]:
    """Some pictures of 424 px, as JPEG files."""
    if path := os.environ.get("PICTURES"):
        with ZipFile(path) as file:
            names = [name for name in file.namelist() if name.endswith(".jpg")]
            return [file.read(name) for name in names[:DIFFERENT]]
    return [simulate_picture(index, seed=SEED) for index in range(DIFFERENT)]


@cache
def some_labels() -> np.ndarray:
    """The labels of the pictures, (different, 37) float64."""
    return np.stack(
        [simulate_labels(index, volunteers=40, seed=SEED)[0] for index in range(DIFFERENT)]
    )


def crops_and_labels(galaxies: int, size_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Central crops of 224 px resized to (galaxies, size, size, 3) uint8, and their labels."""
    crops = []
    for jpeg in jpegs():
        middle = Image.open(io.BytesIO(jpeg)).crop((100, 100, 324, 324))
        crops.append(np.asarray(middle.resize((size_px, size_px), Image.Resampling.LANCZOS)))
    order = np.arange(galaxies) % DIFFERENT
    return np.stack(crops)[order], some_labels()[order]


def write_zip(path: Path, galaxies: int) -> pd.DataFrame:
    """Write a zip of `galaxies` pictures in Kaggle's layout; return their labels by GalaxyID."""
    ids = 100_000 + np.arange(galaxies)
    with ZipFile(path, "w", ZIP_STORED) as file:
        for i, galaxy in enumerate(ids):
            file.writestr(f"images_training_rev1/{galaxy}.jpg", jpegs()[i % DIFFERENT])
    labels = some_labels()[np.arange(galaxies) % DIFFERENT]
    index = pd.Index(ids, name="GalaxyID")
    return pd.DataFrame(labels, index=index, columns=tree_from(QUESTIONS).columns)
