"""A finished catalogue to look through: its strangest galaxies, and those that are like one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from usearch.index import Index

from galaxyzoo.catalogue.columns import ID
from galaxyzoo.catalogue.compared import ABOUT, INDEX, REDUCTION, STRANGENESS
from galaxyzoo.catalogue.neighbours import nearest, read_index
from galaxyzoo.catalogue.page import picture_of
from galaxyzoo.catalogue.written import require_all
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged, read_json
from galaxyzoo.plan.listed_galaxies import RECORD

SHOWN = 24  # galaxies
COLUMNS = [ID, "sentence", STRANGENESS]


class Browsed(NamedTuple):
    """A catalogue: its files, the index of its galaxies, and the positions of the strangest.

    `firsts` (shards,) are the positions of the shards' first galaxies, and `settings` those that
    pictures are read by. `reduction` is the file by which features were reduced, and `network` the
    SHA-256 of the checkpoint of the network that has them.
    """

    name: str
    experiment: str
    network: str
    shards: list[Path]
    firsts: np.ndarray
    listing: Path
    index: Index | None
    reduction: Path
    reader: PictureReader
    settings: dict[str, Any]
    strangest: np.ndarray


def load_browsed(folder: Path) -> Browsed:
    """The catalogue in a folder, such as results/demo/catalogues/mine.

    Raises InputError if there is none, if its galaxies are gone, or if files are not its own.
    """
    neighbours, shards = (
        folder / "neighbours",
        sorted((folder / "catalogue.parquet").glob("*.parquet")),
    )
    if not (neighbours / ABOUT).is_file() or not shards:
        raise InputError(
            f"{folder} has no finished catalogue with neighbours; give the folder of one, such as "
            "results/demo/catalogues/mine, or run `snakemake catalogue` again"
        )
    about = read_json(neighbours / ABOUT)
    require_all(shards, folder / "listing")
    rows = [parquet.read_metadata(shard).num_rows for shard in shards]
    if about["rows"] != {shard.stem: many for shard, many in zip(shards, rows, strict=True)}:
        raise damaged(neighbours / ABOUT, "it is of other galaxies")
    index = None
    if about["index"] is not None:
        if not (neighbours / INDEX).is_file() or file_hash(neighbours / INDEX) != about["index"]:
            raise damaged(neighbours / INDEX, "it is not what was written")
        index = read_index(neighbours / INDEX)
    record, settings = read_json(folder / RECORD), about["settings"]
    found = [Path(record[key]) for key in ("resolved", "path") if Path(record[key]).exists()]
    if not found:
        raise InputError(f"there is no {record['resolved']}, of which {folder} is the catalogue")
    columns = [parquet.read_table(shard, columns=[STRANGENESS])[STRANGENESS] for shard in shards]
    values = np.concatenate([column.to_numpy() for column in columns])
    strangest = np.argsort(-values, kind="stable")[:SHOWN]
    return Browsed(
        settings["name"],
        settings["experiment"],
        about["network"],
        shards,
        np.cumsum([0, *rows[:-1]]),
        folder / "listing",
        index,
        neighbours / REDUCTION,
        PictureReader(found[0], settings["catalogue"]),
        settings,
        strangest[np.isfinite(values[strangest])],
    )


def galaxies_at(positions: Sequence[int], catalogue: Browsed) -> list[dict[str, Any]]:
    """Galaxies by their positions: each an `id`, a `sentence`, a `strangeness` and a `picture`.

    A picture that cannot be read any more is None, and has a `reason`.
    """
    entries = []
    for position in positions:
        number = int(np.searchsorted(catalogue.firsts, position, side="right")) - 1
        row, shard = int(position - catalogue.firsts[number]), catalogue.shards[number]
        [known] = parquet.read_table(shard, columns=COLUMNS).slice(row, 1).to_pylist()
        part = catalogue.listing / shard.name
        entries.append(known | picture_of(part, row, catalogue.reader, catalogue.settings))
    return entries


def position_of(name: str, catalogue: Browsed) -> int | None:
    """The position of a galaxy by its id, None if there is no such galaxy."""
    for first, shard in zip(catalogue.firsts, catalogue.shards, strict=True):
        ids = parquet.read_table(shard, columns=[ID])[ID].cast(pa.string())
        if (row := pc.index(ids, pa.scalar(name)).as_py()) >= 0:
            return int(first) + row
    return None


def more_like(position: int, catalogue: Browsed, count: int = SHOWN) -> list[int]:
    """The positions of the galaxies that are nearest to one, which is none of them.

    None are near one whose picture cannot be used.
    """
    numbers = None if catalogue.index is None else catalogue.index.get(position)
    if numbers is None:
        return []
    return [one for one in most_like(numbers, catalogue, count + 1) if one != position][:count]


def most_like(numbers: np.ndarray, catalogue: Browsed, count: int) -> list[int]:
    """The positions of the galaxies that are nearest to reduced features (d,) int8."""
    if catalogue.index is None:
        return []
    positions, _ = nearest(catalogue.index, numbers[None], count)
    return [int(one) for one in positions[0] if one >= 0]
