"""What holds image files: a folder, a zip, tars, Parquet files. Each lists and reads them.

A `place` is a text that finds an image again without looking through the rest. All read in several
threads at once.
"""

import os
import posixpath
import stat
import tarfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.files.archives import (
    PIECE_BYTES,
    files_below,
    opened_zip,
    read_image_file,
    read_zipped,
    require_size,
)
from galaxyzoo.files.names import IMAGE_SUFFIXES
from galaxyzoo.foundation.errors import InputError

FITS_PICTURES = (".fits", ".fits.gz", ".fits.fz", ".fit", ".fit.gz", ".fit.fz")
PICTURES = (*IMAGE_SUFFIXES, *FITS_PICTURES)
PACKED_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")


class Container(Protocol):
    """A folder or archive of files, or Parquet files of rows."""

    def entries(self) -> Iterator[tuple[str, str]]:
        """The name and the place of each file or row, in any order.

        A name that ends with / is a link to a folder that is read by another path.
        """

    def read(self, place: str) -> bytes:
        """The bytes of an image."""


class Folder:
    """Image files below a folder; a place is the path from there, or an absolute path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> Iterator[tuple[str, str]]:
        """The path of each file, as name and as place; of links that lead nowhere too."""
        found = files_below(self.path)
        return ((name, name) for name in [*found.files, *(f"{link}/" for link in found.again)])

    def read(self, place: str) -> bytes:
        """The bytes of a file; InputError if the place is empty, or that of no file."""
        if not place:
            raise InputError("its row has no path of an image")
        return read_image_file(self.path / place)


class Zip:
    """Image files in a zip; a place is a name in it."""

    def __init__(self, path: Path) -> None:
        """Open the zip; InputError if it is none."""
        self._zip = opened_zip(path)

    def entries(self) -> Iterator[tuple[str, str]]:
        """The name of each file, also as its place."""
        return ((name, name) for name in self._zip.namelist() if not name.endswith("/"))

    def read(self, place: str) -> bytes:
        """The bytes of a file; InputError if it is a link, whose bytes are a path."""
        entry = self._zip.getinfo(place)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise InputError("it is a link in the zip; zip the file that it leads to")
        require_size(entry.file_size)
        return read_zipped(self._zip, place)


class Tars:
    """Image files in one or several tars; a place is offset:bytes:tar.

    The place of what has no bytes of its own there is :reason:tar, with one of WITHOUT_BYTES.
    """

    def __init__(self, path: Path, tars: list[str]) -> None:
        """`tars` are paths from `path`, the folder that they are in."""
        self.path, self.tars = path, tars

    def entries(self) -> Iterator[tuple[str, str]]:
        """The tar and name of each file, and where its bytes are.

        A link has the bytes of the file that it leads to. Raises InputError if a tar is damaged or
        cut off.
        """
        for tar in self.tars:
            try:
                with tarfile.open(self.path / tar, "r:") as archive:
                    for name, place in files_in(archive):
                        yield f"{tar}/{name}", f"{place}:{tar}"
                    require_end(archive)
            except (tarfile.TarError, OSError) as error:
                raise InputError(
                    f"{self.path / tar} cannot be read as a tar ({error}); replace it"
                ) from error

    def read(self, place: str) -> bytes:
        """The bytes at a place, read from there alone; InputError if there are none."""
        offset, size, tar = place.split(":", 2)
        if not offset:
            raise InputError(WITHOUT_BYTES[size])
        require_size(int(size))
        with (self.path / tar).open("rb") as file:
            content = os.pread(file.fileno(), int(size), int(offset))
        if len(content) < int(size):
            raise InputError(f"{self.path / tar} is cut off")
        return content


WITHOUT_BYTES = {
    "link": "it is a link in the tar to a file that is not there",
    "sparse": "it is a sparse file in the tar; pack it without --sparse",
    "special": "it is no file in the tar, but a pipe or a device",
}


def files_in(archive: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    """The name of each file and link in a tar, and offset:bytes of its content or :reason."""
    places: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    for member in archive:
        name = posixpath.normpath(member.name)
        if member.islnk():
            links.append((name, posixpath.normpath(member.linkname)))
        elif member.issym():
            target = posixpath.join(posixpath.dirname(name), member.linkname)
            links.append((name, posixpath.normpath(target)))
        elif not member.isdir():
            places[name] = place_of(member)
            yield member.name, places[name]
    targets = dict(links)
    for name, target in links:
        yield name, places.get(followed(target, targets), ":link")


def place_of(member: tarfile.TarInfo) -> str:
    """Offset:bytes of a file's content in a tar, or :reason."""
    if not member.isfile():
        return ":special"
    return ":sparse" if member.issparse() else f"{member.offset_data}:{member.size}"


def followed(name: str, links: Mapping[str, str]) -> str:
    """The name that links lead to in the end; one of them if they lead in a circle."""
    for _ in links:
        if name not in links:
            break
        name = links[name]
    return name


def require_end(archive: tarfile.TarFile) -> None:
    """Raise ReadError unless a tar whose last member was read ends there, with blocks of zeros.

    The library takes any damaged header after the first for the end.
    """
    archive.fileobj.seek(archive.offset)
    if len(piece := archive.fileobj.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
        raise tarfile.ReadError("it is cut off: it has no end")
    while piece:
        if piece.strip(b"\0"):
            raise tarfile.ReadError("it is damaged, or another tar was put behind its end")
        piece = archive.fileobj.read(PIECE_BYTES)


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
