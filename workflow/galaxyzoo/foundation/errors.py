"""Errors caused by the user's input, not by the code."""

from collections.abc import Mapping

SHOWN_OFFENDERS = 10


class InputError(ValueError):
    """The user's input is wrong: says which file, row or key, what is wrong and what to do."""


def offenders(reasons: Mapping[object, str]) -> str:
    """The first ten of `reasons` (name -> what is wrong with it), one per line, and the total."""
    shown = [f"  {name}: {why}" for name, why in list(reasons.items())[:SHOWN_OFFENDERS]]
    more = len(reasons) - len(shown)
    return "\n".join(
        shown + ([f"  ... and {more} more"] if more else []) + [f"{len(reasons)} in all"]
    )
