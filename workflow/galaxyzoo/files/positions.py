"""Positions and radii in an input table: found by their columns' names, converted by their units.

Positions are in degrees and radii in arcsec. A column without a unit is taken to be in these.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from astropy import units
from astropy.coordinates import Angle

from galaxyzoo.files.csv_tables import nearest_first
from galaxyzoo.files.given_tables import said_of
from galaxyzoo.foundation.errors import InputError

log = logging.getLogger(__name__)

# Names of the columns of positions, in lower case: usual ones, and those of VizieR, DESI, Gaia,
# Pan-STARRS and SExtractor.
POSITIONS = (
    ("ra", "dec"),
    ("target_ra", "target_dec"),
    ("raj2000", "dej2000"),
    ("_raj2000", "_dej2000"),
    ("ra_icrs", "de_icrs"),
    ("ra_j2000", "dec_j2000"),
    ("alpha_j2000", "delta_j2000"),
    ("ramean", "decmean"),
    ("ra_deg", "dec_deg"),
    ("right_ascension", "declination"),
)
USUAL_RADIUS = "petroR90_r"
# As VizieR writes the units of positions in hours or degrees, minutes and seconds.
SEXAGESIMAL = {"h:m:s": units.hourangle, "d:m:s": units.deg}


def position_columns(
    names: Sequence[str], path: Path, settings: Mapping[str, Any]
) -> tuple[str, str] | None:
    """The columns of right ascension and declination; None if there are none.

    Raises InputError if the config names one that is not there, or one alone.
    """
    named = settings["ra_column"], settings["dec_column"]
    if any(named):
        if not all(named):
            raise InputError(
                "catalogue.ra_column, catalogue.dec_column: one of them is missing; name both"
            )
        for key, name in zip(("ra_column", "dec_column"), named, strict=True):
            require_column(names, name, path, f"catalogue.{key}")
        return named
    for pair in POSITIONS:
        found = [column_called(name, names) for name in pair]
        if all(found):
            return found[0], found[1]
    return None


def column_called(wanted: str, names: Sequence[str]) -> str | None:
    """The column of a name, whatever its capital letters; None if there is none."""
    if wanted in names:
        return wanted
    return next((name for name in names if name.lower() == wanted.lower()), None)


def require_column(names: Sequence[str], name: str, path: Path, key: str) -> None:
    """Raise InputError if a table lacks a column that a `key` of the config names."""
    if name not in names:
        raise InputError(f"{key}: {path} has no column {name}; it has {nearest_first(name, names)}")


def positions_of(table: pa.Table, path: Path, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The columns ra and dec of a table's positions, (N,) float64 degrees, NaN where there is none.

    Right ascensions from -180 to 0 become those from 180 to 360. Raises InputError if a column has
    a unit that is no angle, or no cell that is one.
    """
    ra, dec = position_columns(table.column_names, path, settings)
    degrees = {
        "ra": angles(table, ra, units.deg, units.hourangle, path, "catalogue.ra_column"),
        "dec": angles(table, dec, units.deg, units.deg, path, "catalogue.dec_column"),
    }
    positions = pd.DataFrame(degrees)
    negative = positions["ra"].between(-180, 0, inclusive="left")
    positions["ra"] = positions["ra"].mask(negative, positions["ra"] + 360)
    return positions


def radii_of(table: pa.Table, path: Path, settings: Mapping[str, Any]) -> pa.Array | None:
    """The radius of each galaxy, (N,) float64 arcsec, null where missing; None if there are none.

    Raises InputError as `positions_of` does, and if the config names a column that is not there.
    """
    name = settings["radius_column"] or column_called(USUAL_RADIUS, table.column_names)
    if name is None:
        return None
    values = radii_in(table, name, path, "catalogue.radius_column")
    return pa.array(values, pa.float64(), from_pandas=True)


def radii_in(table: pa.Table, name: str, path: Path, key: str) -> np.ndarray:
    """The radii in a column that a `key` of the config names, (N,) float64 arcsec, NaN if missing.

    Raises InputError if there is no such column, or if it is no radius.
    """
    require_column(table.column_names, name, path, key)
    return angles(table, name, units.arcsec, None, path, key)


def angles(
    table: pa.Table,
    name: str,
    wanted: units.UnitBase,
    of_text: units.UnitBase | None,
    path: Path,
    key: str,
) -> np.ndarray:
    """A column of angles in a wanted unit, (N,) float64, NaN where a cell is none.

    `of_text` is the unit of cells such as 12:34:56; None if there can be no such.
    """
    said = said_of(table.schema.field(name), b"unit")
    unit = angular_unit(said, of_text == units.hourangle)
    if unit is None:
        raise InputError(
            f"{path}: its column {name} is in {said}, which is no angle; give it in "
            f"{wanted.long_names[0]}, or name another column in {key}"
        )
    cells = pd.Series(table[name].to_pylist(), dtype=object)
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy("float64", copy=True)
    if unit != units.dimensionless_unscaled:
        numbers, of_text = numbers * unit.to(wanted), of_text and unit
    unread = [row for row in np.flatnonzero(np.isnan(numbers)) if isinstance(cells[row], str)]
    if of_text is not None and unread:
        numbers[unread] = [as_angle(cells[row], of_text, wanted) for row in unread]
        if not np.isnan(numbers[unread]).all():
            log.info("%s: %s is read as %s, minutes and seconds", path, name, words(of_text))
    if np.isnan(numbers).all():
        raise InputError(
            f"{path}: its column {name} holds no numbers, but such as {cells[0]!r}; name another "
            f"column in {key}"
        )
    return numbers


def words(unit: units.UnitBase) -> str:
    """What the first number of an angle such as 12:34:56 counts."""
    return "hours" if unit == units.hourangle else "degrees"


def angular_unit(text: str | None, is_ra: bool) -> units.UnitBase | None:
    """A unit by its name; dimensionless if there is none, None if it is no angle.

    Hours of right ascension are angles.
    """
    if not (text or "").strip():
        return units.dimensionless_unscaled
    if (bare := text.strip().strip('"')) in SEXAGESIMAL:
        return SEXAGESIMAL[bare]
    unit = units.Unit(text, parse_strict="silent")
    if is_ra and unit == units.hour:
        return units.hourangle
    is_plain = isinstance(unit, units.UnitBase)  # not the logarithm of one
    return unit if is_plain and unit.is_equivalent(units.deg) else None


def as_angle(text: str, unit: units.UnitBase, wanted: units.UnitBase) -> float:
    """An angle in a wanted unit from a text such as 12:34:56 or 12h34m56s; NaN if it is none."""
    try:
        return Angle(text, unit).to_value(wanted)
    except (ValueError, TypeError, units.UnitsError):
        return np.nan
