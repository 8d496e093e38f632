"""CSV files, plain, gzipped or in a zip, and checks of the cells of any table.

Cells are divided by commas, semicolons or tabs. Lines before the header that begin with # are
comments, as SDSS's CasJobs writes them, but for a last one that is the header itself.
"""

import csv
import difflib
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.files.archives import REPLACE, is_visible, opened_in, opened_zip, unpacked
from galaxyzoo.files.names import galaxy_id
from galaxyzoo.foundation.errors import InputError

DELIMITERS = ",;\t"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SHOWN_COLUMNS = 100


def read_columns(path: Path, types: Mapping[str, str], *, wide: bool = False) -> pd.DataFrame:
    """The table in a CSV file, plain, gzipped or in a zip, with columns of the given types.

    `types` maps the names of required columns to int64, float64 or str. If the table is `wide`, the
    other columns are not read. An empty cell is NaN. Raises InputError if the file cannot be read,
    lacks a column, or has a cell that is not a number where it should be.
    """
    usecols = (lambda name: name in types) if wide else None
    header = header_names(path)
    require_no_twin(path, header, types)
    content, delimiter = csv_content(path)
    try:
        table = pd.read_csv(content, sep=delimiter, dtype=dict(types), usecols=usecols)
    except (ValueError, OverflowError) as error:
        require_numbers(path, read_text(path), types)
        raise InputError(f"{path} cannot be read ({error}); fix it, or {REPLACE}") from error
    require_columns(path, header, list(types))
    require_width(path, table)
    require_end(path, content, delimiter, len(header))
    return table


def header_names(path: Path) -> list[str]:
    """The names in a CSV file's header as they are there; none if it has no header.

    Pandas would give the second of two columns with one name another name.
    """
    content, delimiter = csv_content(path)
    try:
        first = pd.read_csv(
            content, sep=delimiter, header=None, nrows=1, dtype=str, keep_default_na=False
        )
    except ValueError:
        return []  # what is wrong is told where the table is read
    return first.iloc[0].tolist()


def require_no_twin(path: Path, header: Sequence[str], columns: Iterable[str]) -> None:
    """Raise InputError if a header has one of the columns twice: pandas would take the first."""
    if twice := [column for column in columns if header.count(column) > 1]:
        raise InputError(f"{path} has the column {twice[0]} twice; leave the one that counts")


def require_end(path: Path, content: io.BytesIO, delimiter: str, columns: int) -> None:
    """Raise InputError if the last row has fewer cells than there are columns: it was cut off."""
    last = content.getvalue().rstrip(b" \r\n").rpartition(b"\n")[2].decode("utf-8", "replace")
    if '"' not in last and len(cells_of(last, delimiter)) < columns:
        raise InputError(
            f"{path}: its last row has {len(cells_of(last, delimiter))} cells, and its header "
            f"{columns} names; is it whole? {REPLACE}"
        )


def require_width(path: Path, table: pd.DataFrame) -> None:
    """Raise InputError if rows have more cells than the header has names.

    Pandas would take the first cells for names of rows, and shift the others.
    """
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"{path} has rows with more cells than its header has columns; fix it")


def column_names(path: Path) -> list[str]:
    """Names of the columns of a CSV file; InputError if it cannot be read."""
    content, delimiter = csv_content(path)
    try:
        return pd.read_csv(content, sep=delimiter, nrows=0).columns.tolist()
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error


def csv_content(path: Path) -> tuple[io.BytesIO, str]:
    """The contents of a CSV file from its header on, and the delimiter of its cells."""
    content = csv_file(path)
    try:
        start, delimiter = header_of(content)
    except csv.Error as error:  # as of a carriage return alone
        raise InputError(
            f"{path} cannot be read ({error}); it should be UTF-8 text with a line for each row"
        ) from error
    content.seek(start)
    return content, "\t" if path.suffix.lower() == ".tsv" else delimiter


def header_of(content: io.BytesIO) -> tuple[int, str]:
    """Where the header begins, behind comments and a byte order mark, and the delimiter in it.

    A last comment is the header if it has as many names as the line below it has cells, some of
    which are numbers. Otherwise the line below it would be taken for names, and a galaxy lost.
    """
    start = len(BYTE_ORDER_MARK) if content.getvalue()[:3] == BYTE_ORDER_MARK else 0
    content.seek(start)
    comment = None
    while line := content.readline():
        if line.startswith(b"#"):
            comment = start, line
        elif line.strip():
            break
        start += len(line)
    text = line.decode("utf-8", "replace")
    if comment:
        begins, line = comment
        names = line.lstrip(b"# ")
        header = names.decode("utf-8", "replace")
        delimiter = delimiter_of(header)
        if is_header_of(cells_of(header, delimiter), cells_of(text, delimiter)):
            return begins + len(line) - len(names), delimiter
    return start, delimiter_of(text)


