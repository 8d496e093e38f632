"""Which of a tree's questions a volunteer is asked about a galaxy, one by one."""

from collections.abc import Mapping, Sequence

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

CANT_TELL = None  # an answer that is no column of the tree


def asked(tree: DecisionTree, given: Mapping[int, str | None]) -> list[int]:
    """Positions of the questions that were asked, in order, and last of the one to ask now.

    `given` has the column of the answer to each question that was answered, or CANT_TELL, below
    which nothing is asked. If nothing is left to ask, the last is one of `given`.
    """
    path: list[int] = []
    to_ask = [*tree.next_questions(None)]
    while to_ask:
        i = to_ask.pop(0)
        path.append(i)
        if i not in given:
            break
        column = given[i]
        if column is CANT_TELL:
            continue
        if tree.answers[column].last:
            break
        following = [q for q in tree.next_questions(column) if q not in to_ask]
        to_ask = [*following, *to_ask]
    return path


def question_to_ask(tree: DecisionTree, given: Mapping[int, str | None]) -> int | None:
    """Position of the question to ask now; None if nothing is left to ask."""
    last = asked(tree, given)[-1]
    return None if last in given else last


def require_votable(tree: DecisionTree, taken: Sequence[str]) -> None:
    """Raise InputError if votes on a tree's questions cannot be counted in a table.

    `taken` are the names of other columns of that table.
    """
    if single := [question.columns[0] for question in tree.questions if question.single]:
        raise InputError(
            f"tree: {', '.join(single)} is the only answer of its question, a number that nobody "
            "votes on; leave that question out with --tree"
        )
    if both := sorted({*tree.columns} & {*taken}):
        raise InputError(
            f"tree: {', '.join(both)} cannot be an answer's column here, since the table of votes "
            "has another column of this name; call it otherwise"
        )
