"""A survey's files in Kaggle's layout: where they are, and how they are read."""

import gzip
import io
import os
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.decision_tree import DecisionTree
from galaxyzoo.errors import InputError

TRAINING_IMAGES = ("images_training_rev1.zip", "images_training_rev1")
TEST_IMAGES = ("images_test_rev1.zip", "images_test_rev1")
FAIR_IDS = ("unbiased.csv",)
SOLUTIONS = ("training_solutions_rev1.zip", "training_solutions_rev1.csv")
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
SHOWN_COLUMNS = 10

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
    and what macOS adds to a zip are passed over. Where images are named otherwise, `ids` gives the
    GalaxyID by the name in the zip or folder, and images that it does not name are passed over too.

    `names` maps GalaxyID -> name in the zip or folder, ids ascending; `faults` maps the GalaxyIDs
    that have several images, and the names that are no GalaxyID, to what is wrong with them.
    Processes forked from the one that made it can read from it at the same time.
    """

    def __init__(self, path: Path, ids: Mapping[str, int] | None = None) -> None:
        """List the images; InputError if `path` is neither a folder nor a zip, or has none."""
        self.path = path
        self._zip = None if path.is_dir() else opened_zip(path)
        self.faults: dict[int | str, str] = {}
        names = defaultdict(list)
        for name in sorted(self._image_names()):
            galaxy = galaxy_id(image_stem(name)) if ids is None else ids.get(name)
            if galaxy is not None:
                names[galaxy].append(name)
            elif ids is None:
                self.faults[name] = "the image's name is no GalaxyID"
        for galaxy in sorted(names):
            if len(names[galaxy]) > 1:
                self.faults[galaxy] = f"several images: {', '.join(names.pop(galaxy))}"
        self.names: dict[int, str] = {galaxy: names[galaxy][0] for galaxy in sorted(names)}
        if not self.names and not self.faults:
            raise InputError(f"{path} holds no images; it should hold <GalaxyID>.jpg or .png files")

    def _image_names(self) -> Iterator[str]:
        return zipped_images(self._zip) if self._zip else images_below(self.path)

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


def zipped_images(archive: zipfile.ZipFile) -> Iterator[str]:
    """Names of the images in a zip."""
    return (name for name in archive.namelist() if is_visible(name, IMAGE_SUFFIXES))


def images_below(folder: Path) -> Iterator[str]:
    """Paths of the images in a folder, however deep, from the folder on."""
    files = (file.relative_to(folder).as_posix() for file in folder.rglob("*"))
    return (name for name in files if is_visible(name, IMAGE_SUFFIXES))


def images_in(path: Path) -> list[str]:
    """Names of the images in a zip or folder, sorted; InputError if it is neither."""
    if path.is_dir():
        return sorted(images_below(path))
    with opened_zip(path) as archive:
        return sorted(zipped_images(archive))


def image_stem(name: str) -> str:
    """An image's name without its folders and suffix."""
    return name.rpartition("/")[2].rpartition(".")[0]


def is_visible(name: str, suffixes: tuple[str, ...]) -> bool:
    """Whether a file in a zip or folder has one of the suffixes and is not hidden."""
    return name.lower().endswith(suffixes) and not re.search(r"(^|/)(\.|__MACOSX/)", name)


def galaxy_id(text: str) -> int | None:
    """The GalaxyID that `text` is, None if it is none."""
    if not (text.isascii() and text.isdecimal()) or int(text) > np.iinfo(np.int64).max:
        return None
    return int(text)


def read_solutions(path: Path, tree: DecisionTree) -> pd.DataFrame:
    """The labels of a survey, from a CSV file or the zip of one.

    Returns (N, columns) float64 in tree order, indexed by GalaxyID, rows as in the file: repeated
    ids and impossible values are left for `label_checks`, an empty cell is NaN. Raises InputError
    if the file cannot be read, lacks a column, or has a cell that is not a number.
    """
    columns = list(tree.columns)
    table = read_columns(path, {"GalaxyID": "int64"} | dict.fromkeys(columns, "float64"))
    return table.set_index("GalaxyID")[columns]


