"""The images that a table of paths names, as a hash: the table does not tell that one is replaced.

This is imported when a catalogue's graph is built: it reads tables, and no torch.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.files.given_tables import TABLES
from galaxyzoo.foundation.errors import InputError


def named_images_hash(path: Path, settings: Mapping[str, Any]) -> str | None:
    """SHA-256 of the sizes and dates of all images that a table of paths names.

    An image that is not there counts as missing. None if the path is no such table, or no table
    that can be read, which the job that lists its galaxies says. `settings` is the config's
    `catalogue`.
    """
    if path.is_dir() or not path.name.lower().endswith(TABLES):
        return None
    try:
        listed = list_galaxies(path, settings)
    except InputError:
        return None
    if listed.kind != "table":
        return None
    digest = hashlib.sha256()
    for place in listed.table["place"].to_pylist():
        state = state_of(path.parent / place) if place else "no path"
        digest.update(f"{place}\0{state}\n".encode())
    return digest.hexdigest()


def state_of(image: Path) -> str:
    """Size and date of a file, in words."""
    try:
        status = os.stat(image)
    except (OSError, ValueError):
        return "missing"
    return f"{status.st_size} {status.st_mtime_ns}"
