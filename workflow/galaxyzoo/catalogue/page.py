"""The page of a catalogue: a search, contact sheets, counts down the tree, and flags."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup
from pyarrow import parquet

from galaxyzoo.catalogue.batches import fitted_pictures
from galaxyzoo.catalogue.listing import PLACE, RADIUS
from galaxyzoo.catalogue.preview import Preview
from galaxyzoo.catalogue.summary import Summary
from galaxyzoo.evaluation.choices import choices_in_words
from galaxyzoo.evaluation.starts import starts_in_words
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.report.templates import in_print, page_templates, script_hash, thumbnail

THUMBNAIL_PX = 160
WEBP_QUALITY = 88


def catalogue_page(
    counts: Summary,
    first: Preview,
    listing: Path,
    galaxies: Path,
    template: Path,
    settings: Mapping[str, Any],
    metrics: Mapping[str, Any],
    meanings: Mapping[str, str],
    differences: Sequence[str],
    of_reset: Sequence[str],
    told: Sequence[str],
    commit: str,
) -> str:
    """The page, as HTML, with the pictures of its sheets read again from the `galaxies` path.

    They are found there by their `listing`. `first` are the rows that it shows and searches.
    `meanings` describes each of the catalogue's columns, by name. `differences` are sentences of
    `likeness.differences_in_words`, `of_reset` those on labels that the intervals were reset on,
    and `told` sentences about what was left out, and how pictures are read.
    """
    reader = PictureReader(galaxies, settings["catalogue"])
    sheets = [
        {
            "title": sheet.title,
            "likely": sheet.likely,
            "galaxies": shown(sheet.galaxies, listing, reader, settings),
        }
        for sheet in counts.sheets
    ]
    script = (template.parent / "catalogue.js").read_text(encoding="utf-8")
    pages = page_templates(template.parent)
    return pages.get_template(template.name).render(
        name=settings["name"],
        experiment=settings["experiment"],
        words=in_print(settings["words"]),
        galaxies=counts.galaxies,
        columns=first.columns,
        rows=first.rows,
        rows_json=Markup(json.dumps(first.rows).replace("<", "\\u003c")),  # no tag closes it
        script=Markup(script),
        script_hash=script_hash(script),
        answers=counts.answers.to_dict("records"),
        flags=counts.flags,
        meanings=meanings,
        fitted=counts.fitted,
        reasons=counts.reasons,
        sheets=sheets,
        metrics=metrics,
        starts=starts_in_words(metrics.get("starts")) + choices_in_words(metrics),
        differences=differences,
        of_reset=of_reset,
        told=told,
        commit=commit,
    )


def shown(
    galaxies: pd.DataFrame, listing: Path, reader: PictureReader, settings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The galaxies of a sheet, with their pictures as base64-encoded WebP files.

    A picture that cannot be read any more is None, and has a reason.
    """
    entries = []
    for galaxy in galaxies.itertuples():
        part = listing / Path(galaxy.shard).name
        entries.append(
            {
                "id": galaxy.id,
                "value": galaxy.value,
                "sentence": galaxy.sentence,
                **picture_of(part, galaxy.row, reader, settings),
            }
        )
    return entries


def picture_of(
    part: Path, row: int, reader: PictureReader, settings: Mapping[str, Any]
) -> dict[str, str | None]:
    """The `picture` of a row of a listing's part, as base64-encoded WebP.

    One that cannot be read any more is None, and has a `reason`.
    """
    listed = parquet.read_table(part, columns=[PLACE, RADIUS]).slice(row, 1)
    place, radius = listed[PLACE][0].as_py(), listed[RADIUS][0].as_py()
    [[one]] = fitted_pictures(
        [place], [radius], [None], reader, settings["crop"], settings["catalogue"], 1, 1
    )
    picture = one.picture and thumbnail(one.picture.pixels, THUMBNAIL_PX, WEBP_QUALITY)
    return {"picture": picture, "reason": one.reason}
