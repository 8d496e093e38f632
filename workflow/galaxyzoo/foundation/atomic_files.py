"""Files that appear only when they are complete."""

import glob
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`: renamed to `path` at the end, removed on any error.

    Its name is this process's own. What processes of this machine left behind that were killed is
    removed first.
    """
    remove_leftovers(path)
    unfinished = path.with_name(f"{path.name}.{platform.node()}.{os.getpid()}.unfinished")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def remove_leftovers(path: Path) -> None:
    """Remove the temporary files beside `path` of processes that are no more."""
    for leftover in path.parent.glob(f"{glob.escape(path.name)}.*.unfinished"):
        node, _, process = leftover.name[len(path.name) + 1 : -len(".unfinished")].rpartition(".")
        if node == platform.node() and process.isdecimal() and not is_running(int(process)):
            leftover.unlink(missing_ok=True)


def is_running(process: int) -> bool:
    """Whether there is a process of this number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
