"""The galaxies of a catalogue that have labels, and what the networks say of them."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import torch

from galaxyzoo.catalogue.batches import fitted_pictures
from galaxyzoo.catalogue.columns import ID
from galaxyzoo.catalogue.listing import FAULT, PLACE, RADIUS, read_part
from galaxyzoo.catalogue.shards import predicted_batch
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.prediction import ready
from galaxyzoo.files.csv_tables import require_columns
from galaxyzoo.files.given_cells import texts
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.images import is_the_images
from galaxyzoo.files.picture_sources import PictureReader, id_column_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.crops import hash_of
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.own_labels import label_columns, labels_of
from galaxyzoo.tree.decision_tree import DecisionTree

log = logging.getLogger(__name__)

SHOWN = 5


class Labelled(NamedTuple):
    """Predictions and labels (n, columns) float64 of galaxies, and how many there were to begin.

    `given` is the number of rows with labels, `unlisted` of those that the catalogue does not have,
    and `unusable` of those whose pictures cannot be used.
    """

    predicted: np.ndarray
    voted: np.ndarray
    given: int
    unlisted: int
    unusable: int


def catalogue_labels(
    table: Path, settings: Mapping[str, Any], tree: DecisionTree, tree_name: str
) -> pd.DataFrame:
    """The labels in a table, weighted, by the id of each galaxy as the catalogue has it.

    `settings` are `catalogue.labels`. Raises InputError, which names rows, if a row has no id or
    unfit labels, or if two have the same id.
    """
    named = (settings["id_column"], settings["class_column"])
    given = read_given_table(table, *named)
    ids = id_column_of(given.column_names, table, settings | {"key": "catalogue.labels"})
    if ids is None:
        raise InputError(
            f"catalogue.labels.id_column: missing; name the column of {table} with ids"
        )
    columns = label_columns(table, given.column_names, settings, tree, tree_name)
    require_columns(table, given.column_names, columns)
    made, faults, _ = labels_of(given, columns, settings, tree)
    names = texts(given, ids)
    faults = faults.mask(names == "", f"{ids} is empty, which should hold the galaxy's id")
    labels = pd.DataFrame(made.values, range(len(given)), tree.columns)
    fit = labels[(faults == "").to_numpy()]
    wrong = dict.fromkeys(np.flatnonzero(names.duplicated()), "its galaxy has a row above")
    wrong |= label_faults(fit, tree) | {row: faults[row] for row in np.flatnonzero(faults != "")}
    if wrong:
        first = sorted(wrong)[:SHOWN]
        some = "; ".join(f"row {row + 1}, {names[row]}: {wrong[row]}" for row in first)
        raise InputError(
            f"catalogue.labels: {table} has {len(wrong)} rows that cannot be used: {some}"
            f"{'; ...' if len(wrong) > SHOWN else ''}; correct them or leave them out"
        )
    return labels.set_axis(pd.Index(names.to_numpy(), name=ID))


def predicted_labelled(
    labels: pd.DataFrame,
    galaxies: Path,
    parts: Sequence[Path],
    members: Sequence[Member],
    learnt: Collection[str],
    settings: dict[str, Any],
    batch_size: int,
    device: torch.device,
    decoders: int,
) -> Labelled:
    """What an ensemble says of the galaxies in the `parts` of a list that have `labels`.

    `galaxies` is the path that was listed, and `settings` are those of its pictures. Raises
    InputError if a picture's hash is among those that the networks have `learnt`.
    """
    for member in members:
        ready(member.network, device)
    listed = pa.concat_tables(rows_with_labels(parts, labels.index))
    ids = texts(listed, ID)
    reader = PictureReader(galaxies, settings)
    require_unlearnt(ids, listed[PLACE].to_pylist(), listed[FAULT].to_pylist(), reader, learnt)
    batches = fitted_pictures(
        listed[PLACE].to_pylist(),
        listed[RADIUS].to_pylist(),
        listed[FAULT].to_pylist(),
        reader,
        max(member.crop_px for member in members),
        settings,
        batch_size,
        decoders,
    )
    found, usable = [], []
    for batch in batches:
        usable += [galaxy.picture is not None for galaxy in batch]
        if (predicted := predicted_batch(batch, members, device)) is not None:
            found.append(predicted.probabilities)
    columns = labels.shape[1]
    return Labelled(
        np.concatenate(found) if found else np.empty((0, columns)),
        labels.loc[ids[np.array(usable, bool)]].to_numpy(),
        given=len(labels),
        unlisted=len(labels) - len(ids),
        unusable=len(usable) - sum(usable),
    )


def rows_with_labels(parts: Sequence[Path], labelled: pd.Index) -> Iterator[pa.Table]:
    """The rows of each part of a list whose galaxies are labelled.

    Raises InputError if a galaxy is listed twice, or if a part is not what was listed.
    """
    seen: set[str] = set()
    for part in parts:
        table = read_part(part)[0].select([ID, PLACE, RADIUS, FAULT])
        ids = texts(table, ID)
        ours = ids.isin(labelled)
        for name in ids[ours]:
            if name in seen:
                raise InputError(
                    f"catalogue.labels: {name}, which has a label, names two galaxies of the "
                    "catalogue; give each an id of its own (catalogue.id_column)"
                )
            seen.add(name)
        yield table.filter(pa.array(ours.to_numpy()))


def require_unlearnt(
    ids: Sequence[str],
    places: Sequence[str],
    faults: Sequence[str | None],
    reader: PictureReader,
    learnt: Collection[str],
) -> None:
    """Raise InputError if networks learnt some of the labelled galaxies, by their pictures."""
    known = []
    for name, place, fault in zip(ids, places, faults, strict=True):
        try:
            content = None if fault or not learnt else reader.read(place)
        except Exception as error:
            if not is_the_images(error):
                raise
            continue
        if content is not None and hash_of(content) in learnt:
            known.append(name)
    if known:
        raise InputError(
            f"catalogue.labels: the networks learnt {len(known)} of the labelled galaxies, such as "
            f"{known[0]}, so that their errors there say nothing of others; leave these rows out"
        )