def read_image_names(path: Path) -> dict[str, int]:
    """What images that are not named by GalaxyID are named, as name in their folder -> GalaxyID.

    From a CSV file with columns GalaxyID and image. Raises InputError if it is anything else.
    """
    table = read_columns(path, {"GalaxyID": "int64", "image": "str"})
    return dict(zip(table["image"], table["GalaxyID"].tolist(), strict=True))


def read_fair_ids(path: Path) -> set[int]:
    """The galaxies that are a fair sample of the survey, from a CSV file or the zip of one.

    Of its columns one is GalaxyID; a second, if there is one, is 1 for the fair galaxies and 0 for
    the others; without it all are fair. Raises InputError if the file is anything else, or none of
    its galaxies is fair.
    """
    table = read_text(path)
    require_columns(path, table, ["GalaxyID"])
    require_ids(path, table["GalaxyID"])
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


def read_columns(path: Path, types: Mapping[str, str], *, wide: bool = False) -> pd.DataFrame:
    """The table in a CSV file, gzipped or in a zip or neither, with columns of certain types.

    `types` maps names of columns that it must have to int64, float64 or str; of a `wide` table,
    the others are not read. An empty cell is NaN. Raises InputError if the file cannot be read,
    lacks a column, or has a cell that is not a number where one should be.
    """
    usecols = (lambda name: name in types) if wide else None
    try:
        table = pd.read_csv(csv_file(path), dtype=dict(types), usecols=usecols)
    except (ValueError, OverflowError) as error:
        require_numbers(path, read_text(path, usecols), types)
        raise InputError(f"{path} cannot be read ({error}); fetch it again or mend it") from error
    require_columns(path, table, list(types))
    return table


def column_names(path: Path) -> list[str]:
    """Names of the columns of a CSV file; InputError if it cannot be read."""
    try:
        return pd.read_csv(csv_file(path), nrows=0).columns.tolist()
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error


def csv_file(path: Path) -> io.BytesIO:
    """What a CSV file holds, gzipped or not, or the only CSV file in a zip."""
    suffix = path.suffix.lower()
    if suffix != ".zip":
        try:
            content = path.read_bytes()
            return io.BytesIO(gzip.decompress(content) if suffix == ".gz" else content)
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InputError(
                f"{path} is not a whole gzip file ({error}); fetch it again"
            ) from error
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


def read_text(path: Path, usecols: Callable[[str], bool] | None = None) -> pd.DataFrame:
    """A table whose cells are text, without the blanks around it, "" where there is none."""
    try:
        table = pd.read_csv(csv_file(path), dtype=str, keep_default_na=False, usecols=usecols)
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error
    return table.apply(lambda column: column.str.strip())


def require_columns(path: Path, present: Iterable[str], columns: Sequence[str]) -> None:
    """Raise InputError unless all the columns are among those of a table."""
    present = list(present)
    if missing := [column for column in columns if column not in present]:
        some = ", ".join(present[:SHOWN_COLUMNS]) + (", ..." if present[SHOWN_COLUMNS:] else "")
        raise InputError(f"{path} has no column {', '.join(missing)}; its columns are {some}")


def require_numbers(path: Path, text: pd.DataFrame, types: Mapping[str, str]) -> None:
    """Raise InputError that names the first cell of a table of text that is not of its type."""
    require_columns(path, text, list(types))
    for column, kind in types.items():
        if kind == "int64":
            require_ids(path, text[column])
        elif kind == "float64":
            numbers = pd.to_numeric(text[column], errors="coerce")
            require_cells(path, text[column], (text[column] == "") | numbers.notna(), "a number")


def require_ids(path: Path, column: pd.Series) -> None:
    """Raise InputError that names the first cell that is no GalaxyID."""
    good = column.map(lambda cell: galaxy_id(cell) is not None)
    require_cells(path, column, good, "a whole number")


def require_cells(path: Path, column: pd.Series, good: pd.Series, kind: str) -> None:
    """Raise InputError that names the first cell of a column that is not `good`."""
    if not good.all():
        row = int(np.argmin(good.to_numpy(dtype=bool)))
        found = f"{path}, row {row + 1}, column {column.name}: {column.tolist()[row]!r}"
        raise InputError(f"{found} is not {kind}; mend it or fetch the file again")
