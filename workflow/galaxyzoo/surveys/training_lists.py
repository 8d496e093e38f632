"""The galaxies of a survey that the owners of starting weights list as those of their training.

They are compared by position and by whole names, since the owners' pictures are other files. What
cannot be compared is counted: not to find a galaxy in a list says nothing of one without a position
whose name is of another kind.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from astropy import units

from galaxyzoo.files.given_cells import texts
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.picture_sources import ID_COLUMNS
from galaxyzoo.files.positions import angles, column_called, position_columns, require_column
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.surveys.joined_galaxies import MOST_COUNTED, NAME, SURVEY, is_of_one_galaxy
from galaxyzoo.surveys.own_rows import stem
from galaxyzoo.surveys.same_positions import (
    FOUND_BY_NAME,
    NEAREST_ARCSEC,
    carried_positions,
    near_pairs,
    on_the_sky,
)

KEY = "model.training_list"


class TrainingList(NamedTuple):
    """The rows (N) of an owner's list: `names` by column, "" where none can be compared.

    `positions` has the columns ra and dec, in degrees, NaN where there is none. If names
    `may_count` galaxies, short ones are compared too.
    """

    names: pd.DataFrame
    positions: pd.DataFrame
    may_count: bool


class Found(NamedTuple):
    """Which galaxies (N,) of a survey are in a list, and which were not compared with all of it.

    `listed` and `open` are boolean Series by GalaxyID, and `told` is what pages say.
    """

    listed: pd.Series
    open: pd.Series
    told: dict[str, Any]


def read_training_list(settings: Mapping[str, Any]) -> TrainingList:
    """A list of galaxies in a table, by the settings `model.training_list`.

    Names are those of the column that the settings name, or those of at least MOST_COUNTED digits
    in columns that usually hold names: a shorter one may be counted. Raises InputError if the table
    cannot be read, lacks a column, or has neither names nor positions.
    """
    path, given_column = Path(settings["table"]), settings["id_column"]
    table = read_given_table(path, given_column, *ID_COLUMNS)
    if given_column is not None:
        require_column(table.column_names, given_column, path, f"{KEY}.id_column")
        columns = [given_column]
    else:
        found = [column_called(name, table.column_names) for name in ID_COLUMNS]
        columns = [name for name in found if name is not None]
    names = pd.DataFrame({name: texts(table, name).map(stem) for name in columns})
    names = names.set_axis(range(len(table))) if columns else pd.DataFrame(index=range(len(table)))
    if given_column is None:
        names = names.apply(without_counted)
    positions = listed_positions(table, path, settings)
    if not (names != "").to_numpy().any() and positions.isna().to_numpy().all():
        raise InputError(
            f"{KEY}: {path} has neither positions nor names of {MOST_COUNTED} digits or more; name "
            "its columns in id_column, ra_column and dec_column"
        )
    return TrainingList(names, positions, may_count=given_column is not None)


def without_counted(names: pd.Series) -> pd.Series:
    """Names (N,), "" for those that may be counted numbers."""
    return names.where(names.map(is_of_one_galaxy).astype(bool), "")


def listed_positions(table: pa.Table, path: Path, settings: Mapping[str, Any]) -> pd.DataFrame:
    """The columns ra and dec (N,) of a list, in degrees, NaN where a row does not have both."""
    named = {"ra": settings["ra_column"], "dec": settings["dec_column"]}
    for axis, column in named.items():
        if column is not None:
            require_column(table.column_names, column, path, f"{KEY}.{axis}_column")
    if not all(named.values()):
        by_name = position_columns(table.column_names, path, FOUND_BY_NAME)
        if by_name is None:
            return pd.DataFrame(np.nan, range(len(table)), [*named])
        named = dict(zip(named, by_name, strict=True))
    of_text = {"ra": units.hourangle, "dec": units.deg}
    positions = pd.DataFrame(
        {
            axis: angles(table, column, units.deg, of_text[axis], path, f"{KEY}.{axis}_column")
            for axis, column in named.items()
        }
    )
    return on_the_sky(positions)


def found_in(training_list: TrainingList, galaxies: pd.DataFrame, survey: str, table: str) -> Found:
    """Which galaxies of a survey are in an owner's list, and by what they were compared.

    `galaxies` (N rows), by GalaxyID, has their name and columns that go along, as text, and `table`
    is what the config calls the list. A survey's names, or those of one that is joined, are of the
    list's kind if a single one is in both: then all are compared. Otherwise they are of another
    kind, as far as anybody can tell.
    """
    carried = galaxies.drop(columns=[NAME, SURVEY], errors="ignore")
    places = carried_positions(carried, survey)
    names = galaxies[NAME].map(stem)
    names = names if training_list.may_count else without_counted(names)
    rows = training_list.positions.dropna()
    at_one = galaxies.index.isin(near_pairs(rows, places)[:, 1])
    called = pd.unique(training_list.names.to_numpy(dtype=object).ravel())
    by_name = names.isin(called) & (names != "")
    part = galaxies[SURVEY] if SURVEY in galaxies else np.zeros(len(galaxies))
    of_one_kind = by_name.groupby(np.asarray(part)).transform("any")
    has_place = galaxies.index.isin(places.index)
    has_name = ((names != "") & of_one_kind).to_numpy()
    listed = at_one | by_name.to_numpy()
    row_has_place = training_list.positions.notna().all(axis=1).to_numpy()
    row_has_name = (training_list.names != "").any(axis=1).to_numpy()
    uncompared = not_compared(has_place, has_name, row_has_place, row_has_name)
    told = {
        "table": table,
        "rows": len(row_has_place),
        "rows_with_positions": int(row_has_place.sum()),
        "rows_with_names": int(row_has_name.sum()),
        "arcsec": NEAREST_ARCSEC,
        "survey": survey,
        "galaxies": len(galaxies),
        "with_positions": int(has_place.sum()),
        "names_of_one_kind": bool(of_one_kind.any()),
        "by_position": int(at_one.sum()),
        "by_name": int(by_name.sum()),
        "listed": int(listed.sum()),
        "not_compared": int(uncompared.sum()),
    }
    ids = galaxies.index
    return Found(pd.Series(listed, ids), pd.Series(uncompared, ids), told)


def not_compared(
    has_place: np.ndarray, has_name: np.ndarray, row_has_place: np.ndarray, row_has_name: np.ndarray
) -> np.ndarray:
    """Which galaxies (N,) have nothing in common with some row (n,) by which to compare the two."""
    unreached = np.zeros(len(has_place), bool)
    for place in (False, True):
        for name in (False, True):
            if (~(row_has_place & place) & ~(row_has_name & name)).any():
                unreached |= (has_place == place) & (has_name == name)
    return unreached


def named_galaxies(ids: np.ndarray, table: Path | None) -> pd.DataFrame:
    """Names and columns that go along of galaxies, as text, by their GalaxyIDs `ids` (N,).

    They are those of a survey's `table`; a galaxy that is not there is called by its GalaxyID.
    """
    galaxies = pd.DataFrame({NAME: ids.astype(str)}, pd.Index(ids, name=GALAXY_ID))
    if table is None:
        return galaxies
    given = pd.read_csv(table, dtype=str, keep_default_na=False)
    given = given.set_index(given.pop(GALAXY_ID).astype(np.int64)).reindex(ids)
    return given.assign(**{NAME: given[NAME].fillna(galaxies[NAME])}).fillna("")
