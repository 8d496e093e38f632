"""Two ways to do the same work, timed in turn so that machine noise affects both equally."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

PAIRS = 7


@dataclass(frozen=True)
class Speeds:
    """Median images per second of both ways, and the median ratio of the pairs, ours to bare."""

    ours: float
    bare: float
    ratio: float


def compare(
    ours: Callable[[], object],
    bare: Callable[[], object],
    images: int,
    pairs: int = PAIRS,
    tidy: Callable[[], object] = lambda: None,
) -> Speeds:
    """Time both ways of processing `images` images, in interleaved pairs after one warm-up.

    `tidy` removes what they left behind. It runs before each pair and is not timed.
    """
    ours(), bare()
    times = []
    for pair in range(pairs):
        tidy()
        ways = (ours, bare) if pair % 2 == 0 else (bare, ours)
        seconds = {way: timed(way) for way in ways}
        times.append((seconds[ours], seconds[bare]))
    return Speeds(
        ours=images / statistics.median(ours_s for ours_s, _ in times),
        bare=images / statistics.median(bare_s for _, bare_s in times),
        ratio=statistics.median(bare_s / ours_s for ours_s, bare_s in times),
    )


def timed(way: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    way()
    return time.perf_counter() - start
