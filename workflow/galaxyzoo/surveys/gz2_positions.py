"""Names and positions of the galaxies in Galaxy Zoo 2's own tables of votes."""

from pathlib import Path

import pandas as pd

from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.galaxy_id import GALAXY_ID

ID, RA, DEC = "dr7objid", "ra", "dec"


def positions_of_all(tables: Path) -> pd.DataFrame:
    """Columns name, ra and dec, in degrees, of the galaxies in a folder's tables, by GalaxyID.

    A galaxy in several tables has the position of the first. A table without the columns of
    positions leaves them empty.
    """
    found = []
    for table in sorted(tables.glob("[!.]*")):
        both = {RA, DEC} <= {*column_names(table)}
        types = {ID: "int64"} | (dict.fromkeys((RA, DEC), "float64") if both else {})
        found.append(read_table(table, types).reindex(columns=[ID, RA, DEC]))
    together = pd.concat(found).drop_duplicates(ID)
    together = together.set_index(together.pop(ID).rename(GALAXY_ID)).sort_index()
    together.insert(0, "name", together.index.astype(str))
    return together
