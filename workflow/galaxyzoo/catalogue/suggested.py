"""The galaxies of a catalogue that are suggested to be labelled next: a table, and a page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.catalogue.columns import FLAGS, ID
from galaxyzoo.catalogue.page import shown
from galaxyzoo.catalogue.suggestions import suggested
from galaxyzoo.files.given_cells import texts
from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.picture_sources import PictureReader, id_column_of
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.plan.suggestion_methods import OF_FEATURES
from galaxyzoo.report.templates import counted, page_templates

DISAGREEMENT, SENTENCE, BAD, RANK = "network_disagreement", "sentence", "flag_bad_image", "rank"
MOST_COMPARED = 20_000  # galaxies whose features are compared; of more, that many drawn at random
MOST_SHOWN = 200  # pictures on the page


def write_suggestions(
    shards: Sequence[Path],
    features: Sequence[Path],
    labelled: Sequence[Path],
    galaxies: Path,
    listing: Path,
    template: Path,
    table: Path,
    page: Path,
    settings: Mapping[str, Any],
) -> list[str]:
    """Write the suggested galaxies as a CSV table and an HTML page; return sentences about them.

    `shards` are those of a catalogue and `listing` its folder of galaxies, `features` as many files
    of features, or none, and `labelled` tables with ids of galaxies that are left out; `labelled`
    of the settings names the column of ids of each. The table has the galaxies' `rank`, id,
    disagreement, sentence and flags, the first to label first. Raises InputError if no galaxy is
    left.
    """
    suggest = settings["suggest"]
    every = read_shards(shards)
    usable = every[~every[BAD]]
    keys = settings["labelled"]
    ids = set().union(*map(labelled_ids, labelled, keys))
    has_label = usable[ID].astype(str).isin(ids)
    left = usable[~has_label]
    if left.empty:
        raise InputError(
            f"no galaxy of {settings['name']} is left to label: of {len(every)}, "
            f"{len(every) - len(usable)} have no usable picture, and {len(usable)} have labels"
        )
    generator = numpy_generator("suggest", suggest["method"], len(ids))
    left, known = some_of(left, generator), usable[has_label]
    compared = None
    if suggest["method"] in OF_FEATURES:
        known = some_of(known, generator)
        compared = features_of_rows(features, shards, left)
        known = features_of_rows(features, shards, known) if len(known) else None
    chosen = suggested(
        suggest["method"],
        suggest["number"],
        left[DISAGREEMENT].to_numpy(),
        compared,
        known if compared is not None else None,
        generator,
    )
    rows = left.iloc[chosen].assign(**{RANK: np.arange(1, len(chosen) + 1)})
    with replaced(table) as unfinished:
        rows[[RANK, ID, DISAGREEMENT, SENTENCE, "flags"]].to_csv(unfinished, index=False)
    told = sentences(len(every), len(every) - len(usable), int(has_label.sum()), len(ids), rows)
    with replaced(page) as unfinished:
        text = sheet(rows, galaxies, listing, template, told, settings)
        unfinished.write_text(text, encoding="utf-8")
    return told


def some_of(rows: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """At most MOST_COMPARED rows of a table, drawn at random, in their order."""
    if len(rows) <= MOST_COMPARED:
        return rows
    return rows.iloc[np.sort(generator.permutation(len(rows))[:MOST_COMPARED])]


def read_shards(shards: Sequence[Path]) -> pd.DataFrame:
    """What is needed of a catalogue's galaxies: with `shard`, `row` in it, and `flags` in words."""
    names = [name for name, _ in FLAGS if name != BAD]
    parts = []
    for shard in shards:
        part = parquet.read_table(shard, columns=[ID, DISAGREEMENT, SENTENCE, BAD, *names])
        parts.append(part.to_pandas().assign(shard=str(shard), row=np.arange(len(part))))
    every = pd.concat(parts, ignore_index=True)
    is_set = every[names].to_numpy(bool)
    every["flags"] = [
        ", ".join(name for name, one in zip(names, row, strict=True) if one) for row in is_set
    ]
    return every.drop(columns=names)


def features_of_rows(
    features: Sequence[Path], shards: Sequence[Path], rows: pd.DataFrame
) -> np.ndarray:
    """Features (rows, C) float32 of some galaxies, in their order.

    `features` has a file for each of the `shards`.
    """
    files = {str(shard): file for shard, file in zip(shards, features, strict=True)}
    parts = []
    for shard, of_shard in rows.groupby("shard", sort=False):
        column = parquet.read_table(files[shard], columns=["features"])["features"]
        taken = column.take(pa.array(of_shard["row"].to_numpy())).combine_chunks()
        parts.append(taken.flatten().to_numpy().reshape(len(of_shard), -1))
    return np.concatenate(parts)


def labelled_ids(table: Path, settings: Mapping[str, Any]) -> set[str]:
    """The ids in a table of galaxies that have labels, as text.

    `settings` are the `key` of the config that names the table, and its `id_column`, None to find.
    """
    given = read_given_table(table, settings["id_column"])
    column = id_column_of(given.column_names, table, settings)
    if column is None:
        raise InputError(
            f"{settings['key']}: {table} has no column of ids; call it {ID}, as the catalogue does"
        )
    return set(texts(given, column)) - {""}


def sentences(every: int, bad: int, known: int, given: int, rows: pd.DataFrame) -> list[str]:
    """What was chosen, of how many galaxies, and what was left out."""
    told = [f"{counted(len(rows), 'galaxy', 'galaxies')} of {every:,} to label next."]
    if bad:
        told.append(f"Left out, since their pictures cannot be used: {bad:,}.")
    if given:
        unlisted = f"; {given - known:,} more with labels are not among them" * (given > known)
        told.append(f"Left out, since they have labels: {known:,}{unlisted}.")
    return told


def sheet(
    rows: pd.DataFrame,
    galaxies: Path,
    listing: Path,
    template: Path,
    told: Sequence[str],
    settings: Mapping[str, Any],
) -> str:
    """The page of the first MOST_SHOWN galaxies, with their pictures, as HTML."""
    first = rows.head(MOST_SHOWN).rename(columns={DISAGREEMENT: "value"})
    reader = PictureReader(galaxies, settings["catalogue"])
    return (
        page_templates(template.parent)
        .get_template(template.name)
        .render(
            name=settings["name"],
            experiment=settings["experiment"],
            method=settings["suggest"]["method"],
            told=told,
            more=len(rows) - len(first),
            galaxies=shown(first, listing, reader, settings),
        )
    )
