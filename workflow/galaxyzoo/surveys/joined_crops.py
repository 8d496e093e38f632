"""The crops and tables of several surveys, joined into those of one."""

import errno
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import free, unwritten
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged, read_csv
from galaxyzoo.foundation.joined_ids import joined_ids
from galaxyzoo.foundation.packed_crops import (
    CROP_SUM,
    IMAGE_HASH,
    PackedCrops,
    centre_columns,
    read_index,
    write_index,
)
from galaxyzoo.foundation.progress import progress

CHUNK = 256  # crops in memory at a time
ID, PLACE, ROW = "id", "place", "row"


def join_crops(
    surveys: Sequence[str],
    crops: Sequence[Path],
    indices: Sequence[Path],
    columns: Sequence[str],
    crops_path: Path,
    index_path: Path,
) -> None:
    """Write the crops of several surveys, by ascending joined GalaxyID, and their index.

    `crops` and `indices` are the files of `surveys`, which are names, in their order, and `columns`
    those of labels and votes that all of them have. Each crop is checked as it is read, and at most
    CHUNK are in memory. Raises InputError, and leaves no files behind, if a file is damaged or
    there is no room.
    """
    tables = [read_index(path) for path in indices]
    centres = centre_columns(tables[0])
    packed = [PackedCrops(path, table) for path, table in zip(crops, tables, strict=True)]
    shape = (sum(map(len, packed)), *packed[0].shape[1:])
    if other := next((one for one in packed if one.shape[1:] != shape[1:]), None):
        raise damaged(other.path, f"its crops are {other.shape[1:]}, and others {shape[1:]}")
    joined = pd.concat(
        [
            table[[*columns, *centres, IMAGE_HASH, CROP_SUM]].assign(
                **{
                    ID: joined_ids(table[GALAXY_ID].to_numpy(), place, surveys),
                    PLACE: place,
                    ROW: np.arange(len(table)),
                }
            )
            for place, table in enumerate(tables)
        ],
        ignore_index=True,
    ).sort_values(ID, ignore_index=True)
    shortage = f"the joined crops take {math.prod(shape):,} bytes, and {free(crops_path.parent)}"
    try:
        with replaced(crops_path) as unfinished, replaced(index_path) as index:
            if shutil.disk_usage(crops_path.parent).free < math.prod(shape):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            with unfinished.open("wb") as file:
                header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                starts = range(0, len(joined), CHUNK)
                for start in progress(starts, total=len(starts), desc="join", unit="chunks"):
                    file.write(chunk_of(joined.iloc[start : start + CHUNK], packed))
            table = joined[list(columns)].copy()
            table.insert(0, GALAXY_ID, joined[ID])
            sums, hashes = joined[CROP_SUM].tolist(), joined[IMAGE_HASH].tolist()
            write_index(index, table, sums, hashes, joined[centres].to_numpy())
    except OSError as error:
        raise InputError(unwritten(crops_path, error, shortage)) from error


def chunk_of(rows: pd.DataFrame, packed: Sequence[PackedCrops]) -> np.ndarray:
    """The crops (n, size, size, bands) of some rows of the joined table, in their order."""
    found = np.empty((len(rows), *packed[0].shape[1:]), np.uint8)
    for place, of_survey in rows.groupby(PLACE)[ROW]:
        inside = (rows[PLACE] == place).to_numpy()
        found[inside] = packed[place][of_survey.to_numpy()]
    return found


def joined_rejected(surveys: Sequence[str], paths: Sequence[Path]) -> pd.DataFrame:
    """The galaxies that the surveys were left without: GalaxyID, survey and reason.

    Those without a GalaxyID keep what names them.
    """
    tables = []
    for place, path in enumerate(paths):
        table = read_csv(path).astype({GALAXY_ID: object})
        table.insert(1, "survey", surveys[place])
        named = pd.to_numeric(table[GALAXY_ID], errors="coerce").notna()
        own = table.loc[named, GALAXY_ID].astype(np.int64).to_numpy()
        table.loc[named, GALAXY_ID] = joined_ids(own, place, surveys)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def joined_masked(paths: Sequence[Path], galaxies: int) -> pd.DataFrame:
    """The surveys' tables of `masked_tables.masked_table`, added up over all `galaxies`."""
    tables = [table for path in paths if len(table := read_csv(path))]
    if not tables:
        return read_csv(paths[0])
    together = pd.concat(tables, ignore_index=True)
    keys = ["question", "reason", "masked"]
    summed = together.groupby(keys, sort=False, as_index=False)[["galaxies", "answers"]].sum()
    summed["of_galaxies"] = galaxies
    order = [*together["reason"].unique()]
    summed["order"] = summed["reason"].map(order.index)
    return summed.sort_values(["question", "order"], ignore_index=True)[[*together.columns]]


def joined_holdout(surveys: Sequence[str], paths: Sequence[Path]) -> np.ndarray:
    """The galaxies that each survey holds out, (n,) ascending joined GalaxyIDs."""
    return np.sort(
        np.concatenate(
            [
                joined_ids(read_csv(path)[GALAXY_ID].to_numpy(), place, surveys)
                for place, path in enumerate(paths)
            ]
        )
    )


def joined_fair(
    surveys: Sequence[str], indices: Sequence[Path], fair: Mapping[int, set[int]]
) -> np.ndarray:
    """The fair galaxies of each survey, (n,) ascending joined GalaxyIDs.

    `fair` has them by the survey's place, where it has any; all galaxies of the others are fair.
    """
    found = []
    for place, path in enumerate(indices):
        ids = read_index(path)[GALAXY_ID].to_numpy()
        kept = ids[np.isin(ids, list(fair[place]))] if place in fair else ids
        found.append(joined_ids(kept, place, surveys))
    return np.sort(np.concatenate(found))
