"""Room on a disk: checked before a download, and reported when it runs out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import growth_progress, size_bytes

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def ran_out(error: BaseException | None) -> bool:
    """Whether an error means that the disk is full, or that a file exceeds the allowed length."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


def free(folder: Path) -> str:
    """How much room there is in a folder, as text."""
    return f"{shutil.disk_usage(folder).free:,} bytes are free in {folder}"


def require_room(part: Path, total_bytes: int) -> None:
    """Raise InputError if the rest of the file `<name>.part` needs more room than is free."""
    if total_bytes - size_bytes(part) > shutil.disk_usage(part.parent).free:
        raise InputError(f"{lack(part, total_bytes)}; make room there")


@contextmanager
def download_watched(part: Path, total_bytes: int) -> Iterator[None]:
    """Report the progress of the file `<name>.part`; raise InputError if the disk fills up.

    `total_bytes` is the final length of the file, or 0 if the server does not give it; then no
    progress is reported.
    """
    try:
        if total_bytes:
            with growth_progress(part, total_bytes, part.stem):
                yield
        else:
            yield
    except OSError as error:
        if not ran_out(error):
            raise
        raise InputError(unwritten(part.stem, error, lack(part, total_bytes))) from error


def unwritten(what: object, error: OSError, shortage: str) -> str:
    """The message for a file that a full disk cut off; `shortage` says how much room there is."""
    return (
        f"{what} could not be written to its end ({error.strerror}): {shortage}; make room there, "
        "and run this again"
    )


def lack(part: Path, total_bytes: int) -> str:
    """How many bytes a file still takes, and how many are free, as text."""
    missing = f"{total_bytes - size_bytes(part):,}" if total_bytes else "an unknown number of"
    return f"{part.stem} takes {missing} more bytes, and {free(part.parent)}"
