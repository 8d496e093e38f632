"""A look at a catalogue's galaxies before they are predicted: how they differ from training."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import dataset

from galaxyzoo.calibration.familiarity import BLUE, LIGHT, PLACE, RED, SIZE, Reference
from galaxyzoo.calibration.likeness import too_often_flagged
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.catalogue.batches import fitted_pictures
from galaxyzoo.catalogue.listing import FAULT, RADIUS
from galaxyzoo.catalogue.listing import PLACE as IMAGE
from galaxyzoo.files.picture_sources import PictureReader

MOST_LOOKED_AT = 200
BATCH, MOST_REASONS = 32, 3
NAMES = {
    LIGHT: "light in the middle, levels of 255",
    SIZE: "half-light radius, px of the crop",
    PLACE: "light off the centre, px of the crop",
    RED: "red share of the middle's light",
    BLUE: "blue share of the middle's light",
}


def look(
    listing: Path,
    galaxies: Path,
    settings: dict[str, Any],
    crop_px: int,
    reference: Reference,
    decoders: int,
) -> list[str]:
    """Sentences about some of the galaxies of a `listing`, evenly spread over it.

    They tell whose pictures cannot be used, and in what too many galaxies are beyond the limits of
    the `reference`, within which 99 % of validation galaxies are. `galaxies` is the path that they
    were listed from, `settings` the config's `catalogue`, `crop_px` the width of the crops.
    """
    listed = spread_over(listing)
    reader = PictureReader(galaxies, settings)
    columns = [listed[name].to_pylist() for name in (IMAGE, RADIUS, FAULT)]
    batches = fitted_pictures(*columns, reader, crop_px, settings, BATCH, decoders)
    looked_at = [galaxy for batch in batches for galaxy in batch]
    good = [galaxy.picture.pixels for galaxy in looked_at if galaxy.picture is not None]
    sentences = [f"{len(looked_at)} of the galaxies were looked at, and {len(good)} can be used."]
    reasons = Counter(galaxy.reason for galaxy in looked_at if galaxy.picture is None)
    sentences += [f"{n} cannot: {reason}." for reason, n in reasons.most_common(MOST_REASONS)]
    if good:
        sentences += beyond_limits(measured(np.stack(good), np.arange(len(good))), reference)
    return sentences


def spread_over(listing: Path) -> pa.Table:
    """At most MOST_LOOKED_AT galaxies of a listing, evenly spread over it."""
    whole = dataset.dataset(sorted(listing.glob("*.parquet")))
    count = whole.count_rows()
    rows = np.unique(np.linspace(0, count - 1, min(count, MOST_LOOKED_AT)).round().astype(int))
    return whole.take(rows, columns=[IMAGE, RADIUS, FAULT])


def beyond_limits(light: pd.DataFrame, reference: Reference) -> list[str]:
    """A sentence for each property in which too many of the galaxies are beyond its limits."""
    beyond = {name: int(reference.is_beyond(name, light[name].to_numpy()).sum()) for name in NAMES}
    sentences = []
    for name, share in too_often_flagged(beyond, len(light)).items():
        low, high = reference.limits[name]
        limits = " and ".join(
            f"{word} {end:.3g}"
            for word, end in (("above", low), ("below", high))
            if np.isfinite(end)
        )
        sentences.append(
            f"{share:.0%} differ from the galaxies of training in {NAMES[name]}: 99 % of those are "
            f"{limits}, the median here is {light[name].median():.3g}."
        )
    if sentences:
        return [*sentences, "Predictions of galaxies that differ are guesses."]
    return ["In light, size, place and colours they are like the galaxies of training."]
