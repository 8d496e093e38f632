"""A small finished catalogue made without networks, to be looked through."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

from galaxyzoo.calibration.reduction import reduction_of, write_reduction
from galaxyzoo.catalogue.compared import compare_galaxies
from galaxyzoo.catalogue.listing import FAULT, PLACE, RADIUS, SHA256
from galaxyzoo.catalogue.tables import LISTED, REDUCED
from galaxyzoo.plan.listed_galaxies import contents_of, write_contents, write_record

GALAXIES, STRANGE, BAD = 40, 33, 20  # how many, and the positions of two of them
SETTINGS = {
    "experiment": "any",
    "name": "small",
    "crop": 64,
    "catalogue": {
        "image_column": None,
        "bands": ["i", "r", "g"],
        "pixel_scale": None,
        "training_scale": None,
        "sizes": "crop",
    },
}


def features() -> np.ndarray:
    """Features (40, 8), of which one galaxy's are like no other's."""
    rng = np.random.default_rng(0)
    values = 1 + 0.1 * rng.normal(size=(GALAXIES, 8))
    values[STRANGE, 2:5] = -1
    return values.astype(np.float32)


def name_of(position: int) -> str:
    return f"J{position} <b>&"


def shard_tables(folder: Path) -> tuple[list[Path], list[Path]]:
    """The list of a catalogue in a folder, and its shards and reduced features; a bad picture."""
    pictures, listing = folder / "pictures", folder / "listing"
    for one in (pictures, listing, folder / "shards" / "reduced"):
        one.mkdir(parents=True)
    reduction, made = reduction_of(features()), {}
    write_reduction(reduction, folder / "reduction.npz")
    numbers = reduction.of(features())
    for position in range(GALAXIES):
        colour = (5 * position, 100, 250 - 5 * position)
        Image.new("RGB", (64, 64), colour).save(pictures / f"{position}.png")
    parts = np.array_split(np.arange(GALAXIES), 3)
    for number, part in enumerate(parts):
        nothing = pa.nulls(len(part), pa.string())
        listed = {
            "id": [name_of(one) for one in part],
            PLACE: [f"{one}.png" for one in part],
            RADIUS: pa.nulls(len(part), pa.float64()),
            FAULT: nothing,
            SHA256: nothing,
        }
        parquet.write_table(pa.table(listed), listing / f"{number:05d}.parquet")
        made[f"{number:05d}"] = len(part)
    write_contents(listing, made, 0, "now")
    known = contents_of(listing)["parts"]
    shards, reduced = [], []
    for name, part in zip(made, parts, strict=True):
        ids = [name_of(one) for one in part]
        rows = {
            "id": ids,
            "sentence": [None if one == BAD else f"Galaxy {one}." for one in part],
            "strangeness": pa.nulls(len(part), pa.float32()),
            "flag_bad_image": [bool(one == BAD) for one in part],
        }
        lists = pa.array(
            [None if one == BAD else numbers[one] for one in part],
            pa.list_(pa.int8(), numbers.shape[1]),
        )
        shards.append(folder / "shards" / f"{name}.parquet")
        reduced.append(folder / "shards" / "reduced" / f"{name}.parquet")
        for table, path in (
            (pa.table(rows), shards[-1]),
            (pa.table({"id": ids, REDUCED: lists}), reduced[-1]),
        ):
            of_the_list = {LISTED: known[name]["sha256"]}
            parquet.write_table(table.replace_schema_metadata(of_the_list), path)
    write_record(folder, pictures)
    return shards, reduced


def small_catalogue(folder: Path) -> Path:
    """The folder of a catalogue of 40 galaxies in three shards."""
    shards, reduced = shard_tables(folder)
    compared(folder, shards, reduced)
    return folder


def compared(folder: Path, shards: list[Path], reduced: list[Path]) -> int:
    """Compare the galaxies of a catalogue; return how many are."""
    return compare_galaxies(
        shards,
        reduced,
        folder / "listing",
        folder / "reduction.npz",
        folder / "reduction.npz",  # any file does for a checkpoint
        folder / "catalogue.parquet",
        folder / "neighbours",
        SETTINGS,
        1,
    )


def about(folder: Path) -> dict:
    """What is known of a catalogue's neighbours."""
    return json.loads((folder / "neighbours" / "neighbours.json").read_text(encoding="utf-8"))
