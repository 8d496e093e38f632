"""The galaxies of a stage, held on the training device or streamed to it from host memory."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from galaxyzoo.engine.read_ahead import read_ahead
from galaxyzoo.engine.transforms import resize, wide_px

SHARE_OF_FREE_MEMORY = 0.5  # of a GPU's memory, for galaxies; the rest is for the network

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]


class Unread(NamedTuple):
    """Where the pictures of N galaxies come from, and which of them no batch has had yet.

    They are in the `rows` (N,) of the packed `crops`, to be resized by `transforms.resize` to a
    `size_px` and a `zoom`. `left` (N,) is true for those that are to be read.
    """

    crops: np.ndarray
    rows: np.ndarray
    left: np.ndarray
    size_px: int
    zoom: float

    def among(self, batch: torch.Tensor) -> np.ndarray:
        """The galaxies of a batch that are to be read, in the order in which they lie."""
        galaxies = np.sort(batch.cpu().numpy())
        return galaxies[self.left[galaxies]]


@dataclass(frozen=True)
class Galaxies:
    """Pictures (N, bands, wide, wide) uint8, channels last, and labels (N, columns) float32.

    A label is NaN where an answer has none. `votes` (N, columns) float32 are the counted votes, NaN
    where one is not known, if training needs them. A network sees the middle of a picture, or
    turned and enlarged views of it. All are on `device`, unless they are `streamed` to it from host
    memory batch by batch. Of the `images`, those that are `unread` hold nothing before `batches`
    yields them: so training begins at once, and reads while it trains.
    """

    images: torch.Tensor
    labels: torch.Tensor
    device: torch.device
    streamed: bool = False
    votes: torch.Tensor | None = None
    unread: Unread | None = None

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, order: np.ndarray) -> torch.Tensor:
        """Row numbers int64 where the pictures are, to be given to `batches` in parts."""
        return torch.from_numpy(order).to(self.images.device, non_blocking=True)

    def batches(self, rows: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """Pictures, labels and any votes on the device of each batch of `rows` (batch,) int64.

        Raises InputError if a crop is not as it was written.
        """
        if self.streamed:
            yield from self.streamed_batches(self.with_pictures(rows))
        else:
            for batch in self.with_pictures(rows):
                votes = None if self.votes is None else self.votes[batch]
                yield self.images[batch], self.labels[batch], votes

    def with_pictures(self, rows: Sequence[torch.Tensor]) -> Iterator[torch.Tensor]:
        """Each batch of `rows`, once its pictures are there: those that are unread are read ahead.

        On a GPU, nothing in this waits for it, unless they are streamed.
        """
        if self.unread is None or not self.unread.left.any():
            yield from rows
            return
        crops, rows_of_crops, left, size_px, zoom = self.unread
        unread = [self.unread.among(batch) for batch in rows]
        ahead = read_ahead(crops, [rows_of_crops[new] for new in unread], self.device)
        as_rows = len(self), math.prod(self.images.shape[1:])
        table = self.images.permute(0, 2, 3, 1).view(as_rows)
        for batch, new, pixels in zip(rows, unread, ahead, strict=True):
            if len(new):
                pictures = resize(pixels.to(self.device, non_blocking=True), size_px, zoom)
                places = torch.from_numpy(new).to(table.device, non_blocking=True)
                table[places] = pictures.permute(0, 2, 3, 1).flatten(1).to(table.device)
                left[new] = False
            yield batch

    def streamed_batches(self, rows: Iterable[torch.Tensor]) -> Iterator[Batch]:
        """Batches from host memory; gathers one while the one before is in use."""
        with ThreadPoolExecutor(1) as pool:
            current = None
            for batch in itertools.chain(rows, [None]):
                upcoming = None if batch is None else pool.submit(self.gathered, batch)
                if current:
                    images, labels, votes = current.result()
                    yield (
                        images.to(self.device, non_blocking=True).permute(0, 3, 1, 2),
                        labels.to(self.device, non_blocking=True),
                        None if votes is None else votes.to(self.device, non_blocking=True),
                    )
                current = upcoming

    def gathered(self, rows: torch.Tensor) -> Batch:
        """Pictures (batch, wide, wide, bands), labels and votes of `rows`, pinned for a GPU.

        Gathered by NumPy, in the calling thread only. Torch would use the threads that train.
        """
        tables = (self.images.permute(0, 2, 3, 1), self.labels, self.votes)
        batch = tuple(
            None if table is None else torch.from_numpy(table.numpy()[rows.numpy()])
            for table in tables
        )
        if self.device.type == "cuda":
            return tuple(None if part is None else part.pin_memory() for part in batch)
        return batch


def load_galaxies(
    crops: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    size_px: int,
    zoom: float,
    device: torch.device,
    stream: bool,
    votes: np.ndarray | None = None,
) -> Galaxies:
    """The galaxies in the given `rows` of the survey's arrays, resized once to the stage's size.

    They are read and resized when a batch first has them. `zoom` is that of the crop at which the
    network looks at them: see `transforms.resize`. They are streamed if `stream` is set or if they
    do not fit on the device. `votes` (N, columns) float64 are the counted votes, if they are
    needed.
    """
    wide, bands = wide_px(size_px, zoom), crops.shape[-1]
    streamed = stream or not fits(len(rows) * bands * wide**2, device)
    home = torch.device("cpu") if streamed else device
    images = torch.empty(
        (len(rows), bands, wide, wide),
        dtype=torch.uint8,
        device=home,
        memory_format=torch.channels_last,
    )
    on_labels, on_votes = (
        None if table is None else torch.from_numpy(table[rows].astype(np.float32)).to(home)
        for table in (labels, votes)
    )
    unread = Unread(crops, rows, np.ones(len(rows), bool), size_px, zoom)
    return Galaxies(images, on_labels, device, streamed, on_votes, unread)


def fits(size_bytes: int, device: torch.device) -> bool:
    """Whether a device has room for this many bytes of galaxies. The host always has."""
    if device.type != "cuda":
        return True
    free_bytes, _ = torch.cuda.mem_get_info(device)
    return size_bytes < SHARE_OF_FREE_MEMORY * free_bytes
