"""How much a galaxy resembles those of training: in a network's features, light, size and place.

The limits are those within which nearly all validation galaxies are. Beyond them a prediction is a
guess about something that the network has hardly seen.
"""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.covariance import LedoitWolf

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged

BEYOND_PERCENT = 1.0  # of validation galaxies, beyond each limit

LIGHT, PLACE, SIZE, FEATURES = (
    *("central_brightness", "offset_px", "half_light_radius_px"),
    "feature_distance",
)
RED, BLUE = "red_share", "blue_share"


class Reference(NamedTuple):
    """A description of the galaxies of training.

    `mean` (C,) and `precision` (C, C) float32 are those of a network's features, each galaxy's of
    length 1; `limits` are the lowest and highest value of each property.
    """

    mean: np.ndarray
    precision: np.ndarray
    limits: dict[str, tuple[float, float]]

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Mahalanobis distances (n,) of features (n, C), over the root of their number C.

        Galaxies of training are at about 1 (Lee et al. 2018, NeurIPS 31, use it to find what is
        unlike them). Features are first brought to length 1 (Mueller & Hein 2025, ICML): those of
        an empty picture are small, and would else be near the mean.
        """
        away = of_unit_length(features) - self.mean
        squared = np.einsum("nc,nc->n", away @ self.precision, away)
        return np.sqrt(np.maximum(squared, 0) / features.shape[1])

    def is_beyond(self, name: str, values: np.ndarray) -> np.ndarray:
        """Whether values (n,) of a property are outside its limits, or not finite."""
        low, high = self.limits[name]
        return ~((values >= low) & (values <= high))


def reference_of(train: np.ndarray, valid: np.ndarray, measured: pd.DataFrame) -> Reference:
    """A description of the galaxies of training, from features (n, C) and (m, C) float32.

    `measured` (m rows) is what `photometry.measured` returns of the validation galaxies, which set
    the limits. The covariance is shrunk as Ledoit & Wolf (2004, Journal of Multivariate Analysis
    88, 365) do. Raises InputError if there are no validation galaxies.
    """
    if not len(valid):
        raise InputError(
            "validation: 0 leaves no galaxies to set the limits of the catalogue's flags on; "
            "train with some"
        )
    fitted = LedoitWolf().fit(of_unit_length(train).astype(np.float64))
    mean, precision = (array.astype(np.float32) for array in (fitted.location_, fitted.precision_))
    unlimited = Reference(mean, precision, {})
    tails = BEYOND_PERCENT, 100 - BEYOND_PERCENT
    both = BEYOND_PERCENT / 2, 100 - BEYOND_PERCENT / 2
    values = {name: measured[name].to_numpy() for name in (LIGHT, PLACE, SIZE, RED, BLUE)}
    low, _ = np.nanpercentile(values[LIGHT], tails)
    _, far = np.nanpercentile(values[PLACE], tails)
    both_ends = {
        name: tuple(map(float, np.nanpercentile(values[name], both))) for name in (SIZE, RED, BLUE)
    }
    _, strange = np.percentile(unlimited.distances(valid), tails)
    return unlimited._replace(
        limits={
            LIGHT: (float(low), np.inf),
            PLACE: (-np.inf, float(far)),
            **both_ends,
            FEATURES: (-np.inf, float(strange)),
        }
    )


def of_unit_length(features: np.ndarray) -> np.ndarray:
    """Features (n, C) float32, each galaxy's divided by their length; zeros stay zeros."""
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return features / np.maximum(lengths, np.finfo(np.float32).tiny)


def write_reference(reference: Reference, path: Path) -> None:
    """Write a reference for `read_reference`, as NumPy's .npz."""
    names, limits = list(reference.limits), list(reference.limits.values())
    with replaced(path) as unfinished, unfinished.open("wb") as file:
        np.savez(
            file, mean=reference.mean, precision=reference.precision, names=names, limits=limits
        )


def read_reference(path: Path) -> Reference:
    """A reference. Raises InputError if the file is damaged."""
    try:
        with np.load(path) as file:
            limits = {
                str(name): tuple(map(float, ends))
                for name, ends in zip(file["names"], file["limits"], strict=True)
            }
            return Reference(file["mean"], file["precision"], limits)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise damaged(path, error) from error
