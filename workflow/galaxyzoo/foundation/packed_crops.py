"""The packed crops of a survey and their index, of which every row is checked as it is read.

The index has one row per crop: GalaxyID, the labels if there are any (NaN, an empty cell, is an
answer without a label), the colour of the crop's middle, the hash of the image file that the crop
was cut from, and two CRC-32 checksums: of the crop's bytes, and of the row's own id, numbers and
hash. So a crop or a row that is
damaged, missing or in another's place is refused wherever it is used, and nothing is read a second
time for it.
"""

import hashlib
import io
import re
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged

CROP_SUM, ROW_SUM = "crop_crc32", "row_crc32"
IMAGE_HASH = "image_hash"
HASH_BYTES = 16
CENTRE = "centre_"  # and the number of a band, from 1 on
CENTRE_PX = 10


def image_hash(image_file: bytes) -> str:
    """BLAKE2b of an image file's bytes, 32 hexadecimal digits: the same whatever is cropped."""
    return hashlib.blake2b(image_file, digest_size=HASH_BYTES).hexdigest()


def centre_colours(crops: np.ndarray) -> np.ndarray:
    """Mean of each band (n, bands) in the central 10 x 10 px of crops (n, s, s, bands) uint8."""
    start = (crops.shape[1] - CENTRE_PX) // 2
    centre = slice(start, start + CENTRE_PX)
    return crops[:, centre, centre].mean(axis=(1, 2))


def centre_columns(index: pd.DataFrame) -> list[str]:
    """The columns of an index that hold the `centre_colours`, a band each; none if it has none."""
    return [column for column in index if re.fullmatch(f"{CENTRE}[1-9]", column)]


def row_sums(table: pd.DataFrame) -> list[int]:
    """The checksum of each row's GalaxyID, numbers, in their order, and any image hash."""
    numbers = table.drop(columns=[GALAXY_ID, IMAGE_HASH], errors="ignore")
    ids = table[GALAXY_ID].to_numpy("<i8")[:, None].view(np.uint8)
    values = numbers.to_numpy("<f8")
    # NaN, an answer without a label, has several bit patterns; a CSV file has one empty cell.
    labels = np.ascontiguousarray(np.where(np.isnan(values), np.nan, values)).view(np.uint8)
    rows = np.hstack([ids, labels.reshape(len(ids), -1)])
    hashes = table[IMAGE_HASH] if IMAGE_HASH in table else [""] * len(table)
    return [
        zlib.crc32(text.encode(), zlib.crc32(row)) for row, text in zip(rows, hashes, strict=True)
    ]


def write_index(
    path: Path,
    table: pd.DataFrame,
    crop_sums: list[int],
    image_hashes: list[str] | None = None,
    centres: np.ndarray | None = None,
) -> None:
    """Write the index of crops. `table` (N rows) has GalaxyID and any labels.

    `image_hashes` (N) are those of the image files, and `centres` (N, bands) the `centre_colours`
    of the crops, if they are known. Uses pyarrow, which writes floats so that they are read back
    exactly, in a seventh of pandas' time.
    """
    if centres is not None:
        bands = enumerate(centres.T, start=1)
        table = table.assign(**{f"{CENTRE}{number}": colour for number, colour in bands})
    if image_hashes is not None:
        table = table.assign(**{IMAGE_HASH: pd.Series(image_hashes, table.index, dtype=str)})
    checked = table.assign(**{CROP_SUM: crop_sums, ROW_SUM: row_sums(table)})
    options = csv.WriteOptions(quoting_header="none", quoting_style="none")
    csv.write_csv(pa.Table.from_pandas(checked, preserve_index=False), path, options)


def read_index(path: Path | str) -> pd.DataFrame:
    """The index of crops: GalaxyID, any labels, colours and image hashes, and each crop's checksum.

    Raises InputError if a row is damaged, or if the rows are not by ascending GalaxyID. Whether any
    are missing at the end is seen by `PackedCrops`.
    """
    try:
        content = Path(path).read_bytes()
        if not content.endswith(b"\n"):
            raise ValueError("its last line is cut off")
        as_text = csv.ConvertOptions(column_types={IMAGE_HASH: pa.string()})
        cells = csv.read_csv(io.BytesIO(content), convert_options=as_text)
        # Without a label throughout: such a column of empty cells has no type of its own.
        empty = [field.name for field in cells.schema if pa.types.is_null(field.type)]
        table = cells.to_pandas().astype(dict.fromkeys(empty, np.float64))
        sums = table.pop(ROW_SUM)
        wrong = np.flatnonzero(row_sums(table.drop(columns=CROP_SUM)) != sums.to_numpy())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        raise damaged(path, error) from error
    if len(wrong):
        raise damaged(path, f"row {wrong[0] + 1} is not as it was written")
    if not table[GALAXY_ID].is_monotonic_increasing or not table[GALAXY_ID].is_unique:
        raise damaged(path, "its rows are not by ascending GalaxyID")
    return table


def packed_crops(path: Path | str, index: Path | str) -> "PackedCrops":
    """The crops in a file, with the index in another. Raises InputError if either is damaged."""
    return PackedCrops(path, read_index(index))


class PackedCrops:
    """The crops (N, size, size, bands) uint8 in a file, each checked as it is read."""

    def __init__(self, path: Path | str, index: pd.DataFrame) -> None:
        """Open the file; InputError unless it has as many crops as an index has rows."""
        self.path = path
        self.sums = index[CROP_SUM].to_numpy()
        try:
            self.pixels = np.load(path, mmap_mode="r")
        except (OSError, ValueError, EOFError) as error:
            raise damaged(path, error) from error
        if self.pixels.dtype != np.uint8 or len(self.pixels) != len(index):
            raise damaged(path, f"it has {len(self.pixels)} crops, and its index {len(index)} rows")
        self.shape = self.pixels.shape

    def __len__(self) -> int:
        """The number of crops."""
        return len(self.pixels)

    def __getitem__(self, rows: int | slice | np.ndarray) -> np.ndarray:
        """The crops in some rows, or one; InputError if any is not as it was written."""
        crops = np.ascontiguousarray(self.pixels[rows])
        several = crops.reshape(-1, *self.shape[1:])
        expected = np.atleast_1d(self.sums[rows])
        for crop, checksum in zip(several, expected, strict=True):
            if zlib.crc32(crop) != checksum:
                number = np.flatnonzero(self.sums == checksum)[0] + 1
                raise damaged(self.path, f"crop {number} is not as it was written")
        return crops
