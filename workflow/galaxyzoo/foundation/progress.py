"""Progress of a long loop: lines for the run and the log; a bar on a terminal without a run."""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from galaxyzoo.foundation.terminal import PROGRESS, VARIABLE

Item = TypeVar("Item")

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0


def progress(iterable: Iterable[Item], total: int, desc: str, unit: str) -> Iterator[Item]:
    """Yield the items of `iterable`, and report how many of `total` are done.

    Shows a bar if that is for it to draw; otherwise logs a line each ten seconds, and at the end.
    """
    if draws_a_bar():
        yield from tqdm(iterable, total=total, desc=desc, unit=unit)
        return
    start = told = time.monotonic()
    for done, item in enumerate(iterable, 1):
        yield item
        now = time.monotonic()
        if done == total or now - told >= SECONDS_BETWEEN_LINES:
            told = now
            taken = time_in_words(now - start)
            logger.info("%s: %d of %d %s, %s", desc, done, total, unit, taken, extra=PROGRESS)


@contextmanager
def growth_progress(path: Path, total_bytes: int, desc: str) -> Iterator[None]:
    """Report how many megabytes of `path` have been written while the body runs.

    Shows a bar if that is for it to draw; otherwise logs a line each ten seconds, and at the end.
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
    has_bar, is_over = draws_a_bar(), False
    start = told = time.monotonic()
    with tqdm(
        total=total_bytes,
        initial=size,
        desc=desc,
        unit="B",
        unit_scale=True,
        disable=not has_bar,
    ) as bar:
        while not is_over:
            is_over = ended.wait(0.5)
            before, size = size, size_bytes(path)
            bar.update(size - before)
            now = time.monotonic()
            if not has_bar and (is_over or now - told >= SECONDS_BETWEEN_LINES):
                told = now
                done, total, taken = size / 1e6, total_bytes / 1e6, time_in_words(now - start)
                logger.info("%s: %.1f of %.1f MB, %s", desc, done, total, taken, extra=PROGRESS)


def draws_a_bar() -> bool:
    """Whether stderr is a terminal on which no run writes."""
    return sys.stderr.isatty() and VARIABLE not in os.environ


def time_in_words(seconds: float) -> str:
    """A length of time, such as `40 s`, `12 min` or `3 h 20 min`."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def time_left(seconds: float) -> str:
    """What follows in a line of progress: `, 40 s left`, and nothing at the end."""
    return f", {time_in_words(seconds)} left" if seconds else ""


def size_bytes(path: Path) -> int:
    """Length of a file in bytes; 0 if it does not exist."""
    return path.stat().st_size if path.exists() else 0
