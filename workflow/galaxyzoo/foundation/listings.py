"""What is in a folder: its files, and all of them as one hash.

A folder's own date does not tell that a file in it has changed. Standard library alone: this is
imported when the Snakefile is read.
"""

import hashlib
import os
from collections import deque
from pathlib import Path
from typing import NamedTuple


class Below(NamedTuple):
    """What is below a folder, as paths from there.

    `files` is everything that is no folder: files, links that lead nowhere, pipes. `again` has the
    links to folders that are among those read already, such as a link to a folder above.
    """

    files: list[str]
    again: list[str]


def below(folder: Path | str) -> Below:
    """All files below a folder, also through links to folders, each folder read once.

    Folders come before links to folders. Raises OSError if a folder cannot be read.
    """
    files, again = [], []
    read: set[tuple[int, int]] = set()
    waiting = deque([""])
    while waiting:
        inner = waiting.popleft()
        status = os.stat(os.path.join(folder, inner))
        if (status.st_dev, status.st_ino) in read:
            again.append(inner)
            continue
        read.add((status.st_dev, status.st_ino))
        folders = []
        with os.scandir(os.path.join(folder, inner)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                name = f"{inner}/{entry.name}" if inner else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif entry.is_symlink() and os.path.isdir(entry.path):
                    waiting.append(name)
                else:
                    files.append(name)
        waiting.extendleft(reversed(folders))
    return Below(files, again)


def listing_hash(folder: Path | str, *, dates: bool) -> str:
    """SHA-256 of the names and sizes of all files below a folder and, if asked for, their dates.

    A link that leads nowhere counts as itself.
    """
    digest = hashlib.sha256()
    for name in below(folder).files:
        path = os.path.join(folder, name)
        status = os.stat(path) if os.path.exists(path) else os.lstat(path)
        when = status.st_mtime_ns if dates else ""
        digest.update(f"{name}\0{status.st_size}\0{when}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