def delimiter_of(header: str) -> str:
    """The delimiter that divides a header into the most names; a comma if none divides it."""
    return max(DELIMITERS, key=lambda delimiter: len(cells_of(header, delimiter)))


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line of a CSV file."""
    return next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])


def is_header_of(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether names can be those of the columns of some cells: none is a number, and some cell."""
    numbers = [is_number(cell) for cell in cells]
    return len(names) == len(cells) > 1 and any(numbers) and not any(map(is_number, names))


def is_number(cell: str) -> bool:
    """Whether a cell is a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def csv_file(path: Path) -> io.BytesIO:
    """The contents of a CSV file, plain or gzipped, or of the only CSV file in a zip.

    Raises InputError if it cannot be read, or unpacks to too many bytes.
    """
    suffix, content = path.suffix.lower(), io.BytesIO()
    if suffix != ".zip":
        try:
            if suffix != ".gz":
                return io.BytesIO(path.read_bytes())
            with gzip.open(path) as file:
                content.writelines(unpacked(path, file))
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise InputError(f"{path} is not a whole gzip file ({error}); {REPLACE}") from error
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}") from error
        content.seek(0)
        return content
    with opened_zip(path) as archive:
        names = [name for name in archive.namelist() if is_visible(name, (".csv",))]
        if len(names) != 1:
            raise InputError(f"{path} holds {len(names)} CSV files; it should hold one")
        try:
            with opened_in(archive, names[0]) as file:
                content.writelines(unpacked(path, file))
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            raise InputError(f"{path} is not a whole zip file ({error}); {REPLACE}") from error
    content.seek(0)
    return content


def read_text(path: Path) -> pd.DataFrame:
    """A table whose cells are text without surrounding blanks, "" where a cell is empty."""
    content, delimiter = csv_content(path)
    try:
        table = pd.read_csv(content, sep=delimiter, dtype=str, keep_default_na=False)
    except ValueError as error:
        raise InputError(f"{path} cannot be read ({error}); it should be a CSV file") from error
    require_width(path, table)
    return table.apply(lambda column: column.str.strip())


def require_columns(path: Path, present: Iterable[str], columns: Sequence[str]) -> None:
    """Raise InputError unless all `columns` are among those `present` in a table."""
    present = list(present)
    if missing := [column for column in columns if column not in present]:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; its columns are "
            f"{nearest_first(missing[0], present)}"
        )


def nearest_first(wanted: str, names: Sequence[str]) -> str:
    """Names of columns in a sentence, those that are most like the `wanted` one first."""

    def likeness(name: str) -> float:
        return difflib.SequenceMatcher(None, name.lower(), wanted.lower()).ratio()

    ordered = sorted(map(str, names), key=likeness, reverse=True)
    more = len(ordered) - SHOWN_COLUMNS
    return ", ".join(ordered[:SHOWN_COLUMNS]) + (f" and {more} more" if more > 0 else "")


def require_numbers(path: Path, text: pd.DataFrame, types: Mapping[str, str]) -> None:
    """Raise InputError naming the first cell of a text table that does not match its type."""
    require_columns(path, text, list(types))
    for column, kind in types.items():
        if kind == "int64":
            require_ids(path, text[column])
        elif kind == "float64":
            numbers = pd.to_numeric(text[column], errors="coerce")
            require_cells(path, text[column], (text[column] == "") | numbers.notna(), "a number")


def require_ids(path: Path, column: pd.Series) -> None:
    """Raise InputError naming the first cell that is not a GalaxyID."""
    good = column.map(lambda cell: galaxy_id(cell) is not None)
    require_cells(path, column, good, "a whole number")


def require_cells(path: Path, column: pd.Series, good: pd.Series, kind: str) -> None:
    """Raise InputError naming the first cell of a column that is not `good`."""
    if not good.all():
        row = int(np.argmin(good.to_numpy(dtype=bool)))
        cell = f"{path}, row {row + 1}, column {column.name}: {column.tolist()[row]!r}"
        raise InputError(f"{cell} is not {kind}; fix it, or {REPLACE}")
