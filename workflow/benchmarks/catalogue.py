"""A shard of a catalogue against bare forward passes; a whole catalogue as a job."""

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.engine import TTA, one_batch, ready_network, synchronise
from benchmarks.pairs import Speeds, compare
from benchmarks.pictures import write_zip
from galaxyzoo.calibration.calibration import Calibration, fitted_calibration
from galaxyzoo.calibration.familiarity import LIGHT, PLACE, SIZE, Reference, reference_of
from galaxyzoo.calibration.reduction import Reduction, reduction_of
from galaxyzoo.catalogue.columns import catalogue_columns
from galaxyzoo.catalogue.listing import list_for_catalogue
from galaxyzoo.catalogue.shards import predict_shard
from galaxyzoo.catalogue.tables import write_tables
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.devices import best_device
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

CROP_PX = 224
CALIBRATION_ROWS = 1000
SETTINGS = {
    "id_column": None,
    "image_column": None,
    "ra_column": None,
    "dec_column": None,
    "radius_column": None,
    "pixel_scale": None,
    "training_scale": 0.02,
    "bands": ["i", "r", "g"],
    "key": "catalogue",
    "sizes": "crop",
    "told": [],
}
TREE = tree_from(QUESTIONS)
COLUMNS = catalogue_columns(TREE)


@cache
def calibration() -> Calibration:
    """Any calibration; it is read from a file by each job, and so not part of a speed."""
    rng = np.random.default_rng(0)
    shares = [rng.dirichlet(np.ones(len(q.answers)), CALIBRATION_ROWS) for q in TREE.questions]
    votes = np.concatenate(TREE.weighted(shares), axis=1)
    return fitted_calibration(votes, votes[::-1], np.arange(len(votes)), TREE)


@cache
def reference(width: int) -> Reference:
    """Any description of training galaxies with as many features; also read by each job."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(CALIBRATION_ROWS, width)).astype(np.float32)
    light = pd.DataFrame({name: rng.random(CALIBRATION_ROWS) for name in (LIGHT, PLACE, SIZE)})
    return reference_of(features, features, light)


@cache
def reduction(width: int) -> Reduction:
    """Any reduction of as many features; also read by each job."""
    rng = np.random.default_rng(0)
    return reduction_of(rng.random((CALIBRATION_ROWS, width), np.float32))


def predicted(folder: Path, members: list[Member], shard_size: int, batch_size: int) -> list[Path]:
    """List the galaxies of a zip in a folder, and predict all shards; return their paths."""
    settings = SETTINGS | {"shard_size": shard_size}
    list_for_catalogue(folder / "images.zip", folder / "listing", settings, TREE)
    width = members[0].network.body.num_features
    made = []
    for part in sorted((folder / "listing").glob("*.parquet")):
        made.append(folder / part.name)
        predict_shard(
            folder / "images.zip",
            part,
            made[-1],
            folder / f"{part.stem}_reduced.parquet",
            None,
            members,
            COLUMNS,
            calibration(),
            reference(width),
            reduction(width),
            settings,
            {"experiment": "benchmark", "commit": "none"},
            batch_size,
            best_device(),
            os.cpu_count() or 1,
        )
    return made


def catalogue_speeds(backbone: str, size_px: int, batch_size: int, batches: int) -> Speeds:
    """A shard by two networks against as many bare forward passes; images are galaxies x views."""
    networks = [ready_network(backbone, size_px, torch.float32).eval() for _ in range(2)]
    maps, galaxies = tta_maps(TTA), batches * batch_size
    members = [Member("any", network, maps, CROP_PX, 1.0) for network in networks]
    images, _ = one_batch(batch_size, size_px)

    @torch.no_grad()
    def bare() -> None:
        for network in networks:
            for _ in range(batches * len(maps)):
                network(images)
        synchronise()

    with tempfile.TemporaryDirectory() as folder:
        write_zip(Path(folder) / "images.zip", galaxies)
        return compare(
            lambda: predicted(Path(folder), members, galaxies, batch_size),
            bare,
            galaxies * len(maps) * len(networks),
            pairs=3,
        )


def prepare(folder: Path, galaxies: int) -> None:
    """Write a zip of pictures into a folder."""
    write_zip(folder / "images.zip", galaxies)


def whole(folder: Path) -> None:
    """Make a catalogue of the zip in a folder with a small network, in shards of 1,000."""
    network = ready_network("test_resnet", 64, torch.float32).eval()
    members = [Member("any", network, tta_maps(TTA)[:1], CROP_PX, 1.0)]
    shards = predicted(folder, members, shard_size=1000, batch_size=128)
    columns = {column.name: column for column in COLUMNS}
    write_tables(shards, columns, [column.name for column in COLUMNS[:9]], folder)


if __name__ == "__main__":
    whole(Path(sys.argv[1]))
