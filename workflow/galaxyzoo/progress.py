"""How far a long loop has come: a bar on a terminal, a few plain lines in a log file."""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

logger = logging.getLogger(__name__)


def progress(iterable: Iterable[Item], total: int, desc: str, unit: str) -> Iterator[Item]:
    """Hand on the items of `iterable` and tell how many of `total` have been dealt with.

    A bar where stderr is a terminal; elsewhere one log line each time another tenth is done.
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
