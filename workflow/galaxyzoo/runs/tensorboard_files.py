"""A run as TensorBoard's event files: a folder for each curve."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image
from tensorboardX import SummaryWriter

from galaxyzoo.runs.tracking import About


class EventFiles:
    """A `Tracker` that writes event files in a folder, each curve's in one of its own below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.writers: dict[str, SummaryWriter] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def shown(self, curve: str) -> None:
        """Nothing is known of what event files have: they are not read."""

    def begin(self, curve: str, about: About) -> None:
        """Remove the curve's event files. A TensorBoard that has read them drops what they had."""
        self.end(curve)
        for path in (self.folder / curve).glob("events.out.tfevents.*"):
            path.unlink()
        self.writers[curve] = SummaryWriter(str(self.folder / curve), purge_step=0)

    def add(self, curve: str, values: Mapping[str, float], step: int, time: float) -> None:
        """Add scalars, in a further file if the curve was ended."""
        for name, value in values.items():
            self.writer(curve).add_scalar(name, value, step, walltime=time)

    def show(self, curve: str, folder: Path) -> None:
        """Add an experiment's figures."""
        for path in sorted((folder / "figures").glob("*.png")):
            with Image.open(path) as picture:
                pixels = np.asarray(picture.convert("RGB"))
            self.writer(curve).add_image(path.stem, pixels, 0, dataformats="HWC")

    def writer(self, curve: str) -> SummaryWriter:
        """The writer of a curve, which makes a file where none is open."""
        if curve not in self.writers:
            self.writers[curve] = SummaryWriter(str(self.folder / curve))
        return self.writers[curve]

    def end(self, curve: str) -> None:
        """Close the curve's file."""
        if writer := self.writers.pop(curve, None):
            writer.close()

    def flush(self) -> None:
        """Write what waits to be written."""
        for writer in self.writers.values():
            writer.flush()

    def close(self) -> None:
        """Close all files."""
        for curve in list(self.writers):
            self.end(curve)
