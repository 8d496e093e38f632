"""Crops read ahead of a device: while it works on a batch, threads read and check the next ones."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

READERS = 2  # threads, and batches that wait beside the one in use


def read_ahead(
    crops: np.ndarray, batches: Sequence[np.ndarray], device: torch.device
) -> Iterator[torch.Tensor]:
    """The crops of each of the `batches` of rows, in turn: (n, s, s, bands) uint8.

    `crops` is the packed array (N, s, s, bands) uint8. What is yielded is in host memory, pinned
    for a GPU, so that nothing waits for its copy. Raises what reading the crops raises. Read by
    NumPy: torch would use the threads that train.
    """
    pool, waiting = ThreadPoolExecutor(READERS), deque[Future[torch.Tensor]]()
    try:
        for rows in [*batches, *[None] * READERS]:
            if rows is not None:
                waiting.append(pool.submit(in_host_memory, crops, rows, device))
            if waiting and (rows is None or len(waiting) > READERS):
                yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def in_batches(rows: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Rows (n,) of crops, at most `batch_size` together."""
    return [rows[start : start + batch_size] for start in range(0, len(rows), batch_size)]


def in_host_memory(crops: np.ndarray, rows: np.ndarray, device: torch.device) -> torch.Tensor:
    """The crops in some rows, to be copied to a device."""
    pixels = torch.from_numpy(crops[rows])
    return pixels.pin_memory() if device.type == "cuda" else pixels
