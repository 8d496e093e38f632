"""A volunteer at work: which galaxy and which question come now, and how others answered."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.galaxies import Galaxies
from galaxyzoo.labelling.questions import CANT_TELL, question_to_ask
from galaxyzoo.labelling.volunteers import SKIP, Given, Volunteer, Writer, volunteers_in
from galaxyzoo.labelling.votes import TableWriter
from galaxyzoo.tree.decision_tree import DecisionTree

AHEAD = 6  # pictures that the page fetches before they are shown
SHOWN = 8  # of the last answers
COMPARED = 200  # of the last answers with others'


class OutOfStep(Exception):
    """An answer to what is not asked now: the page shows something older."""


class Session:
    """Galaxies that one volunteer labels, one question after another.

    The galaxy that is shown is always the first that is not labelled. Several threads may call it.
    """

    def __init__(
        self, galaxies: Galaxies, tree: DecisionTree, own: Writer, table: TableWriter
    ) -> None:
        self.galaxies, self.tree, self.own = galaxies, tree, own
        self._table, self._lock = table, threading.Lock()
        self._positions = {name: at for at, name in enumerate(galaxies.ids)}
        self._others: dict[Path, Volunteer] = {}
        self._first = 0  # all galaxies before it are labelled
        self._labelled: set[int] = set()
        for name in own.by_galaxy.keys() & self._positions.keys():
            self._see(name)

    def view(self) -> dict[str, Any]:
        """What the page shows now.

        `galaxy` is its `position`, its `id` and the position of the `question`, or None if all are
        labelled. `ahead` are the positions of the galaxies after it. `labelled` of the `total` are
        done. `last` are the last answers, the latest first, each with the number of `others` who
        answered the same question, and of those who said the `same`; `agreement` is the sum of the
        two over more of them. `volunteers` is the number of others, and `trouble` a sentence.
        """
        with self._lock:
            return self._view()

    def answer(self, position: int, question: int, column: str | None) -> dict[str, Any]:
        """Keep an answer, and return the view after it.

        Raises OutOfStep if another galaxy or question is asked now, and InputError if the answer
        cannot be kept.
        """
        with self._lock:
            self._require_asked(position, question)
            if column not in (*self.tree.questions[question].columns, CANT_TELL):
                raise OutOfStep
            self._keep(position, question, column)
            return self._view()

    def skip(self, position: int) -> dict[str, Any]:
        """Leave a galaxy without a vote, and return the view after that."""
        with self._lock:
            self._require_asked(position, None)
            self._keep(position, SKIP, CANT_TELL)
            return self._view()

    def undo(self) -> dict[str, Any]:
        """Take the last answer back, and return the view of its galaxy.

        Raises InputError if there is none, or if it is of a galaxy that is not among these.
        """
        with self._lock:
            last = self.own.given[-1].galaxy if self.own.given else None
            if last is None:
                raise InputError("there is no answer to take back")
            if last not in self._positions:
                raise InputError(f"the last answer is of {last}, which is not among these galaxies")
            self.own.undo()
            self._see(last)
            self._table.ask()
            return self._view()

    def _keep(self, position: int, question: int, column: str | None) -> None:
        names = self.galaxies.ids[position], self.galaxies.images[position]
        self.own.answer(Given(*names, question, column))
        self._see(names[0])
        self._table.ask()

    def _see(self, name: str) -> None:
        """Note whether a galaxy is labelled."""
        position = self._positions[name]
        if self._question(position) is None:
            self._labelled.add(position)
        else:
            self._labelled.discard(position)
            self._first = min(self._first, position)

    def _require_asked(self, position: int, question: int | None) -> None:
        now = next(self._to_label(), None)
        if position != now or (question is not None and question != self._question(position)):
            raise OutOfStep

    def _question(self, position: int) -> int | None:
        given = self.own.by_galaxy.get(self.galaxies.ids[position], {})
        return None if SKIP in given else question_to_ask(self.tree, given)

    def _to_label(self) -> Iterator[int]:
        """Positions of the galaxies that are not labelled, in order."""
        while self._first in self._labelled:
            self._first += 1
        every = range(self._first, len(self.galaxies.ids))
        return (position for position in every if position not in self._labelled)

    def _view(self) -> dict[str, Any]:
        trouble = self._read_others() or self._table.trouble
        now, *ahead = [*islice(self._to_label(), AHEAD + 1)] or [None]
        compared = [self._compared(one) for one in self.own.given[-COMPARED:]]
        return {
            "galaxy": None
            if now is None
            else {
                "position": now,
                "id": self.galaxies.ids[now],
                "question": self._question(now),
            },
            "ahead": ahead,
            "labelled": len(self._labelled),
            "total": len(self.galaxies.ids),
            "last": compared[: -SHOWN - 1 : -1],
            "agreement": {key: sum(one[key] for one in compared) for key in ("same", "others")},
            "volunteers": len(self._others),
            "trouble": trouble,
        }

    def _compared(self, one: Given) -> dict[str, Any]:
        """An answer, and how many others gave the same of those who answered the question."""
        others = [
            answers[one.question]
            for other in self._others.values()
            if SKIP not in (answers := other.by_galaxy.get(one.galaxy, {}))
            and one.question in answers
        ]
        return {
            "galaxy": one.galaxy,
            "question": None if one.question == SKIP else one.question,
            "answer": None if one.column is CANT_TELL else self.tree.answers[one.column].name,
            "others": len(others),
            "same": others.count(one.column),
        }

    def _read_others(self) -> str:
        """Read what others have answered since; return what is wrong with their files, if any."""
        trouble = ""
        for path in volunteers_in(self.own.path.parent):
            if path == self.own.path:
                continue
            other = self._others.setdefault(path, Volunteer(path, self.tree))
            try:
                other.read_on()
            except InputError as error:
                trouble = str(error)
        return trouble
