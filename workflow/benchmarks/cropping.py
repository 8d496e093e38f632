"""Cropping against Pillow decoding the same bytes in as many processes; crop and split as a job."""

import io
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import pandas as pd
from PIL import Image

from benchmarks.pairs import Speeds, compare
from benchmarks.pictures import jpegs, write_zip
from galaxyzoo.foundation.split_files import write_split
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.surveys.crops import crop_survey
from galaxyzoo.surveys.splits import draw_holdout, split

CROP_PX = 224
PICTURES = pictures_of_survey({"source": "files"})
CROPS = "crops.npy"


def crop_speeds(galaxies: int, pairs: int) -> Speeds:
    """Cropping a zip of `galaxies` pictures, against Pillow decoding them from memory."""
    processes = os.cpu_count()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder), galaxies)

        def bare() -> None:
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                pool.map(decode, range(galaxies), chunksize=64)

        return compare(
            lambda: crop(Path(folder), processes),
            bare,
            galaxies,
            pairs,
            tidy=(Path(folder) / CROPS).unlink,
        )


def decode(number: int) -> None:
    """Decode a picture that forked processes have in memory, and discard it."""
    with Image.open(io.BytesIO(jpegs()[number % len(jpegs())])) as image:
        image.load()


def prepare(folder: Path, galaxies: int) -> None:
    """Write the pictures and labels of a survey into a folder."""
    write_zip(folder / "images.zip", galaxies).to_parquet(folder / "labels.parquet")


def crop(folder: Path, processes: int) -> None:
    """Crop the survey in a folder."""
    labels = pd.read_parquet(folder / "labels.parquet")
    outputs = [folder / name for name in (CROPS, "index.csv", "rejected.csv")]
    crop_survey(folder / "images.zip", labels, {}, CROP_PX, *outputs, "stop", processes, PICTURES)


def crop_and_split(folder: Path) -> None:
    """Crop the survey in a folder, and split its galaxies."""
    crop(folder, os.cpu_count())
    ids = pd.read_csv(folder / "index.csv", usecols=["GalaxyID"])["GalaxyID"].to_numpy()
    write_split(split(ids, draw_holdout(ids, 0.1, seed=0), 0.2, seed=0), folder / "split.csv")


if __name__ == "__main__":
    crop_and_split(Path(sys.argv[1]))
