"""Room on a disk: asked for before a file is downloaded, and told of where it runs out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import growth_progress, size_bytes

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def ran_out(error: BaseException | None) -> bool:
    """Whether an error is of a disk that is full, or of a file longer than is allowed."""
    return isinstance(error, OSError) and error.errno in NO_ROOM


def free(folder: Path) -> str:
    """How much room there is in a folder, in words."""
    return f"{shutil.disk_usage(folder).free:,} bytes are free in {folder}"


def require_room(part: Path, total_bytes: int) -> None:
    """Raise InputError if what the file `<name>.part` lacks of its length is more than is free."""
    if total_bytes - size_bytes(part) > shutil.disk_usage(part.parent).free:
        raise InputError(f"{lack(part, total_bytes)}; make room there")


@contextmanager
def download_watched(part: Path, total_bytes: int) -> Iterator[None]:
    """Tell how far the file `<name>.part` has come; raise InputError if the disk is full before.

    `total_bytes` is how long the file will be; 0 where the server does not tell, and then there is
    no progress.
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
    """The sentence for a file that a full disk cut off; `shortage` tells how much room there is."""
    return (
        f"{what} could not be written to its end ({error.strerror}): {shortage}; make room there, "
        "and run this again"
    )


def lack(part: Path, total_bytes: int) -> str:
    """What a file still takes, and what is free."""
    missing = f"{total_bytes - size_bytes(part):,}" if total_bytes else "an unknown number of"
    return f"{part.stem} takes {missing} more bytes, and {free(part.parent)}"
