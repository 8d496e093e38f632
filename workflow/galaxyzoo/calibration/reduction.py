"""A network's features in 64 whole numbers for each galaxy, that keep which galaxies are near.

Features are first brought to length 1. The numbers are their components along the principal axes of
the galaxies of training, and last the length of what these axes leave out, by which galaxies that
are unlike all of training differ too.
"""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA

from galaxyzoo.calibration.familiarity import of_unit_length
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.handed_on import damaged

AXES = 63
LARGEST = 127  # of int8
ROOM = 1.5  # how far beyond those of training a number may be before it is cut off


class Reduction(NamedTuple):
    """How features (n, C) become numbers (n, axes + 1).

    `mean` (C,) and `axes` (axes, C) float32 are those of training galaxies, `left` is the mean
    length of what the axes leave out of these, and `step` the difference between two numbers.
    """

    mean: np.ndarray
    axes: np.ndarray
    left: float
    step: float

    def of(self, features: np.ndarray) -> np.ndarray:
        """Features (n, C) float32 as whole numbers (n, axes + 1) int8."""
        numbers = np.rint(self.unrounded(features) / self.step)
        return np.clip(numbers, -LARGEST, LARGEST).astype(np.int8)

    def unrounded(self, features: np.ndarray) -> np.ndarray:
        """The same before it is divided by the step and rounded, float32."""
        away = of_unit_length(features) - self.mean
        along = away @ self.axes.T
        left = np.square(away).sum(axis=1) - np.square(along).sum(axis=1)
        return np.column_stack([along, np.sqrt(np.maximum(left, 0)) - self.left])


def reduction_of(train: np.ndarray) -> Reduction:
    """The reduction by features (n, C) float32 of galaxies of training.

    Its axes are 63, or as many as the features or the galaxies allow.
    """
    features = of_unit_length(train)
    fitted = PCA(min(AXES, *features.shape), svd_solver="covariance_eigh")
    with np.errstate(invalid="ignore"):  # its shares of a variance of 0, if all are the same
        fitted.fit(features.astype(np.float64))
    mean, axes = (array.astype(np.float32) for array in (fitted.mean_, fitted.components_))
    raw = Reduction(mean, axes, 0.0, 1.0)
    left = float(raw.unrounded(train)[:, -1].mean())
    largest = float(np.abs(raw._replace(left=left).unrounded(train)).max())
    step = ROOM * largest / LARGEST
    return Reduction(mean, axes, left, step or 1.0)  # 1 if all are the same


def write_reduction(reduction: Reduction, path: Path) -> None:
    """Write a reduction for `read_reduction`, as NumPy's .npz."""
    with replaced(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, **reduction._asdict())


def read_reduction(path: Path) -> Reduction:
    """A reduction. Raises InputError if the file is damaged."""
    try:
        with np.load(path) as file:
            return Reduction(file["mean"], file["axes"], float(file["left"]), float(file["step"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise damaged(path, error) from error
