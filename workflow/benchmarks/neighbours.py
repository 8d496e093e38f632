"""Questions to the index of a made-up catalogue's features, against comparing all galaxies.

PYTHONPATH=workflow python -m benchmarks.neighbours 1000000
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.pairs import Speeds, compare
from galaxyzoo.calibration.familiarity import of_unit_length
from galaxyzoo.calibration.reduction import Reduction, reduction_of
from galaxyzoo.catalogue.neighbours import index_of, nearest, read_index, write_index

FEATURES, HIDDEN, KINDS = 1280, 128, 300  # features of EfficientNet-Lite0, made of fewer numbers
PART = 4096
QUESTIONS, NEAREST = 100, 10
TRAINING = 8192  # galaxies


class Cost(NamedTuple):
    """What an index costs, and how well it answers.

    `build_minutes` are of a core. `speeds` are questions per second, ours and by comparing all
    reduced galaxies. `recall` is the share of the nearest ten among the reduced galaxies that it
    finds, and `recall_of_features` that of the nearest ten by all features.
    """

    build_minutes: float
    bytes_per_galaxy: float
    speeds: Speeds
    recall: float
    recall_of_features: float


def features(part: int, galaxies: int = PART) -> np.ndarray:
    """Features (galaxies, 1280) float32 of a part: a mixture of 300 kinds in 128 dimensions."""
    fixed = np.random.default_rng(0)
    widths = np.geomspace(1, 0.1, HIDDEN).astype(np.float32)  # as a network's components fall off
    kinds = widths * fixed.standard_normal((KINDS, HIDDEN), np.float32)
    mixing = fixed.standard_normal((HIDDEN, FEATURES), np.float32) / np.sqrt(HIDDEN)
    rng = np.random.default_rng(part + 2)
    hidden = kinds[rng.integers(KINDS, size=galaxies)]
    hidden = hidden + widths * rng.standard_normal((galaxies, HIDDEN), np.float32)
    return np.maximum(hidden @ np.float32(mixing) + 0.5, 0)


def numbers_of(galaxies: int, reduction: Reduction) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions and reduced features of made-up galaxies, part by part."""
    for part, start in enumerate(range(0, galaxies, PART)):
        many = min(PART, galaxies - start)
        yield np.arange(start, start + many), reduction.of(features(part, many))


def nearest_by_all_features(asked: np.ndarray, galaxies: int) -> np.ndarray:
    """Positions (n, 10) of the nearest of all galaxies to n with features `asked`."""
    asked = of_unit_length(asked)
    best, positions = np.full((len(asked), 0), 0.0), np.zeros((len(asked), 0), np.int64)
    for part, start in enumerate(range(0, galaxies, PART)):
        alike = asked @ of_unit_length(features(part, min(PART, galaxies - start))).T
        best = np.hstack([best, alike])
        own = np.broadcast_to(np.arange(start, start + alike.shape[1]), alike.shape)
        positions = np.hstack([positions, own])
        order = np.argsort(-best, axis=1, kind="stable")[:, :NEAREST]
        best, positions = (np.take_along_axis(one, order, axis=1) for one in (best, positions))
    return positions


def share_found(found: np.ndarray, expected: np.ndarray) -> float:
    """The share of the expected positions (n, 10) that are found, in the mean."""
    each = [len(set(one) & set(other)) for one, other in zip(found, expected, strict=True)]
    return float(np.mean(each)) / NEAREST


def index_cost(galaxies: int) -> Cost:
    """Make the index of a catalogue and ask it for the nearest ten of galaxies that it has not."""
    reduction = reduction_of(features(-1, TRAINING))
    asked = features(galaxies, QUESTIONS)
    numbers = reduction.of(asked)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.usearch"
        parts = list(numbers_of(galaxies, reduction))
        started = time.process_time()  # of the one thread that makes it, whatever runs beside
        write_index(index_of(parts), path)
        seconds = time.process_time() - started
        index, size = read_index(path), path.stat().st_size
        found = np.concatenate([nearest(index, one, NEAREST)[0] for one in numbers])
        matches = index.search(numbers, NEAREST, exact=True)

        def by_all() -> None:
            for one in numbers[:10]:
                index.search(one, NEAREST, exact=True)

        def ours() -> None:
            for one in numbers[:10]:
                nearest(index, one, NEAREST)

        speeds = compare(ours, by_all, 10, pairs=3)
        index.reset()
    return Cost(
        seconds / 60,
        size / galaxies,
        speeds,
        share_found(found, np.asarray(matches.keys)),
        share_found(found, nearest_by_all_features(asked, galaxies)),
    )


def told(galaxies: int) -> Cost:
    """Measure, and print in a line what was found."""
    cost = index_cost(galaxies)
    print(
        f"{galaxies} galaxies: built in {cost.build_minutes:.1f} minutes, "
        f"{cost.bytes_per_galaxy:.0f} bytes each; {1000 / cost.speeds.ours:.2f} ms a question, "
        f"{cost.speeds.ratio:.0f} times as fast as comparing all; {cost.recall:.3f} of the nearest "
        f"ten found, {cost.recall_of_features:.3f} of those by all features",
        flush=True,
    )
    return cost


if __name__ == "__main__":
    told(int(sys.argv[1]))
