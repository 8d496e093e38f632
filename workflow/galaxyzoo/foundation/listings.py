"""What is in a folder, as a hash: a folder's own date does not tell that a file in it has changed.

Standard library alone: this is imported when the Snakefile is read.
"""

import hashlib
import os
from pathlib import Path


def listing_hash(folder: Path | str, *, dates: bool) -> str:
    """SHA-256 of the names and sizes of all files below a folder and, if asked for, their dates.

    A link that leads nowhere counts as itself.
    """
    digest = hashlib.sha256()
    for inner, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(inner, name)
            status = os.stat(path) if os.path.exists(path) else os.lstat(path)
            when = status.st_mtime_ns if dates else ""
            line = f"{os.path.relpath(path, folder)}\0{status.st_size}\0{when}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
