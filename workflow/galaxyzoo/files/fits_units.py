"""The HDUs of a FITS file, gzipped or not: each header is read and judged before its data.

Gzip and the compression of tiles make a thousand bytes of zeros from one. So nothing is unpacked
before its header has said how large it is.
"""

import gzip
import io
import math
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from astropy.io import fits

from galaxyzoo.files.archives import LARGEST_BYTES, PIECE_BYTES
from galaxyzoo.foundation.errors import InputError

GZIP_START = b"\x1f\x8b"
BLOCK = 2880
CARD = 80
LARGEST_HEADER_BYTES = 2**22  # 52,000 lines
MOST_UNITS = 1000
WIDEST_PIXEL_BYTES = 8
EMPTY_PRIMARY = fits.PrimaryHDU().header.tostring().encode("ascii")


class Unit(NamedTuple):
    """An HDU of a FITS file: its number, its name in capitals, its header, and its picture's shape.

    The shape is as numpy has it, without axes of length 1 in front of the last two; it is None if
    the HDU holds no picture. `stored` reads the picture's numbers as they are in the file, before
    they are scaled. It has to be called before the next HDU is asked for.
    """

    number: int
    name: str
    header: fits.Header
    shape: tuple[int, ...] | None
    stored: Callable[[], np.ndarray]


def units(content: bytes) -> Iterator[Unit]:
    """The HDUs of a FITS file. What follows the last one is not looked at.

    Raises InputError if the content is not FITS, is cut off, or has more bytes than are allowed.
    """
    stream = Stream(content)
    number = 0
    while (header_bytes := stream.header(b"XTENSION" if number else b"SIMPLE")) is not None:
        if number == MOST_UNITS:
            raise InputError(f"it has more than {MOST_UNITS:,} HDUs")
        header = fits.Header.fromstring(ascii_text(header_bytes))
        size = data_bytes(header)
        start = stream.read_bytes

        def stored(
            header: fits.Header = header, size: int = size, raw: bytes = header_bytes
        ) -> np.ndarray:
            return numbers(header, raw, stream.take(size))

        name = str(header.get("EXTNAME", "" if number else "PRIMARY")).strip().upper()
        yield Unit(number, name, header, picture_shape(header), stored)
        rest = start + size - stream.read_bytes
        stream.skip(rest + -size % BLOCK)
        number += 1
    if not number:
        raise InputError("it is not a FITS file")
    stream.drain()


class Stream:
    """The bytes of a file, unpacked as they are asked for; InputError if they become too many."""

    def __init__(self, content: bytes) -> None:
        self.is_packed = content.startswith(GZIP_START)
        file = io.BytesIO(content)
        self._file = gzip.GzipFile(fileobj=file) if self.is_packed else file
        self.read_bytes = 0

    def require(self, more: int) -> None:
        """Raise InputError if that many more bytes are too many."""
        if self.read_bytes + more > LARGEST_BYTES:
            raise InputError(f"the image has more than {LARGEST_BYTES:,} bytes when it is unpacked")

    def read(self, count: int) -> bytes:
        """The next bytes, fewer at the end."""
        self.require(count)
        content = self._file.read(count)
        self.read_bytes += len(content)
        return content

    def take(self, count: int) -> bytes:
        """The next bytes; InputError if there are fewer."""
        content = self.read(count)
        if len(content) < count:
            raise InputError("the FITS file is cut off")
        return content

    def skip(self, count: int) -> None:
        """Leave out the next bytes, as far as there are any."""
        while count > 0 and (piece := self.read(min(count, PIECE_BYTES))):
            count -= len(piece)

    def drain(self) -> None:
        """Unpack a gzipped file to its end, where its checksum is."""
        while self.is_packed and (piece := self._file.read(PIECE_BYTES)):
            self.read_bytes += len(piece)
            self.require(0)

    def header(self, start: bytes) -> bytes | None:
        """The next header, in whole blocks; None if there is none that begins with `start`."""
        block = self.read(min(BLOCK, LARGEST_BYTES - self.read_bytes))
        if not block.startswith(start):
            return None
        blocks = [block]
        while not any(
            block[card : card + 8].rstrip(b" \0") == b"END" for card in range(0, len(block), CARD)
        ):
            block = self.take(BLOCK)
            blocks.append(block)
            if len(blocks) * BLOCK > LARGEST_HEADER_BYTES:
                raise InputError(f"a header in it has more than {LARGEST_HEADER_BYTES:,} bytes")
        return b"".join(blocks)


def ascii_text(header: bytes) -> str:
    """A header as text, with ? for what is not ASCII."""
    return header.decode("ascii", "replace").replace("\ufffd", "?")


