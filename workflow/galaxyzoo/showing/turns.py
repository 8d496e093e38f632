"""Calls of a server that take turns, so that what takes long is done once at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

MOST_PICTURES = 4  # that are looked at or wait for it; others are asked to come again
THREADS = 2 * MOST_PICTURES  # of a server, so that the page comes while pictures wait
COME_AGAIN = "It waits for other pictures: show it again in a minute."


class Busy(Exception):
    """There are too many pictures to look at."""


class Turns:
    """Runs calls one after another in one thread, which keeps a single team of torch's threads."""

    def __init__(self, most: int) -> None:
        """`most` is the number of calls that may run or wait."""
        self._thread = ThreadPoolExecutor(1)
        self._places = BoundedSemaphore(most)

    def run(self, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        """What a call returns. Raises Busy if too many wait."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            return self._thread.submit(call, *arguments).result()
        finally:
            self._places.release()
