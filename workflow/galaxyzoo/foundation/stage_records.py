"""How a stage was trained, from its checkpoint's provenance, for the records of experiments."""

from collections.abc import Mapping
from typing import Any


def stage_record(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """The code, libraries and device that a stage was trained with, by its checkpoint's provenance.

    `diff` is the text of uncommitted changes, None if there were none.
    """
    settings, made_with = provenance["settings"], provenance["made_with"]
    return {
        "seed": settings["seed"],
        "stage": settings["stage"]["name"],
        "commit": provenance["commit"],
        "diff": provenance["diff"] or None,
        "versions": provenance["versions"],
        "deterministic": settings["deterministic"],
        **{name: made_with[name] for name in ("device", "precision", "threads")},
    }