def whole_number(header: fits.Header, key: str, default: int | None = None) -> int:
    """A number of a header; InputError if it is none from 0 upwards."""
    value = header.get(key, default)
    if type(value) is not int or value < 0:
        raise InputError(f"{key} in its header is {value}, and should be a whole number")
    return value


def axes(header: fits.Header, prefix: str = "") -> tuple[int, ...]:
    """The lengths of the axes that a header gives, the last one first, as numpy has them."""
    count = whole_number(header, f"{prefix}NAXIS")
    return tuple(whole_number(header, f"{prefix}NAXIS{axis}") for axis in range(count, 0, -1))


def pixel_bytes(header: fits.Header, key: str = "BITPIX") -> int:
    """How many bytes a pixel has."""
    if (bits := header.get(key)) not in (8, 16, 32, 64, -32, -64):
        raise InputError(f"{key} in its header is {bits}")
    return abs(bits) // 8


def data_bytes(header: fits.Header) -> int:
    """How many bytes the data after a header has, without what fills its last block."""
    lengths = axes(header)
    if not lengths:
        return 0
    if header.get("GROUPS") is True and lengths[-1] == 0:
        raise InputError("it holds random groups and no picture")
    count = whole_number(header, "PCOUNT", 0) + math.prod(lengths)
    return pixel_bytes(header) * whole_number(header, "GCOUNT", 1) * count


def is_compressed(header: fits.Header) -> bool:
    """Whether an HDU is a table of the compressed tiles of a picture."""
    return header.get("ZIMAGE") is True


def picture_shape(header: fits.Header) -> tuple[int, ...] | None:
    """The shape of the picture in an HDU without axes of length 1; None if it holds none."""
    if not is_compressed(header) and str(header.get("XTENSION", "IMAGE")).strip() != "IMAGE":
        return None
    shape = axes(header, "Z" if is_compressed(header) else "")
    *others, height, width = shape if len(shape) > 1 else (0, 0)
    planes = [length for length in others if length != 1]
    return (*planes, height, width) if height * width and len(planes) <= 1 else None


def numbers(header: fits.Header, header_bytes: bytes, data: bytes) -> np.ndarray:
    """A picture's numbers as they are stored, of its shape. Raises InputError if they are many."""
    if not is_compressed(header):
        kind = "u1" if (bits := header["BITPIX"]) == 8 else f">{'if'[bits < 0]}{abs(bits) // 8}"
        return np.frombuffer(data, kind, math.prod(axes(header))).reshape(picture_shape(header))
    if math.prod(axes(header, "Z")) * pixel_bytes(header, "ZBITPIX") > LARGEST_BYTES:
        raise InputError(f"the image has more than {LARGEST_BYTES:,} bytes when it is unpacked")
    alone = b"".join([EMPTY_PRIMARY, header_bytes, data, bytes(-len(data) % BLOCK)])
    with fits.open(io.BytesIO(alone), disable_image_compression=True) as file:
        require_tiles_that_fit(header, file[1].columns, data)
    with fits.open(io.BytesIO(alone), do_not_scale_image_data=True) as file:
        return file[1].data.reshape(picture_shape(header))


def require_tiles_that_fit(header: fits.Header, columns: fits.ColDefs, data: bytes) -> None:
    """Raise InputError if a gzipped tile unpacks to more than the whole picture has.

    `columns` are those of the table of tiles, and `data` is what follows its header. astropy
    unpacks these without a limit; all other kinds have the size that the header gives.
    """
    largest = math.prod(axes(header, "Z")) * WIDEST_PIXEL_BYTES
    rows = whole_number(header, "NAXIS2")
    table = np.frombuffer(data, columns.dtype.newbyteorder(">"), rows)
    heap = memoryview(data)[whole_number(header, "THEAP", header["NAXIS1"] * rows) :]
    for name in ("COMPRESSED_DATA", "GZIP_COMPRESSED_DATA"):
        for count, offset in table[name] if name in columns.names else ():
            tile = heap[offset : offset + count]
            if tile[:2] == GZIP_START and unpacks_to_more(tile, largest):
                raise InputError("a part of the image has more pixels than its header says")


def unpacks_to_more(packed: memoryview, largest: int) -> bool:
    """Whether gzipped bytes unpack to more than `largest`."""
    total, rest = 0, bytes(packed)
    while rest and total <= largest:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while total <= largest and (piece := unpacker.decompress(rest, PIECE_BYTES)):
            rest = unpacker.unconsumed_tail
            total += len(piece)
        rest = unpacker.unused_data.lstrip(b"\0") if unpacker.eof else b""
    return total > largest
