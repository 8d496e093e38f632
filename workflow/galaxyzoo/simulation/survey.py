"""A simulated survey: galaxies of known truth, in files like those of Kaggle's challenge.

Code that reads Kaggle's files reads these in the same way. Two extra files hold the votes as they
were counted, and the probabilities about which the simulated crowds' answers scatter.

How near the simulated sky is to the real one, as workflow/benchmarks/skies.py measured it on
6,000 simulated galaxies and 2,767 of Kaggle's training galaxies, a fair sample (centres: on 800 of
each):

| | simulated | real |
| --- | --- | --- |
| root mean square of all answers' standard deviations | 0.162 | 0.164 |
| centre off the middle, median and 90 % quantile, px of 424 | 2.9, 9.8 | 2.7, 4.9 |

The means of the 37 answers differ by at most 0.028. The 666 correlations between them differ by
0.078 (root mean square) and at most 0.33 (Class10.3 with Class11.6), and correlate with the real
ones at 0.96. Late spirals are too often without a bulge, and pictures in which a companion, clump
or star outshines the centre are too common. Each real galaxy met one crowd, so how much crowds
differ is a guess.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.progress import progress
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.simulation.galaxies import Galaxy, draw_galaxy
from galaxyzoo.simulation.pictures import jpeg, render
from galaxyzoo.simulation.votes import TREE, counted_votes, true_probabilities
from galaxyzoo.surveys.layout import LABELS, TEST_IMAGES, TRAINING_IMAGES

TRUE_PROBABILITIES = "true_probabilities.csv"
VOTES = "votes.csv"
FEWEST_VOLUNTEERS = 10
FILE_DATE = (2013, 12, 20, 0, 0, 0)  # as in Kaggle's files; any fixed date would do


def simulate_survey(
    folder: Path, *, galaxies: int, volunteers: int, seed: int, processes: int
) -> None:
    """Write the pictures and labels of a survey of `galaxies` into a folder.

    `volunteers` is the mean number of volunteers per galaxy. The bytes of the files depend on all
    arguments except `processes`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids = draw_ids(0, galaxies, seed)
    with workers(processes) as run:
        pictures = run(partial(simulate_picture, seed=seed), range(galaxies))
        write_pictures(folder, TRAINING_IMAGES, ids, pictures)
        label = partial(simulate_labels, volunteers=volunteers, seed=seed)
        labels, truth, votes = zip(*run(label, range(galaxies)), strict=True)
    zip_name, csv_name = LABELS
    with replaced(folder / zip_name) as path, ZipFile(path, "w") as file:
        file.writestr(zip_entry(csv_name, ZIP_DEFLATED), table(ids, labels))
    for name, rows in ((TRUE_PROBABILITIES, truth), (VOTES, votes)):
        with replaced(folder / name) as path:
            path.write_bytes(table(ids, rows))


def simulate_test(
    folder: Path, *, galaxies: int, test_galaxies: int, seed: int, processes: int
) -> None:
    """Write the pictures of a survey's unlabelled `test_galaxies` into a folder.

    They are the galaxies after the labelled ones, so that their number changes none of these.
    """
    folder.mkdir(parents=True, exist_ok=True)
    indices = range(galaxies, galaxies + test_galaxies)
    with workers(processes) as run:
        pictures = run(partial(simulate_picture, seed=seed), indices)
        write_pictures(folder, TEST_IMAGES, draw_ids(galaxies, test_galaxies, seed), pictures)


def simulate_galaxy(index: int, *, seed: int) -> Galaxy:
    """Draw the survey's galaxy with the given index."""
    return draw_galaxy(numpy_generator("simulated galaxy", seed, index))


def simulate_picture(index: int, *, seed: int) -> bytes:
    """Draw the picture of a galaxy, as a JPEG."""
    rng = numpy_generator("simulated picture", seed, index)
    return jpeg(render(simulate_galaxy(index, seed=seed), rng))


def simulate_labels(
    index: int, *, volunteers: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted vote fractions of a galaxy, their expected values, and the votes, each (37,)."""
    galaxy = simulate_galaxy(index, seed=seed)
    rng = numpy_generator("simulated votes", seed, index)
    present = max(int(rng.poisson(volunteers)), FEWEST_VOLUNTEERS)
    votes = counted_votes(galaxy, present, rng)
    return votes / present, true_probabilities(galaxy), votes


def draw_ids(first: int, count: int, seed: int) -> np.ndarray:
    """Random six-digit GalaxyIDs (count,), ascending, of galaxies from the index `first` on.

    All are from one order of all numbers, so that no two galaxies of a survey share one.
    """
    ids = numpy_generator("simulated ids", seed).permutation(np.arange(100_000, 1_000_000))
    return np.sort(ids[first : first + count])


@contextmanager
def workers(processes: int) -> Iterator[Callable[[Callable, Iterable], Iterable]]:
    """A `map` that spreads work over processes and returns results in order."""
    if processes == 1:
        yield map
    else:
        # Fork: spawned processes would run the calling script again.
        with ProcessPoolExecutor(processes, get_context("fork")) as pool:
            yield partial(pool.map, chunksize=8)


def write_pictures(
    folder: Path, names: tuple[str, str], ids: np.ndarray, pictures: Iterable[bytes]
) -> None:
    """Store a picture for each id; `names` are the zip's name and that of the folder inside it."""
    zip_name, inner = names
    named = zip(ids, pictures, strict=True)
    with replaced(folder / zip_name) as path, ZipFile(path, "w") as file:
        for galaxy_id, picture in progress(named, len(ids), zip_name, "galaxies"):
            file.writestr(zip_entry(f"{inner}/{galaxy_id}.jpg", ZIP_STORED), picture)


def table(ids: np.ndarray, rows: Iterable[np.ndarray]) -> bytes:
    """Rows of one value per answer as Kaggle writes them: a CSV file with CRLF line endings."""
    values = pd.DataFrame(np.stack(list(rows)), columns=list(TREE.columns))
    values.insert(0, "GalaxyID", ids)
    return values.to_csv(index=False, float_format="%.9g", lineterminator="\r\n").encode()


def zip_entry(name: str, compression: int) -> ZipInfo:
    """An entry of a zip, with metadata that do not depend on the date or the machine."""
    entry = ZipInfo(name, FILE_DATE)
    entry.compress_type = compression
    entry.create_system = 3  # Unix, wherever this runs
    entry.external_attr = 0o644 << 16
    return entry
