"""The crop against Pillow decoding the same bytes, on as many processes."""

import io
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

import pandas as pd
from PIL import Image

from benchmarks.pairs import Speeds, compare
from benchmarks.pictures import DIFFERENT, jpegs, write_zip
from galaxyzoo.crops import crop_survey

CROP_PX = 224


def crop_speeds(galaxies: int) -> Speeds:
    """Crop a zip of so many pictures, against decoding as many that are in memory already."""
    processes = os.cpu_count()
    pictures = [bytes(bytearray(jpegs()[i % DIFFERENT])) for i in range(galaxies)]
    with tempfile.TemporaryDirectory(dir="results") as folder:
        prepare(Path(folder), galaxies)

        def bare() -> None:
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                pool.map(decode, pictures, chunksize=64)

        return compare(lambda: crop(Path(folder), processes), bare, galaxies, pairs=5)


def decode(picture: bytes) -> None:
    """Decode a picture, and do nothing with it."""
    with Image.open(io.BytesIO(picture)) as image:
        image.load()


def prepare(folder: Path, galaxies: int) -> None:
    """Write the pictures and labels of a survey into a folder."""
    write_zip(folder / "images.zip", galaxies).to_parquet(folder / "labels.parquet")


def crop(folder: Path, processes: int) -> None:
    """Crop the survey in a folder; what it writes is new each time, as nothing is replaced."""
    labels = pd.read_parquet(folder / "labels.parquet")
    new = Path(tempfile.mkdtemp(dir=folder))
    outputs = [new / name for name in ("crops.npy", "index.csv", "rejected.csv")]
    crop_survey(folder / "images.zip", labels, CROP_PX, *outputs, "stop", processes)


if __name__ == "__main__":
    crop(Path(sys.argv[1]), os.cpu_count())
