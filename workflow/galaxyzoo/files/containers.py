"""What holds image files: a folder, a zip, tars, Parquet files. Each lists and reads them.

A `place` is a text that finds an image again without looking through the rest. All read in several
threads at once.
"""

import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.files.archives import LARGEST_BYTES, opened_zip, read_zipped
from galaxyzoo.files.names import IMAGE_SUFFIXES
from galaxyzoo.foundation.errors import InputError

PICTURES = (*IMAGE_SUFFIXES, ".fits", ".fits.gz", ".fit")
PACKED_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


class Container(Protocol):
    """What holds files or, in Parquet files, rows."""

    def entries(self) -> Iterator[tuple[str, str]]:
        """The name and the place of each file or row, in any order."""

    def read(self, place: str) -> bytes:
        """The bytes of an image."""


class Folder:
    """Image files below a folder; a place is the path from there, or an absolute path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> Iterator[tuple[str, str]]:
        """The path of each file, as name and as place; of links that lead nowhere too."""
        for file in self.path.rglob("*"):
            if not file.is_dir():
                name = file.relative_to(self.path).as_posix()
                yield name, name

    def read(self, place: str) -> bytes:
        """The bytes of a file; InputError if the place is empty."""
        if not place:
            raise InputError("its row has no path of an image")
        file = self.path / place
        require_size(file.stat().st_size)
        return file.read_bytes()


class Zip:
    """Image files in a zip; a place is a name in it."""

    def __init__(self, path: Path) -> None:
        """Open the zip; InputError if it is none."""
        self._zip = opened_zip(path)

    def entries(self) -> Iterator[tuple[str, str]]:
        """The name of each file, also as its place."""
        return ((name, name) for name in self._zip.namelist() if not name.endswith("/"))

    def read(self, place: str) -> bytes:
        """The bytes of a file."""
        require_size(self._zip.getinfo(place).file_size)
        return read_zipped(self._zip, place)


class Tars:
    """Image files in one or several tars; a place is offset:bytes:tar."""

    def __init__(self, path: Path, tars: list[str]) -> None:
        """`tars` are paths from `path`, the folder that they are in."""
        self.path, self.tars = path, tars

    def entries(self) -> Iterator[tuple[str, str]]:
        """The tar and name of each file, and where its bytes are; InputError if one is damaged."""
        for tar in self.tars:
            try:
                with tarfile.open(self.path / tar, "r:") as archive:
                    for member in archive:
                        if member.isfile():
                            place = f"{member.offset_data}:{member.size}:{tar}"
                            yield f"{tar}/{member.name}", place
            except (tarfile.TarError, OSError) as error:
                raise InputError(
                    f"{self.path / tar} cannot be read as a tar ({error}); replace it"
                ) from error

    def read(self, place: str) -> bytes:
        """The bytes at a place, read from there alone."""
        offset, size, tar = place.split(":", 2)
        require_size(int(size))
        with (self.path / tar).open("rb") as file:
            content = os.pread(file.fileno(), int(size), int(offset))
        if len(content) < int(size):
            raise InputError(f"{self.path / tar} is cut off")
        return content


class ParquetFiles:
    """Image files in a column of Parquet files; a place is row group:row:file.

    One row group is in memory at a time.
    """

    def __init__(self, path: Path, files: list[str], column: str) -> None:
        """`files` are paths from `path`, the folder that they are in."""
        self.path, self.files, self.column = path, files, column
        self._lock = threading.Lock()
        self._group: tuple[str, str] | None = None
        self._values: pa.ChunkedArray | None = None

    def entries(self) -> Iterator[tuple[str, str]]:
        """The row of each image, counted from 0 in its file, and its place."""
        for file in self.files:
            row = 0
            metadata = parquet.read_metadata(self.path / file)
            for group in range(metadata.num_row_groups):
                for inside in range(metadata.row_group(group).num_rows):
                    yield str(row), f"{group}:{inside}:{file}"
                    row += 1

    def read(self, place: str) -> bytes:
        """The bytes of an image; InputError if there are none."""
        group, row, file = place.split(":", 2)
        with self._lock:
            if self._group != (group, file):
                with parquet.ParquetFile(self.path / file) as opened:
                    table = opened.read_row_group(int(group), columns=[self.column])
                self._group, self._values = (group, file), table[self.column]
            value = self._values[int(row)].as_py()
        content = value.get("bytes") if isinstance(value, dict) else value
        if not content:
            raise InputError(f"there are no bytes in its {self.column}")
        require_size(len(content))
        return content


def require_size(size_bytes: int) -> None:
    """Raise InputError if an image file has too many bytes."""
    if size_bytes > LARGEST_BYTES:
        raise InputError(f"the image has {size_bytes:,} bytes, more than {LARGEST_BYTES:,}")
