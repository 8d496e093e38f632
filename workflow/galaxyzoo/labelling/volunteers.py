"""What volunteers answered: a file for each, to which every answer is added at once.

The first line says down which tree they were asked, and each other line is an answer, a skip, or
that the one before was taken back. Lines are JSON, and only ever added, so that whatever ends the
process loses none that was confirmed.
"""

import errno
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.locks import locked
from galaxyzoo.labelling.questions import CANT_TELL
from galaxyzoo.tree.decision_tree import DecisionTree

SUFFIX = ".jsonl"
NAME = re.compile(r"[^\W_][\w.-]{0,49}")
SKIP = -1  # in place of a question: the galaxy is left without a vote

log = logging.getLogger(__name__)


class Given(NamedTuple):
    """One answer: its galaxy, what names its picture, the question's position, and the column.

    The column is CANT_TELL if the volunteer could not tell, and means nothing with SKIP.
    """

    galaxy: str
    image: str
    question: int
    column: str | None


class Volunteer:
    """What one volunteer has answered, as their file tells it.

    `given` has all answers that stand, in order, and `by_galaxy` those of each galaxy: the column
    by the question's position, with SKIP among them if the galaxy was skipped.
    """

    def __init__(self, path: Path, tree: DecisionTree) -> None:
        self.path, self.tree = path, tree
        self.given: list[Given] = []
        self.by_galaxy: dict[str, dict[int, str | None]] = {}
        self._bytes, self._lines = 0, 0

    @property
    def name(self) -> str:
        """The name that they gave."""
        return self.path.name.removesuffix(SUFFIX)

    def read_on(self) -> None:
        """Read the lines that were added since; one without an end is not yet one.

        Raises InputError if the file cannot be read, is of another tree, or has a line that is no
        answer.
        """
        try:
            with self.path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < self._bytes:
                    raise InputError(f"{self.path} was shortened; start again, and it is read anew")
                file.seek(self._bytes)
                added = file.read()
        except OSError as error:
            raise InputError(f"{self.path} cannot be read: {error.strerror}") from error
        for line in added.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            self._take(line)
            self._bytes += len(line)
            self._lines += 1

    def _take(self, line: bytes) -> None:
        try:
            told = json.loads(line)
            if self._lines == 0:
                require_same_tree(self.path, told["tree"], self.tree)
            elif told.get("undo"):
                self._take_back()
            else:
                self._keep(given_in(told, self.tree))
        except InputError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(
                f"{self.path}, line {self._lines + 1} is no answer ({text_of(line)}); correct or "
                "delete the line"
            ) from error

    def _keep(self, one: Given) -> None:
        self.given.append(one)
        self.by_galaxy.setdefault(one.galaxy, {})[one.question] = one.column

    def _take_back(self) -> None:
        last = self.given.pop()
        del self.by_galaxy[last.galaxy][last.question]
        if not self.by_galaxy[last.galaxy]:
            del self.by_galaxy[last.galaxy]


class Writer(Volunteer):
    """A volunteer who answers now. The file is this process's own."""

    def __init__(self, path: Path, tree: DecisionTree) -> None:
        """Read what they answered before, and begin the file if there is none.

        What was cut off in the middle of a line is removed: it was not confirmed.
        """
        super().__init__(path, tree)
        path.touch()
        self.read_on()
        if cut := path.stat().st_size - self._bytes:
            os.truncate(path, self._bytes)
            log.warning("%s: its last %d bytes were no whole answer, and are removed", path, cut)
        if not self._lines:
            self._add({"volunteer": self.name, "tree": structure(tree)})
            sync_folder(path.parent)

    def answer(self, one: Given) -> None:
        """Write an answer. Raises InputError, and keeps nothing of it, if it cannot be written."""
        told: dict[str, Any] = {"galaxy": one.galaxy, "image": one.image}
        if one.question == SKIP:
            told["skip"] = True
        else:
            told |= {"question": one.question + 1, "answer": one.column}
        self._add(told)
        self._keep(one)

    def undo(self) -> Given:
        """Take the last answer back, and return it. There must be one."""
        last = self.given[-1]
        self._add({"undo": True})
        self._take_back()
        return last

    def _add(self, told: dict[str, Any]) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = (json.dumps({"at": now, **told}, ensure_ascii=False) + "\n").encode()
        try:
            with self.path.open("r+b", buffering=0) as file:
                if file.seek(0, os.SEEK_END) != self._bytes:
                    raise OSError(errno.EBUSY, "another process changed it: start again")
                try:
                    if file.write(line) < len(line):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.fsync(file.fileno())
                except OSError:
                    file.truncate(self._bytes)
                    raise
        except OSError as error:
            raise InputError(
                f"the answer could not be written to {self.path} ({error.strerror}); nothing of it "
                "was kept: mend that, and answer again"
            ) from error
        self._bytes += len(line)
        self._lines += 1


def text_of(line: bytes) -> str:
    """A line of a file, for a message."""
    return ascii(line.decode("utf-8", "replace").strip()[:80])


def given_in(told: dict[str, Any], tree: DecisionTree) -> Given:
    """The answer that a line tells. Raises ValueError or LookupError if it is none."""
    galaxy, image = told["galaxy"], told["image"]
    if not (isinstance(galaxy, str) and isinstance(image, str)):
        raise ValueError("no names")
    if told.get("skip"):
        return Given(galaxy, image, SKIP, CANT_TELL)
    question, column = told["question"] - 1, told["answer"]
    if question < 0 or column not in (*tree.questions[question].columns, CANT_TELL):
        raise ValueError("no answer of the question")
    return Given(galaxy, image, question, column)


def structure(tree: DecisionTree) -> list[dict[str, list[str]]]:
    """The columns and parents of a tree's questions, by which its answers are known."""
    return [
        {"answers": [*question.columns], "parents": [*question.parents]}
        for question in tree.questions
    ]


def require_same_tree(path: Path, told: object, tree: DecisionTree) -> None:
    """Raise InputError if a file was answered down another tree."""
    if told != structure(tree):
        raise InputError(
            f"{path} was answered down another tree; give that one with --tree, or keep these "
            "answers in another folder, with --folder"
        )


def sync_folder(folder: Path) -> None:
    """See to it that a folder's list of files outlasts a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def volunteers_in(folder: Path) -> list[Path]:
    """The files of all volunteers in a folder, by name."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


@contextmanager
def writing(folder: Path, name: str, tree: DecisionTree) -> Iterator[Writer]:
    """The file of a volunteer, locked against another process that answers by the same name.

    Raises InputError if there is one, if the name cannot be a file's, or the file is damaged.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"--as: {name!r} is not allowed; allowed: at most 50 letters, digits, _, - and ., "
            "beginning with a letter or a digit"
        )
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(folder / f".{name}.lock", f"answers as {name} in {folder}"))
            writer = Writer(folder / f"{name}{SUFFIX}", tree)
        except OSError as error:
            raise InputError(
                f"{folder} cannot be written to ({error.strerror}); give another with --folder"
            ) from error
        yield writer
