"""A survey's files in Kaggle's layout: where they are, and how they are read."""

import io
import os
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.decision_tree import GALAXY_ZOO_2
from galaxyzoo.errors import InputError

TRAINING_IMAGES = ("images_training_rev1.zip", "images_training_rev1")
TEST_IMAGES = ("images_test_rev1.zip", "images_test_rev1")
FAIR_IDS = ("unbiased.csv",)
SOLUTIONS = ("training_solutions_rev1.zip", "training_solutions_rev1.csv")
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")

COMPETITION = "galaxy-zoo-the-galaxy-challenge"
# What the competition's zips hold; the smallest is first, to meet a refusal soon.
IMAGE_COUNTS = {SOLUTIONS[0]: 0, TRAINING_IMAGES[0]: 61_578, TEST_IMAGES[0]: 79_975}


@dataclass(frozen=True)
class KaggleFiles:
    """Where a survey's files are: zips or folders of images, a zip or CSV of labels.

    `fair_ids` is a list of the galaxies that are a fair sample, which a selection from Kaggle's
    files may bring along.
    """

    training_images: Path
    solutions: Path
    test_images: Path | None
    fair_ids: Path | None


def find(folder: Path | str) -> KaggleFiles:
    """The files of the survey in `folder`; of a zip and its unpacked form, the zip.

    Raises InputError if there is no such folder, or no training images or labels in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"files: there is no folder {folder}; give the folder that holds {TRAINING_IMAGES[0]} "
            f"and {SOLUTIONS[0]}"
        )
    return KaggleFiles(
        training_images=required(folder, TRAINING_IMAGES, "the training images"),
        solutions=required(folder, SOLUTIONS, "the labels"),
        test_images=first_present(folder, TEST_IMAGES),
        fair_ids=first_present(folder, FAIR_IDS),
    )


def required(folder: Path, names: tuple[str, ...], content: str) -> Path:
    """The first of `names` that is in `folder`; InputError if none is."""
    path = first_present(folder, names)
    if path is None:
        raise InputError(
            f"files: {folder} holds neither {' nor '.join(names)}, {content}; put one there, as "
            "downloaded from Kaggle's Galaxy Zoo challenge, or give the folder that holds it"
        )
    return path


def first_present(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of `names` that is in `folder`, None if none is."""
    return next((folder / name for name in names if (folder / name).exists()), None)


class GalaxyImages:
    """The images in a zip or a folder, each read by its GalaxyID.

    An image is a .jpg, .jpeg or .png file, however deep, that is named by its GalaxyID; dotfiles
    and what macOS adds to a zip are passed over.

    `names` maps GalaxyID -> name in the zip or folder, ids ascending; `faults` maps the GalaxyIDs
    that have several images, and the names that are no GalaxyID, to what is wrong with them.
    Processes forked from the one that made it can read from it at the same time.
    """

    def __init__(self, path: Path) -> None:
        """List the images; InputError if `path` is neither a folder nor a zip, or has none."""
        self.path = path
        self._zip = None if path.is_dir() else opened_zip(path)
        self.faults: dict[int | str, str] = {}
        names = defaultdict(list)
        for name in sorted(self._image_names()):
            stem = name.rpartition("/")[2].rpartition(".")[0]
            if (galaxy := galaxy_id(stem)) is None:
                self.faults[name] = "the image's name is no GalaxyID"
            else:
                names[galaxy].append(name)
        for galaxy in sorted(names):
            if len(names[galaxy]) > 1:
                self.faults[galaxy] = f"several images: {', '.join(names.pop(galaxy))}"
        self.names: dict[int, str] = {galaxy: names[galaxy][0] for galaxy in sorted(names)}
        if not self.names and not self.faults:
            raise InputError(f"{path} holds no images; it should hold <GalaxyID>.jpg or .png files")

    def _image_names(self) -> Iterator[str]:
        if self._zip:
            return (name for name in self._zip.namelist() if is_visible(name, IMAGE_SUFFIXES))
        files = (file.relative_to(self.path).as_posix() for file in self.path.rglob("*"))
        return (name for name in files if is_visible(name, IMAGE_SUFFIXES))

    def read(self, galaxy: int) -> bytes:
        """The bytes of the image file of a galaxy in `names`."""
        name = self.names[galaxy]
        return self._zip.read(name) if self._zip else (self.path / name).read_bytes()


