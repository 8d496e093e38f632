"""The folder of downloads that users of a machine share, and the variables that lead jobs to it.

Standard library alone: this is imported when the Snakefile is read.
"""

import os
from pathlib import Path

VARIABLE = "GALAXYZOO_DOWNLOADS"


def environment_of(folder: Path) -> dict[str, str]:
    """The variables that lead jobs to a folder, and the libraries that fetch weights.

    They lead the libraries there only if it can be written to, or made.
    """
    found = {VARIABLE: str(folder)}
    if can_be_written(folder):
        found |= {"HF_HUB_CACHE": str(folder / "huggingface"), "TORCH_HOME": str(folder / "torch")}
    return found


def can_be_written(folder: Path) -> bool:
    """Whether this user may make files in a folder, or make that folder."""
    there = next(above for above in (folder, *folder.parents) if above.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
