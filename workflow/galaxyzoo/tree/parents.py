"""The answers that lead to a question.

Uses only the standard library, because it is imported when the Snakefile is read.
"""

from collections.abc import Mapping, Sequence


def parents_of(setting: str | Sequence[str] | None) -> tuple[str, ...]:
    """The columns that a config entry's `parent` names: one, several, or none for None."""
    return (setting,) if isinstance(setting, str) else tuple(setting or ())


def exclude_each_other(
    one: str, other: str, asked_by: Mapping[str, tuple[int, tuple[str, ...]]]
) -> bool:
    """Whether no volunteer gives both of two answers of a decision tree.

    `asked_by` maps each answer to the number of its question and the answers that lead there.
    """
    (question, parents), (other_question, other_parents) = asked_by[one], asked_by[other]
    if question == other_question:
        return one != other
    return (
        bool(parents) and all(exclude_each_other(parent, other, asked_by) for parent in parents)
    ) or (
        bool(other_parents)
        and all(exclude_each_other(one, parent, asked_by) for parent in other_parents)
    )
