"""What checkpoints say of how the pictures that taught them were made, and where two differ.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any

Taught = Mapping[str, Any]

# What pictures must have in common with those of training.
IN_COMMON = ("bands", "stretch", "training_scale", "sizes")


def unlike_start(start: Taught | None, now: Taught) -> str | None:
    """A sentence about a start whose pictures were made otherwise than those of `now`.

    Both are what networks were `taught`; a `start` of None is not known. None if they are alike.
    """
    if start is None:
        return None
    unlike = [key for key in IN_COMMON if start[key] != now[key]]
    if not unlike:
        return None
    differences = ", ".join(f"{key} {start[key]}, now {now[key]}" for key in unlike)
    return (
        f"The starting weights learnt from pictures that were made otherwise ({differences}); "
        "the stages have to learn the difference"
    )
