"""A seed's split in a file that says whose it is: another one's in its place is refused."""

from pathlib import Path

import pandas as pd

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged, place, read_csv, require_place

PART, OWN_PLACE = "part", "split_of"


def write_split(parts: pd.Series, path: Path | str) -> None:
    """Write which part each galaxy is in: "train", "valid", "holdout" or "spare".

    `parts` (N,) is indexed by GalaxyID. Each row also has the `place` of the file.
    """
    parts.to_frame(PART).assign(**{OWN_PLACE: place(path)}).to_csv(path)


def read_split(path: Path | str) -> pd.DataFrame:
    """The split in a file (N rows): GalaxyID and part.

    Raises InputError if the file is damaged, or is the split of another experiment or seed.
    """
    table = read_csv(path)
    if OWN_PLACE not in table or table.empty:
        raise damaged(path, "it does not say whose split it is")
    for said in table[OWN_PLACE].unique():
        require_place(path, str(said))
    return table[[GALAXY_ID, PART]]
