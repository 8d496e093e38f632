"""Locks on folders of results, which two runs from two checkouts may share.

Snakemake's own locks are in the folder that it runs in, so that a run from another folder does not
see them. It removes the outputs of a job before the job begins, and so those that another run has
just made. Standard library alone: this is imported when the Snakefile is read.
"""

import fcntl
import os
import platform
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import IO

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.locks import lock

FOLDER = ".locks"
# Folders of results that hold a folder for each of several things that are made apart.
DIVIDED = ("surveys", "backbones", "starts", "downloads")
held: list[IO[str]] = []  # open for as long as the process lives, and locked for as long


def hold_folders(results: Path, made: Iterable[str], read: Iterable[str]) -> None:
    """Lock the folders in `results` in which files are `made`, and share those that are `read`.

    Both are paths of files; those that are not below `results` are left aside. The kernel frees the
    locks when the process ends. Raises InputError if another run makes files in one of the folders,
    or reads what this one would make. Where a file system has no locks, nothing is locked.
    """
    making = {name for path in made if (name := name_of_folder(results, path))}
    reading = {name for path in read if (name := name_of_folder(results, path))} - making
    for name in sorted(making | reading):
        try:
            hold(results, name, alone=name in making)
        except OSError:
            return


def name_of_folder(results: Path, path: str) -> str | None:
    """The part of `results` that a file is locked with: an experiment, a survey, a catalogue."""
    if not PurePath(path).is_relative_to(results):
        return None
    first, *rest = PurePath(path).relative_to(results).parts
    if first in DIVIDED and rest:
        return f"{first}/{rest[0]}"
    if rest[:1] == ["catalogues"] and len(rest) > 1:
        return f"{first}/catalogues/{rest[1]}"
    return first


def hold(results: Path, name: str, *, alone: bool) -> None:
    """Hold the lock of a folder, `alone` or with others who hold it so too, in a file of its own.

    Raises InputError, with the process that makes files there, if that cannot be.
    """
    path = results / FOLDER / name.replace("/", "+")
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+", encoding="utf-8")
    if not flocked(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH):
        file.seek(0)
        maker = file.read() or "another process"
        # Who only reads shares the lock, and has not written down who it is.
        other = "reads" if flocked(file, fcntl.LOCK_SH) else f"({maker}) makes"
        file.close()
        raise InputError(
            f"{results / name}: another run {other} files there; wait until it has ended, or end "
            "it, and run this again"
        )
    if alone:
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}, in {Path.cwd()}")
        file.flush()
    held.append(file)


def flocked(file: IO[str], kind: int) -> bool:
    """Whether a lock of a kind could be had at once."""
    try:
        lock(file, kind)
    except BlockingIOError:
        return False
    return True
