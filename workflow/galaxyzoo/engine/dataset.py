"""The galaxies of a stage, held on the training device or streamed to it from host memory."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from galaxyzoo.engine.transforms import resize, wide_px

RESIZED_AT_ONCE = 512
SHARE_OF_FREE_MEMORY = 0.5  # of a GPU's memory, for galaxies; the rest is for the network

Batch = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Galaxies:
    """Pictures (N, bands, wide, wide) uint8, channels last, and labels (N, columns) float32.

    A label is NaN where an answer has none.
    A network sees their middle, or turned and enlarged views of it. Both are on `device`, unless
    they are `streamed` to it from host memory batch by batch.
    """

    images: torch.Tensor
    labels: torch.Tensor
    device: torch.device
    streamed: bool = False

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, order: np.ndarray) -> torch.Tensor:
        """Row numbers int64 where the pictures are, to be given to `batches` in parts."""
        return torch.from_numpy(order).to(self.images.device, non_blocking=True)

    def batches(self, rows: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """Pictures and labels on the device of each batch of `rows` (batch,) int64."""
        if self.streamed:
            yield from self.streamed_batches(rows)
        else:
            for batch in rows:
                yield self.images[batch], self.labels[batch]

    def streamed_batches(self, rows: Sequence[torch.Tensor]) -> Iterator[Batch]:
        """Pictures and labels from host memory; gathers a batch while the one before is in use."""
        with ThreadPoolExecutor(1) as pool:
            upcoming = [pool.submit(self.gathered, batch) for batch in rows[:1]]
            for following in [*rows[1:], None][: len(rows)]:
                images, labels = upcoming.pop().result()
                if following is not None:
                    upcoming.append(pool.submit(self.gathered, following))
                yield (
                    images.to(self.device, non_blocking=True).permute(0, 3, 1, 2),
                    labels.to(self.device, non_blocking=True),
                )

    def gathered(self, rows: torch.Tensor) -> Batch:
        """Pictures (batch, wide, wide, bands) and labels of `rows`, in pinned memory for a GPU.

        Gathered by NumPy, in the calling thread only. Torch would use the threads that train.
        """
        pixels = self.images.permute(0, 2, 3, 1).numpy()[rows.numpy()]
        batch = torch.from_numpy(pixels), torch.from_numpy(self.labels.numpy()[rows.numpy()])
        if self.device.type == "cuda":
            return batch[0].pin_memory(), batch[1].pin_memory()
        return batch


def load_galaxies(
    crops: np.ndarray,
    labels: np.ndarray,
    rows: np.ndarray,
    size_px: int,
    zoom: float,
    device: torch.device,
    stream: bool,
) -> Galaxies:
    """The galaxies in the given `rows` of the survey's arrays, resized once to the stage's size.

    `zoom` is that of the crop at which the network looks at them: see `transforms.resize`. They are
    streamed if `stream` is set or if they do not fit on the device.
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
    return Galaxies(
        images, torch.from_numpy(labels[rows].astype(np.float32)).to(home), device, streamed
    )


def fits(size_bytes: int, device: torch.device) -> bool:
    """Whether a device has room for this many bytes of galaxies. The host always has."""
    if device.type != "cuda":
        return True
    free_bytes, _ = torch.cuda.mem_get_info(device)
    return size_bytes < SHARE_OF_FREE_MEMORY * free_bytes
