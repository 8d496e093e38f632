"""Which galaxies of a catalogue are near each other in the first network's reduced features.

The index is usearch's: a graph of near galaxies (Malkov & Yashunin 2020, IEEE TPAMI 42, 824), to
which shard after shard is added, and a file of which a question reads its part. One thread makes
it, and squared distances are whole numbers, so that the same numbers make the same file, which
answers the same everywhere. Below 10,000 galaxies all are compared instead.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from usearch.index import Index

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.handed_on import damaged

EXACT_BELOW = 10_000  # galaxies, up to which all are compared
STRANGENESS_NEIGHBOURS = 10
LINKS = 16  # of a galaxy to others, and twice as many in the lowest layer
CANDIDATES_ADDED, CANDIDATES_ASKED = 64, 128  # that are kept while the graph is walked
AT_ONCE = 4096


def index_of(parts: Iterable[tuple[np.ndarray, np.ndarray]]) -> Index | None:
    """An index of galaxies, from parts: their positions (n,) in the catalogue, and numbers (n, d).

    The numbers are int8, of a `Reduction`. None without any galaxy.
    """
    index = None
    for positions, numbers in parts:
        if not len(positions):
            continue
        if index is None:
            index = Index(
                ndim=numbers.shape[1],
                metric="l2sq",
                dtype="i8",
                connectivity=LINKS,
                expansion_add=CANDIDATES_ADDED,
                expansion_search=CANDIDATES_ASKED,
            )
        index.add(positions.astype(np.uint64), np.ascontiguousarray(numbers), threads=1)
    return index


def write_index(index: Index, path: Path) -> None:
    """Write an index for `read_index`."""
    with replaced(path) as unfinished:
        index.save(str(unfinished))


def read_index(path: Path) -> Index:
    """An index that stays on disk, of which what is asked for is read.

    Raises InputError if the file is damaged.
    """
    try:
        index = Index.restore(str(path), view=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise damaged(path, error) from error
    if index is None:
        raise damaged(path, "it is no index")
    index.expansion_search = CANDIDATES_ASKED
    return index


def nearest(
    index: Index, numbers: np.ndarray, count: int, threads: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest galaxies to each of n with `numbers` (n, d) int8, the nearest first.

    Their positions in the catalogue (n, count) int64, and their distances (n, count) float64, in
    steps of the reduction. Where there are fewer, positions are -1 and distances NaN. Galaxies as
    far as each other are in the order of the catalogue. `threads` of 0 takes all.
    """
    numbers = np.ascontiguousarray(np.atleast_2d(numbers))
    exact = len(index) < EXACT_BELOW
    found = index.search(numbers, min(count, len(index)), exact=exact, threads=threads)
    positions = np.full((len(numbers), count), -1, np.int64)
    distances = np.full((len(numbers), count), np.nan)
    is_one = len(numbers) == 1  # which usearch answers without an axis of questions
    of_keys, of_distances = np.atleast_2d(found.keys), np.atleast_2d(found.distances)
    for row, many in enumerate([len(found)] if is_one else found.counts):
        keys, squared = of_keys[row, :many], of_distances[row, :many]
        order = np.lexsort((keys, squared))
        positions[row, :many] = keys[order]
        distances[row, :many] = np.sqrt(squared[order].astype(np.float64))
    return positions, distances


def tenth_distances(
    index: Index, positions: np.ndarray, numbers: np.ndarray, threads: int = 0
) -> np.ndarray:
    """The distances (n,) of the tenth neighbours of galaxies at `positions` (n,).

    `numbers` (n, d) are theirs, and `threads` as for `nearest`. A galaxy is no neighbour of itself.
    NaN where the catalogue has fewer.
    """
    distances = [np.zeros(0)]
    for start in range(0, len(positions), AT_ONCE):
        these = slice(start, start + AT_ONCE)
        found, away = nearest(index, numbers[these], STRANGENESS_NEIGHBOURS + 1, threads)
        # Among galaxies that are the same, itself need not be among those that are found.
        others = np.where(found == positions[these, None], np.inf, away)
        tenth = np.sort(others, axis=1)[:, STRANGENESS_NEIGHBOURS - 1]
        distances.append(np.where(np.isfinite(tenth), tenth, np.nan))
    return np.concatenate(distances)


def strangeness(distances: np.ndarray) -> np.ndarray:
    """How strange galaxies are (n,), from the distances of their tenth neighbours.

    The distance over its median, as 1 is usual; Ramaswamy, Rastogi & Shim (2000, SIGMOD, 427) rank
    outliers by it. NaN where a distance is, and where the median is 0.
    """
    known = distances[np.isfinite(distances)]
    median = np.median(known) if len(known) else 0.0
    return distances / median if median > 0 else np.full_like(distances, np.nan)
