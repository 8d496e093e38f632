"""The table of votes that volunteers' answers make, as `survey.own` takes it with `labels: votes`.

It has a row for each galaxy with a vote: `id`, `image` (what names its picture), `volunteers` (who
answered a question of it), and the number of votes for each of the tree's columns. A question that
nobody was asked has zeros. One that was asked, and that all who were asked could not tell, has
empty cells, which are masked in training.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.locks import WITHOUT_LOCKS
from galaxyzoo.labelling.questions import CANT_TELL
from galaxyzoo.labelling.volunteers import SKIP, Volunteer, volunteers_in
from galaxyzoo.report.templates import counted
from galaxyzoo.tree.decision_tree import DecisionTree

TABLE = "votes.csv"
ID, IMAGE, VOLUNTEERS = "id", "image", "volunteers"
BESIDE = (ID, IMAGE, VOLUNTEERS)  # columns beside the tree's
LOCK = ".table-lock"  # no volunteer's, which end otherwise
QUIET_SECONDS = 1.0  # that answers may come together before the table is written anew

log = logging.getLogger(__name__)


def votes_table(volunteers: Sequence[Volunteer], tree: DecisionTree) -> pd.DataFrame:
    """The votes of all volunteers on all galaxies with a vote, by id.

    Columns BESIDE and the tree's, the latter Int64, missing where a question was asked in vain.
    """
    position = {column: at for at, column in enumerate(tree.columns)}
    images: dict[str, str] = {}
    counts: dict[str, np.ndarray] = {}
    of: dict[str, int] = {}
    for volunteer in volunteers:
        for one in volunteer.given:
            images.setdefault(one.galaxy, one.image)
        for galaxy, answers in volunteer.by_galaxy.items():
            if SKIP in answers:
                continue
            row = counts.setdefault(galaxy, np.zeros(len(position), np.int64))
            of[galaxy] = of.get(galaxy, 0) + 1
            for column in answers.values():
                if column is not CANT_TELL:
                    row[position[column]] += 1
    galaxies = sorted(galaxy for galaxy, row in counts.items() if row.any())
    votes = np.array([counts[galaxy] for galaxy in galaxies]).reshape(-1, len(position))
    table = pd.DataFrame(votes, columns=[*tree.columns]).astype("Int64").mask(in_vain(votes, tree))
    table.insert(0, ID, galaxies)
    table.insert(1, IMAGE, [images[galaxy] for galaxy in galaxies])
    table.insert(2, VOLUNTEERS, [of[galaxy] for galaxy in galaxies])
    return table


def in_vain(votes: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """Which votes (N, columns) are of a question that was asked, and that nobody could answer."""
    unknown = np.zeros(votes.shape, bool)
    for columns, parents in zip(tree.slices, tree.parents, strict=True):
        asked = votes[:, list(parents)].any(axis=1) if parents else np.ones(len(votes), bool)
        unknown[:, columns] = (asked & ~votes[:, columns].any(axis=1))[:, np.newaxis]
    return unknown


class Table:
    """The table in a folder of answers, written anew from all volunteers' files."""

    def __init__(self, folder: Path, tree: DecisionTree) -> None:
        self.path, self._folder, self._tree = folder / TABLE, folder, tree
        self._volunteers: dict[Path, Volunteer] = {}

    def volunteers(self) -> list[Volunteer]:
        """All volunteers in the folder, with what they have answered so far.

        Raises InputError if a file is damaged.
        """
        known, paths = self._volunteers, volunteers_in(self._folder)
        self._volunteers = {path: known.get(path) or Volunteer(path, self._tree) for path in paths}
        volunteers = [*self._volunteers.values()]
        for volunteer in volunteers:
            volunteer.read_on()
        return volunteers

    def write(self) -> str:
        """Write the table; return how many votes it has, in words.

        Who writes at the same time waits, so that the last one has all answers. Raises InputError
        if a volunteer's file is damaged.
        """
        with waited_for(self._folder / LOCK):
            volunteers = self.volunteers()
            table = votes_table(volunteers, self._tree)
            with replaced(self.path) as unfinished:
                table.to_csv(unfinished, index=False)
        looked_at = {galaxy for volunteer in volunteers for galaxy in volunteer.by_galaxy}
        without = len(looked_at) - len(table)
        return (
            f"{self.path} has the votes of {counted(len(volunteers), 'volunteer')} on "
            f"{counted(len(table), 'galaxy', 'galaxies')}"
            + (f"; {without} more were skipped, or nobody could tell" if without else "")
        )


@contextmanager
def waited_for(path: Path) -> Iterator[None]:
    """Hold the lock in a file, once whoever holds it has let it go."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise
        yield


class TableWriter:
    """Writes a table in a thread of its own, a moment after answers were given.

    `trouble` says what kept it from being written the last time, "" if nothing did.
    """

    def __init__(self, table: Table) -> None:
        self.trouble = ""
        self._table, self._asked, self._ended = table, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._write_when_asked, daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Have the table written soon."""
        self._asked.set()

    def end(self) -> None:
        """Wait until the table has what it was asked for."""
        self._ended.set()
        self._asked.set()
        self._thread.join()

    def _write_when_asked(self) -> None:
        while not self._ended.is_set():
            self._asked.wait()
            self._ended.wait(QUIET_SECONDS)
            self._asked.clear()
            try:
                self._table.write()
                self.trouble = ""
            except (InputError, OSError) as error:
                if str(error) != self.trouble:
                    log.error("%s is not written: %s", self._table.path, error)
                self.trouble = f"{self._table.path} is not written: {error}"
