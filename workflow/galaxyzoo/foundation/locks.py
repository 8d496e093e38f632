"""Locks that the kernel frees when the process that holds them ends, however it ends."""

import errno
import fcntl
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from galaxyzoo.foundation.errors import InputError

# What a file system without locks answers: Lustre as it is often mounted, and some NFS.
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)

log = logging.getLogger(__name__)


@contextmanager
def locked(path: Path, work: str) -> Iterator[None]:
    """Hold the lock in the file `path`, which is removed at the end.

    Raises InputError, with the number of the process that holds it, if another one does. `work` is
    what the holder does, in words.
    """
    file = opened(path, work)
    with file:
        file.truncate(0)
        file.write(f"process {os.getpid()} on {platform.node()}")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def opened(path: Path, work: str) -> IO[str]:
    """The file of a lock, with the lock on it."""
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            lock(file)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read() or "another process"
            file.close()
            raise InputError(
                f"{holder} still {work}; wait until it has ended, or end it, and run this again"
            ) from error
        try:
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        except FileNotFoundError:
            pass
        file.close()  # its last holder removed it in between


def lock(file: IO[Any], kind: int = fcntl.LOCK_EX) -> None:
    """Lock a file until it is closed; BlockingIOError if another process holds it.

    Where the file system has no locks, the log warns, and it goes on without one.
    """
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        log.warning(
            "%s: this file system has no locks (%s), so that nothing keeps two runs from the same "
            "work: start one at a time",
            file.name,
            error.strerror,
        )
