"""Progress of a long loop: a bar on a terminal, a few plain lines in a log file."""

import logging
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

logger = logging.getLogger(__name__)


def progress(iterable: Iterable[Item], total: int, desc: str, unit: str) -> Iterator[Item]:
    """Yield the items of `iterable`, and report how many of `total` are done.

    Shows a bar if stderr is a terminal; otherwise logs a line each time another tenth is done.
    """
    if sys.stderr.isatty():
        yield from tqdm(iterable, total=total, desc=desc, unit=unit)
        return
    start = time.monotonic()
    for done, item in enumerate(iterable, 1):
        yield item
        if 10 * done // total > 10 * (done - 1) // total:
            seconds = time.monotonic() - start
            logger.info("%s: %d of %d %s, %.0f s", desc, done, total, unit, seconds)


@contextmanager
def growth_progress(path: Path, total_bytes: int, desc: str) -> Iterator[None]:
    """Report how many megabytes of `path` have been written while the body runs.

    Shows a bar if stderr is a terminal; otherwise logs a line each time another tenth is written.
    """
    ended = threading.Event()
    # The length is looked up here: by the time the thread begins, all may be written.
    growth = (path, size_bytes(path), total_bytes, desc, ended)
    watcher = threading.Thread(target=tell_growth, args=growth)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def tell_growth(path: Path, size: int, total_bytes: int, desc: str, ended: threading.Event) -> None:
    """Check the length of a file twice a second and report it, until `ended` is set.

    `size` is the length in bytes at the beginning.
    """
    is_terminal, start = sys.stderr.isatty(), time.monotonic()
    is_over = False
    with tqdm(
        total=total_bytes,
        initial=size,
        desc=desc,
        unit="B",
        unit_scale=True,
        disable=not is_terminal,
    ) as bar:
        while not is_over:
            is_over = ended.wait(0.5)
            before, size = size, size_bytes(path)
            bar.update(size - before)
            if not is_terminal and 10 * size // total_bytes > 10 * before // total_bytes:
                seconds = time.monotonic() - start
                done, total = size / 1e6, total_bytes / 1e6
                logger.info("%s: %.1f of %.1f MB, %.0f s", desc, done, total, seconds)


def size_bytes(path: Path) -> int:
    """Length of a file in bytes; 0 if it does not exist."""
    return path.stat().st_size if path.exists() else 0
