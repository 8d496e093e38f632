"""Zips and folders of images: how their images are found and read."""

import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from galaxyzoo.files.names import IMAGE_SUFFIXES
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.listings import Below, below

REPLACE = "replace it, or delete it if this workflow made it, and run this again"
LARGEST_BYTES = 2**28  # of an image file, as it is in a zip before it was packed
LARGEST_TABLE_BYTES = 2**32  # of a packed table, unpacked; Galaxy Zoo 2's largest has a tenth
PIECE_BYTES = 2**20


def read_image_file(file: Path) -> bytes:
    """The bytes of an image file.

    Raises InputError if it has too many, or is no file: from a pipe, reading would wait for ever.
    """
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InputError("it is no file, but a folder, a pipe or a device")
    require_size(status.st_size)
    return file.read_bytes()


def require_size(size_bytes: int) -> None:
    """Raise InputError if an image file has too many bytes."""
    if size_bytes > LARGEST_BYTES:
        raise InputError(f"the image has {size_bytes:,} bytes, more than {LARGEST_BYTES:,}")


class SharedFile(io.RawIOBase):
    """A file to read, in which each forked process has its own position.

    The kernel keeps the position in an ordinary file. Forked processes share it, and each would
    move it for the others.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, positioned at its start."""
        self._file = path.open("rb", buffering=0)
        self._place = 0

    def readable(self) -> bool:
        """The file can be read."""
        return True

    def seekable(self) -> bool:
        """The file can be read from any position."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to `offset` bytes from the start, the position or the end; return the result."""
        size = os.fstat(self._file.fileno()).st_size
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: size}[whence]
        return self._place

    def readinto(self, buffer: bytearray) -> int:
        """Fill the buffer as far as the file allows; return the number of bytes read."""
        count = os.preadv(self._file.fileno(), [buffer], self._place)
        self._place += count
        return count


def opened_zip(path: Path) -> zipfile.ZipFile:
    """The zip, open for reading; InputError if it is missing or not a complete zip."""
    try:
        return zipfile.ZipFile(io.BufferedReader(SharedFile(path)))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} is not a whole zip file ({error}); {REPLACE}") from error


def opened_in(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A file in a zip, open for reading.

    Raises InputError if it is packed by another method than deflate: zipfile unpacks those without
    a limit.
    """
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{name} is not packed by deflate; zip it in the ordinary way")
    return archive.open(name)


def read_zipped(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a file in a zip, no more than the zip says that it has."""
    with opened_in(archive, name) as file:
        return file.read(archive.getinfo(name).file_size)


def unpacked(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a table that `file` unpacks from `path`; InputError if they are too many."""
    total = 0
    while piece := file.read(PIECE_BYTES):
        total += len(piece)
        if total > LARGEST_TABLE_BYTES:
            raise InputError(
                f"{path} has more than {LARGEST_TABLE_BYTES:,} bytes when it is unpacked; if they "
                "are a table's, unpack it first"
            )
        yield piece


def zipped_images(archive: zipfile.ZipFile) -> Iterator[str]:
    """Names of the images in a zip."""
    return (name for name in archive.namelist() if is_visible(name, IMAGE_SUFFIXES))


def files_below(folder: Path) -> Below:
    """What is in a folder, at any depth; InputError if a folder cannot be read."""
    try:
        return below(folder)
    except OSError as error:
        raise InputError(
            f"{error.filename} cannot be read: {error.strerror}; give the right to read it"
        ) from error


def images_in(path: Path) -> list[str]:
    """Names of the images in a zip, sorted; InputError if it is none."""
    with opened_zip(path) as archive:
        return sorted(zipped_images(archive))


def image_stem(name: str) -> str:
    """An image's name without its folders and suffix."""
    return name.rpartition("/")[2].rpartition(".")[0]


def is_visible(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a file in a zip or folder has one of the suffixes and is not hidden."""
    return name.lower().endswith(suffixes) and not re.search(r"(^|/)(\.(?!/)|__MACOSX/)", name)


def is_utf8(name: str) -> bool:
    """Whether a file's name can be written down; bytes that are no UTF-8 are surrogates in it."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
