"""The galaxies of a stage, held on the training device or streamed to it from host memory."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from galaxyzoo.engine.transforms import resize, wide_px

RESIZED_AT_ONCE = 512
SHARE_OF_FREE_MEMORY = 0.5  # of a GPU's memory, for galaxies; the rest is for the network

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor | None]


@dataclass(frozen=True)
class Galaxies:
    """Pictures (N, bands, wide, wide) uint8, channels last, and labels (N, columns) float32.

    A label is NaN where an answer has none. `votes` (N, columns) float32 are the counted votes, NaN
    where one is not known, if training needs them. A network sees the middle of a picture, or
    turned and enlarged views of it. All are on `device`, unless they are `streamed` to it from host
    memory batch by batch.
    """

    images: torch.Tensor
    labels: torch.Tensor
    device: torch.device
    streamed: bool = False
    votes: torch.Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, order: np.ndarray) -> torch.Tensor:
        """Row numbers int64 where the pictures are, to be given to `batches` in parts."""
        return torch.from_numpy(order).to(self.images.device, non_blocking=True)

    def batches(self, rows: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """Pictures, labels and any votes on the device of each batch of `rows` (batch,) int64."""
        if self.streamed:
            yield from self.streamed_batches(rows)
        else:
            for batch in rows:
                votes = None if self.votes is None else self.votes[batch]
                yield self.images[batch], self.labels[batch], votes

    def streamed_batches(self, rows: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """Batches from host memory; gathers one while the one before is in use."""
        with ThreadPoolExecutor(1) as pool:
            upcoming = [pool.submit(self.gathered, batch) for batch in rows[:1]]
            for following in [*rows[1:], None][: len(rows)]:
                images, labels, votes = upcoming.pop().result()
                if following is not None:
                    upcoming.append(pool.submit(self.gathered, following))
                yield (
                    images.to(self.device, non_blocking=True).permute(0, 3, 1, 2),
                    labels.to(self.device, non_blocking=True),
                    None if votes is None else votes.to(self.device, non_blocking=True),
                )

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

    `zoom` is that of the crop at which the network looks at them: see `transforms.resize`. They are
    streamed if `stream` is set or if they do not fit on the device. `votes` (N, columns) float64
    are the counted votes, if they are needed.
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
    for start in range(0, len(rows), RESIZED_AT_ONCE):
        part = slice(start, start + RESIZED_AT_ONCE)
        pixels = torch.from_numpy(crops[rows[part]]).to(device)
        images[part] = resize(pixels, size_px, zoom).to(home)
    on_labels, on_votes = (
        None if table is None else torch.from_numpy(table[rows].astype(np.float32)).to(home)
        for table in (labels, votes)
    )
    return Galaxies(images, on_labels, device, streamed, on_votes)


def fits(size_bytes: int, device: torch.device) -> bool:
    """Whether a device has room for this many bytes of galaxies. The host always has."""
    if device.type != "cuda":
        return True
    free_bytes, _ = torch.cuda.mem_get_info(device)
    return size_bytes < SHARE_OF_FREE_MEMORY * free_bytes
