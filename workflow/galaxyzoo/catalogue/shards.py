"""A shard of a catalogue: its listed galaxies, predicted batch by batch, and their rows written."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from pyarrow import parquet

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.familiarity import Reference
from galaxyzoo.calibration.reduction import Reduction
from galaxyzoo.catalogue.batches import Galaxy, fitted_pictures
from galaxyzoo.catalogue.columns import ID, Column
from galaxyzoo.catalogue.ensemble import Predicted, predict_together
from galaxyzoo.catalogue.listing import FAULT, PLACE, RADIUS, SHA256, read_part
from galaxyzoo.catalogue.rows import catalogue_rows
from galaxyzoo.catalogue.tables import LISTED, REDUCED, described
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.prediction import ready
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.progress import progress

log = logging.getLogger(__name__)


def predict_shard(
    galaxies: Path,
    listing: Path,
    shard: Path,
    reduced: Path,
    features: Path | None,
    members: Sequence[Member],
    columns: Sequence[Column],
    calibration: Calibration,
    reference: Reference,
    reduction: Reduction,
    settings: dict[str, Any],
    made_by: Mapping[str, str],
    batch_size: int,
    device: torch.device,
    decoders: int,
) -> int:
    """Write the rows of the galaxies in a `listing`, in its order; return how many are bad.

    `galaxies` is the path that was listed. `shard` is Parquet: id, the input table's own columns,
    the catalogue's `columns`, of which `strangeness` is missing until all shards are there.
    `reduced` is Parquet too: id and a list of the first network's features as `reduction` reduces
    them, missing for a bad picture; and so is `features`, unless None, with all of them. Each says
    in its metadata of which list it is.
    Raises InputError if the listing, or a cut-out that it names, is not what was listed.
    """
    listed, sha256 = read_part(listing)
    reader = PictureReader(galaxies, settings)
    tree = calibration.tree
    size_px = max(member.crop_px for member in members)
    for member in members:
        ready(member.network, device)
    batches = fitted_pictures(
        listed[PLACE].to_pylist(),
        listed[RADIUS].to_pylist(),
        listed[FAULT].to_pylist(),
        reader,
        size_px,
        settings,
        batch_size,
        decoders,
    )
    own = listed.drop_columns([PLACE, RADIUS, FAULT, SHA256])
    tables, of_reduced, of_features, start, in_order = [], [], [], 0, 0
    kinds = pa.list_(pa.int8(), len(reduction.axes) + 1), pa.list_(pa.float32())
    total = -(-len(listed) // batch_size)
    for batch in progress(batches, total=total, desc="predict", unit="batches"):
        predicted = predicted_batch(batch, members, device)
        rows = catalogue_rows(batch, predicted, tree, columns, calibration, reference, made_by)
        own_rows = own.slice(start, len(batch))
        tables.append(beside(own_rows, rows))
        whole = [] if predicted is None else predicted.features
        numbers = [] if predicted is None else reduced_where_finite(whole, reduction)
        of_reduced.append(by_galaxy(own_rows[ID], batch, numbers, kinds[0], REDUCED))
        if features:
            of_features.append(by_galaxy(own_rows[ID], batch, whole, kinds[1], "features"))
        start += len(batch)
        in_order += sum(galaxy.picture is not None and galaxy.picture.in_order for galaxy in batch)
    if in_order:
        log.info(
            "%d FITS cubes do not name their planes (BANDS or BAND0, BAND1, ... in the header): "
            "these were taken as %s",
            in_order,
            ", ".join(settings["bands"]),
        )
    table = described(pa.concat_tables(tables), {column.name: column for column in columns})
    written = {shard: table, reduced: pa.concat_tables(of_reduced)}
    if features:
        written[features] = pa.concat_tables(of_features)
    for path, content in written.items():
        with replaced(path) as unfinished:
            parquet.write_table(of_the_list(content, sha256), unfinished, write_page_checksum=True)
    return int(np.sum(table["flag_bad_image"].to_numpy()))


def predicted_batch(
    batch: Sequence[Galaxy], members: Sequence[Member], device: torch.device
) -> Predicted | None:
    """What an ensemble says of the galaxies of a batch that have a picture; None if none has."""
    pixels = [galaxy.picture.pixels for galaxy in batch if galaxy.picture is not None]
    return predict_together(np.stack(pixels), members, device) if pixels else None


def reduced_where_finite(features: np.ndarray, reduction: Reduction) -> list[np.ndarray | None]:
    """Features (n, C) as a reduction has them, None for those that are no numbers."""
    finite = np.isfinite(features).all(axis=1)
    numbers = reduction.of(np.where(finite[:, None], features, 0))
    return [one if known else None for one, known in zip(numbers, finite, strict=True)]


def by_galaxy(
    ids: pa.ChunkedArray,
    batch: Sequence[Galaxy],
    values: Iterable[np.ndarray | None],
    kind: pa.DataType,
    name: str,
) -> pa.Table:
    """A table of ids and a list for each galaxy; the `values` are of those with a picture."""
    each = iter(values)
    lists = [None if galaxy.picture is None else next(each) for galaxy in batch]
    return pa.table([ids, pa.array(lists, kind)], [ID, name])


def beside(own: pa.Table, rows: pa.Table) -> pa.Table:
    """The columns of the input, and those of the catalogue, as one table."""
    schema = pa.schema([*own.schema, *rows.schema])  # with what is said of the columns
    return pa.table([*own.columns, *rows.columns], schema=schema)


def of_the_list(table: pa.Table, sha256: str) -> pa.Table:
    """A table that says by which file of a list it was made, by the SHA-256 of that."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), LISTED: sha256})
