"""Tables and JSON that jobs hand to each other, read so that a damaged file is refused by its name.

A Parquet file has a checksum on each page; a CSV file must end in a line break, or it was cut off.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from galaxyzoo.foundation.errors import InputError


def damaged(path: Path | str, why: object) -> InputError:
    """The error for a file that is not what a job of this workflow wrote."""
    return InputError(
        f"{path} is damaged ({' '.join(str(why).split())}); delete it and run this again"
    )


def write_parquet(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table without its index, for `read_parquet`."""
    table.to_parquet(path, index=False, write_page_checksum=True)


def read_parquet(path: Path | str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table, or some of its columns. Raises InputError if the file is damaged."""
    try:
        return pd.read_parquet(path, columns=columns, page_checksum_verification=True)
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, error) from error


def read_csv(path: Path | str, separator: str = ",") -> pd.DataFrame:
    """A table in a CSV file. Raises InputError if it is empty, cut off, or no table."""
    try:
        text = Path(path).read_bytes()
        if not text.endswith(b"\n"):
            raise ValueError("its last line is cut off")
        table = pd.read_csv(path, sep=separator)
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
    return table


def read_json(path: Path | str) -> Any:  # noqa: ANN401  (any JSON value)
    """The content of a JSON file. Raises InputError if it is damaged."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
