"""Positions and radii are found whatever they are called, and converted by their units."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from galaxyzoo.files.positions import POSITIONS, position_columns, positions_of, radii_of
from galaxyzoo.foundation.errors import InputError

KEYS = ("ra_column", "dec_column", "radius_column")
SETTINGS = dict.fromkeys(KEYS)
PATH = Path("t.fits")


def table_of(units: dict[str, str], **columns) -> pa.Table:
    """A table whose columns have units."""
    arrays = [pa.array(cells) for cells in columns.values()]
    fields = [
        pa.field(name, array.type, metadata={"unit": units[name]} if name in units else None)
        for name, array in zip(columns, arrays, strict=True)
    ]
    return pa.table(arrays, schema=pa.schema(fields))


def found(units: dict[str, str], ra: list, dec: list) -> list[list[float]]:
    """Right ascensions and declinations in degrees."""
    table = table_of(units, ra=ra, dec=dec)
    return positions_of(table, PATH, SETTINGS).to_numpy().T.tolist()


def near(*values: float):
    return pytest.approx(list(values), nan_ok=True)


@pytest.mark.parametrize("pair", POSITIONS)
@pytest.mark.parametrize("case", [str, str.upper, str.title])
def test_positions_have_many_names(pair, case):
    names = ["x", *map(case, pair)]
    assert position_columns(names, PATH, SETTINGS) == tuple(map(case, pair))


def test_positions_that_are_both_there_or_named_are_taken():
    assert position_columns(["RA", "ra", "dec", "DEC"], PATH, SETTINGS) == ("ra", "dec")
    assert position_columns(["RA", "Dec"], PATH, SETTINGS) == ("RA", "Dec")
    assert position_columns(["ra", "DEJ2000"], PATH, SETTINGS) is None
    named = SETTINGS | {"ra_column": "a", "dec_column": "d"}
    assert position_columns(["ra", "dec", "a", "d"], PATH, named) == ("a", "d")
    with pytest.raises(InputError, match="one of them is missing; name both"):
        position_columns(["a", "d"], PATH, SETTINGS | {"ra_column": "a"})
    with pytest.raises(InputError, match=r"catalogue\.dec_column: t\.fits has no column d; it has"):
        position_columns(["a", "dd"], PATH, named)


@pytest.mark.parametrize(
    ("unit", "ra", "dec"),
    [
        ("deg", 180.0, -45.0),
        ("", 180.0, -45.0),
        ("rad", np.pi, -np.pi / 4),
        ("arcmin", 180.0 * 60, -45.0 * 60),
        ("degree", 180.0, -45.0),
    ],
)
def test_positions_are_converted_by_their_units(unit, ra, dec):
    units = {"ra": unit, "dec": unit}
    assert found(units, [ra, None], [dec, 1.0])[0] == near(180, np.nan)
    assert found(units, [ra, None], [dec, None])[1] == near(-45, np.nan)


@pytest.mark.parametrize("unit", ["hourangle", "h", "hr"])
def test_hours_of_right_ascension_are_15_degrees(unit):
    assert found({"ra": unit, "dec": "deg"}, [12.0, 1.0], [0.0, 1.0])[0] == near(180, 15)
    with pytest.raises(InputError, match="its column dec is in h, which is no angle"):
        found({"dec": "h"}, [1.0], [1.0])


@pytest.mark.parametrize(
    ("units", "ra", "dec"),
    [
        ({}, "12:30:00", "-00:30:00"),
        ({}, "12h30m00s", "-0d30m0s"),
        ({"ra": '"h:m:s"', "dec": '"d:m:s"'}, "12 30 00", "-00 30 00"),
        ({"ra": "deg", "dec": "deg"}, "187:30:00", "-00:30:00"),
        ({"ra": "deg"}, "187.5", "-0.5"),
        ({}, " 187.5", "-00.5"),
    ],
)
def test_texts_are_hours_and_degrees_with_minutes_and_seconds(units, ra, dec):
    right, declination = found(units, [ra, "x", ""], [dec, "-00:30:00", None])
    assert right == near(187.5, np.nan, np.nan)
    assert declination == near(-0.5, -0.5, np.nan)


def test_right_ascensions_below_0_are_those_below_360():
    assert found({}, [-10.0, -180.0, 359.0, -200.0], [0.0] * 4)[0] == near(350, 180, 359, -200)


@pytest.mark.parametrize(
    "unit", ["mag", "pix", "dex(deg)", "log(0.1arcmin)", "nonsense", "arcsec2"]
)
def test_a_unit_that_is_no_angle_is_refused(unit):
    for key in ("ra", "dec"):
        with pytest.raises(InputError) as error:
            found({key: unit}, [1.0], [1.0])
        assert f"t.fits: its column {key} is in {unit}, which is no angle; give it in deg" in str(
            error.value
        )
        assert f"catalogue.{key}_column" in str(error.value)
    with pytest.raises(InputError, match=r"no angle; give it in arcsec.* catalogue\.radius_column"):
        radii_of(table_of({"r": unit}, r=[1.0]), PATH, SETTINGS | {"radius_column": "r"})


def test_a_column_without_any_angle_is_refused():
    with pytest.raises(InputError, match="its column ra holds no numbers, but such as 'abc'"):
        found({}, ["abc", "1,5"], [1.0, 2.0])


@pytest.mark.parametrize(
    ("unit", "arcsec"), [("arcsec", 2.0), ("", 2.0), ("arcmin", 120.0), ("deg", 7200.0)]
)
def test_radii_are_converted_by_their_unit(unit, arcsec):
    for cells in ([2.0, None], [2, None], ["2", "-"]):
        table = table_of({"PETROR90_r": unit}, PETROR90_r=cells)
        radii = radii_of(table, PATH, SETTINGS).to_pylist()
        assert radii == [pytest.approx(arcsec), None]
    assert radii_of(table_of({}, r=[1.0]), PATH, SETTINGS) is None
    with pytest.raises(InputError, match=r"catalogue\.radius_column: t\.fits has no column r90"):
        radii_of(table_of({}, r=[1.0]), PATH, SETTINGS | {"radius_column": "r90"})
