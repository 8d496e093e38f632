"""Which galaxies of two tables are at one position on the sky."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.spatial import cKDTree

from galaxyzoo.files.positions import position_columns, positions_of
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)

NEAREST_ARCSEC = 2.0  # positions that are no farther apart are of one galaxy
FOUND_BY_NAME = {"ra_column": None, "dec_column": None}
ARCSEC_PER_DEGREE = 3600


def near_pairs(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """The index labels (n, 2) of rows of two tables that are at most NEAREST_ARCSEC apart.

    Both have columns ra and dec, in degrees, without NaN.
    """
    if not (len(one) and len(other)):
        return np.empty((0, 2), np.int64)
    reach = 2 * np.sin(np.radians(NEAREST_ARCSEC / ARCSEC_PER_DEGREE) / 2)
    near = cKDTree(on_the_sphere(one)).query_ball_point(on_the_sphere(other), reach)
    rows = np.array([*map(len, near)])
    first = one.index.to_numpy()[np.concatenate([*near]).astype(int)]
    return np.column_stack([first, np.repeat(other.index.to_numpy(), rows)])


def on_the_sphere(positions: pd.DataFrame) -> np.ndarray:
    """Unit vectors (N, 3) to positions in degrees."""
    ra, dec = (np.radians(positions[name].to_numpy()) for name in ("ra", "dec"))
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def on_the_sky(positions: pd.DataFrame) -> pd.DataFrame:
    """Positions in degrees, NaN where one of the two is none, such as a declination of -99."""
    possible = positions["ra"].between(-360, 360) & positions["dec"].between(-90, 90)
    return positions.where(possible)


def carried_positions(carried: pd.DataFrame, survey: str) -> pd.DataFrame:
    """The columns ra and dec (n rows), in degrees, of those of a survey's galaxies that have both.

    `carried` has the columns that go along with its galaxies, as text, among which those of
    positions are found by name. If they cannot be read, the log says so.
    """
    filled = carried[[name for name in carried.columns if (carried[name] != "").any()]]
    nowhere = pd.DataFrame({"ra": [], "dec": []}, dtype=float)
    if position_columns([*filled.columns], Path(survey), FOUND_BY_NAME) is None:
        return nowhere
    table = pa.Table.from_pandas(filled, preserve_index=False)
    try:
        positions = positions_of(table, Path(survey), FOUND_BY_NAME).set_axis(filled.index)
        return on_the_sky(positions).dropna()
    except InputError as error:
        log.warning("galaxies of %s are not compared by position: %s", survey, error)
        return nowhere
