"""All galaxies of a catalogue compared with each other, once their shards are there.

One shard is in memory at a time, besides the index and a distance for each galaxy.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.catalogue.neighbours import index_of, strangeness, tenth_distances, write_index
from galaxyzoo.catalogue.tables import LISTED, REDUCED
from galaxyzoo.catalogue.written import require_all
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.handed_on import damaged

STRANGENESS = "strangeness"
INDEX, REDUCTION, ABOUT = "index.usearch", "reduction.npz", "neighbours.json"


def compare_galaxies(
    shards: Sequence[Path],
    reduced: Sequence[Path],
    listing: Path,
    reduction: Path,
    network: Path,
    complete: Path,
    neighbours: Path,
    settings: Mapping[str, Any],
    threads: int,
) -> int:
    """Write what the galaxies of a catalogue say of each other; return how many are compared.

    `shards` and `reduced` are files of `predict_shard`, `listing` is the folder of their list,
    `reduction` the file by which they were reduced, and `network` the checkpoint of the first
    network. The folder `complete` gets the shards with
    their column `strangeness`, and `neighbours` the index, a copy of the reduction, and what is to
    be known of them, with the `settings`. Raises InputError if files are not those of the list.
    """
    require_all(shards, listing)
    for folder in (complete, neighbours):
        folder.mkdir(parents=True, exist_ok=True)
    index = index_of(parts(shards, reduced))
    distances = [np.full(parquet.read_metadata(shard).num_rows, np.nan) for shard in shards]
    about: dict[str, Any] = {"settings": dict(settings), "index": None}
    about["network"] = file_hash(network)
    about["rows"] = {
        shard.stem: len(of_shard) for shard, of_shard in zip(shards, distances, strict=True)
    }
    if index is not None:
        first = 0
        for of_shard, (positions, numbers) in zip(distances, parts(shards, reduced), strict=True):
            of_shard[positions - first] = tenth_distances(index, positions, numbers, threads)
            first += len(of_shard)
        write_index(index, neighbours / INDEX)
        about["index"] = file_hash(neighbours / INDEX)
    shutil.copyfile(reduction, neighbours / REDUCTION)
    text = json.dumps(about, indent=1) + "\n"
    (neighbours / ABOUT).write_text(text, encoding="utf-8")
    all_of_them = strangeness(np.concatenate(distances))
    ends = np.cumsum([len(of_shard) for of_shard in distances])[:-1]
    for shard, values in zip(shards, np.split(all_of_them, ends), strict=True):
        table = with_strangeness(parquet.read_table(shard), values)
        parquet.write_table(table, complete / shard.name, write_page_checksum=True)
    return 0 if index is None else len(index)


def parts(
    shards: Sequence[Path], reduced: Sequence[Path]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions (n,) in the catalogue, and numbers (n, d) int8, of each shard's usable galaxies.

    Raises InputError if a file is damaged, or of another list than its shard.
    """
    first = 0
    for shard, file in zip(shards, reduced, strict=True):
        metadata = parquet.read_schema(shard).metadata or {}
        try:
            table = parquet.read_table(file, page_checksum_verification=True)
            lists = table[REDUCED].combine_chunks()
        except (OSError, ValueError, KeyError) as error:
            raise damaged(file, error) from error
        rows = parquet.read_metadata(shard).num_rows
        if len(table) != rows or (table.schema.metadata or {}).get(LISTED) != metadata.get(LISTED):
            raise damaged(file, "it is of another list of galaxies")
        usable = lists.is_valid().to_numpy(zero_copy_only=False)
        numbers = lists.drop_null().flatten().to_numpy()
        yield (
            first + np.flatnonzero(usable),
            numbers.reshape(usable.sum(), lists.type.list_size),
        )
        first += rows


def with_strangeness(table: pa.Table, values: np.ndarray) -> pa.Table:
    """A shard with its galaxies' strangeness (n,), missing where it is NaN."""
    position = table.schema.get_field_index(STRANGENESS)
    field = table.schema.field(position)
    return table.set_column(position, field, pa.array(values, field.type, from_pandas=True))