class SharedFile(io.RawIOBase):
    """A file to read, in which each forked process has a place of its own.

    The place in an ordinary file is kept by the kernel, and forked processes would move it under
    each other's feet.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, at its beginning."""
        self._file = path.open("rb", buffering=0)
        self._place = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to `offset` bytes from the beginning, the present place or the end; return it."""
        size = os.fstat(self._file.fileno()).st_size
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: size}[whence]
        return self._place

    def readinto(self, buffer: bytearray) -> int:
        """Fill the buffer, or what the file still has of it; return the number of bytes."""
        count = os.preadv(self._file.fileno(), [buffer], self._place)
        self._place += count
        return count


def opened_zip(path: Path) -> zipfile.ZipFile:
    """The zip, open for reading; InputError if it is missing or not a whole zip."""
    try:
        return zipfile.ZipFile(io.BufferedReader(SharedFile(path)))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except zipfile.BadZipFile as error:
        raise InputError(f"{path} is not a whole zip file ({error}); fetch it again") from error


def is_visible(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a file in a zip or folder has one of the suffixes and is not hidden."""
    return name.lower().endswith(suffixes) and not re.search(r"(^|/)(\.|__MACOSX/)", name)


def galaxy_id(text: str) -> int | None:
    """The GalaxyID that `text` is, None if it is none."""
    if not (text.isascii() and text.isdecimal()) or int(text) > np.iinfo(np.int64).max:
        return None
    return int(text)


def read_solutions(path: Path) -> pd.DataFrame:
    """The labels of a survey, from a CSV file or the zip of one.

    Returns (N, 37) float64 in tree order, indexed by GalaxyID, rows as in the file: repeated ids
    and impossible values are left for `label_checks`, an empty cell is NaN. Raises InputError if
    the file cannot be read, lacks a column, or has a cell that is not a number.
    """
    types = {"GalaxyID": "int64"} | dict.fromkeys(GALAXY_ZOO_2.columns, "float64")
    try:
        table = pd.read_csv(csv_file(path), dtype=types)
    except (ValueError, OverflowError) as error:
        require_numbers(path, read_text(path))
        raise InputError(f"{path} cannot be read ({error}); fetch it again or mend it") from error
    require_columns(path, table, list(types))
    return table.set_index("GalaxyID")[list(GALAXY_ZOO_2.columns)]


def read_fair_ids(path: Path) -> set[int]:
    """The galaxies that are a fair sample of the survey, from a CSV file or the zip of one.

    Of its columns one is GalaxyID; a second, if there is one, is 1 for the fair galaxies and 0 for
    the others; without it all are fair. Raises InputError if the file is anything else, or none of
    its galaxies is fair.
    """
    table = read_text(path)
    require_columns(path, table, ["GalaxyID"])
    require_ids(path, table)
    flags = table.columns.drop("GalaxyID")
    if len(flags) > 1:
        raise InputError(
            f"{path} has the columns {', '.join(flags)} beside GalaxyID; leave only the one that "
            "is 1 for the fair galaxies and 0 for the others"
        )
    for flag in flags:
        require_cells(path, table[flag], table[flag].isin(["1", "0"]), "1 or 0")
        table = table[table[flag] == "1"]
    if table.empty:
        raise InputError(f"{path} lists no fair galaxy; list some, or set survey.fair_ids to null")
    return {int(text) for text in table["GalaxyID"]}


def csv_file(path: Path) -> io.BytesIO:
    """What a CSV file holds, or the only CSV file in a zip."""
    if path.suffix.lower() != ".zip":
        try:
            return io.BytesIO(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
    with opened_zip(path) as archive:
        names = [name for name in archive.namelist() if is_visible(name, (".csv",))]
        if len(names) != 1:
            raise InputError(f"{path} holds {len(names)} CSV files; it should hold one")
        try:
            return io.BytesIO(archive.read(names[0]))
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise InputError(f"{path} is not a whole zip file ({error}); fetch it again") from error


def read_text(path: Path) -> pd.DataFrame:
    """A table whose cells are text, without the blanks around it, "" where there is none."""
    try:
        table = pd.read_csv(csv_file(path), dtype=str, keep_default_na=False)
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error
    return table.apply(lambda column: column.str.strip())


def require_columns(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise InputError unless the table has all the columns."""
    if missing := [column for column in columns if column not in table]:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; its first line should name the columns"
        )


def require_numbers(path: Path, text: pd.DataFrame) -> None:
    """Raise InputError that names the first cell of a table of labels that is not a number."""
    require_columns(path, text, ["GalaxyID", *GALAXY_ZOO_2.columns])
    require_ids(path, text)
    for column in GALAXY_ZOO_2.columns:
        numbers = pd.to_numeric(text[column], errors="coerce")
        require_cells(path, text[column], (text[column] == "") | numbers.notna(), "a number")


def require_ids(path: Path, text: pd.DataFrame) -> None:
    """Raise InputError that names the first row whose GalaxyID is none."""
    good = text["GalaxyID"].map(lambda cell: galaxy_id(cell) is not None)
    require_cells(path, text["GalaxyID"], good, "a whole number")


def require_cells(path: Path, column: pd.Series, good: pd.Series, kind: str) -> None:
    """Raise InputError that names the first cell of a column that is not `good`."""
    if not good.all():
        row = int(np.argmin(good.to_numpy(dtype=bool)))
        found = f"{path}, row {row + 1}, column {column.name}: {column.iloc[row]!r}"
        raise InputError(f"{found} is not {kind}; mend it or fetch the file again")
