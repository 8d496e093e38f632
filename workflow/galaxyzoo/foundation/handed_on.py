"""Tables and JSON that jobs hand to each other, read so that a damaged file is refused by its name.

A Parquet file has a checksum on each page, and says whose it is; a CSV file must end in a line
break, or it was cut off.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from galaxyzoo.foundation.errors import InputError

PLACE = b"galaxyzoo_place"  # in the metadata of a Parquet file
INNER_FOLDERS = r"seed\d+|bag"  # of an experiment


def damaged(path: Path | str, why: object) -> InputError:
    """The error for a file that is not what a job of this workflow wrote."""
    return InputError(
        f"{path} is damaged ({' '.join(str(why).split())}); delete it and run this again"
    )


def place(path: Path | str) -> str:
    """Whose file a path is, by names from the experiment's folder on: tiny/seed0/stages/all_96.pt.

    A folder of results may therefore be moved, copied or linked as a whole.
    """
    parts = Path(path).absolute().parts
    inner = [i for i, part in enumerate(parts[:-1]) if re.fullmatch(INNER_FOLDERS, part)]
    return "/".join(parts[max(0, (inner[-1] if inner else len(parts) - 1) - 1) :])


def require_place(path: Path | str, said: str) -> None:
    """Raise InputError if a file says that it is of another place than it is in."""
    if said != place(path):
        raise damaged(path, f"it is {said} under another name")


def write_parquet(table: pd.DataFrame, path: Path | str) -> None:
    """Write a table without its index, and with its `place`, for `read_parquet`."""
    content = pa.Table.from_pandas(table, preserve_index=False)
    content = content.replace_schema_metadata(content.schema.metadata | {PLACE: place(path)})
    parquet.write_table(content, path, write_page_checksum=True)


def read_parquet(path: Path | str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table, or some of its columns. Raises InputError if the file is damaged."""
    try:
        return pd.read_parquet(path, columns=columns, page_checksum_verification=True)
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, error) from error


def read_own_parquet(path: Path | str) -> pd.DataFrame:
    """A table that `write_parquet` wrote to this place.

    Raises InputError if the file is damaged, or if it does not say that it is of this experiment,
    seed, subset and kind.
    """
    table = read_parquet(path)
    said = (parquet.read_schema(path).metadata or {}).get(PLACE)
    if said is None:
        raise damaged(path, "it does not say whose predictions it has")
    require_place(path, said.decode())
    return table


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


def read_metrics(path: Path | str) -> dict[str, Any]:
    """The content of an experiment's metrics.json.

    Raises InputError if it is damaged, or of another experiment than its folder.
    """
    metrics = read_json(path)
    try:
        said = metrics["experiment"]
    except (TypeError, KeyError) as error:
        raise damaged(path, "it does not say whose scores it has") from error
    if said != Path(path).absolute().parent.name:
        raise damaged(path, f"it has the scores of {said}")
    return metrics
