"""What a catalogue's folder says of its galaxies: which they are, and whether its list is whole.

Standard library alone: this is imported when the Snakefile is read.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError

CUTOUTS = "cutouts"  # the folder of positions' pictures, beside that of the list
CONTENTS = "contents.json"  # in the folder of the list
RECORD = "galaxies.json"  # beside that folder; no rule's output, so it outlasts the list


def write_contents(
    listing: Path,
    galaxies: Mapping[str, int],
    missing: int,
    asked_at: str,
    told: Sequence[str] = (),
) -> None:
    """Write what a list holds: its parts, each with its number of `galaxies`, by name.

    `missing` is the number of cut-outs that did not come, and that another attempt could bring.
    `asked_at` is when they were asked for, as the rule's settings have it. `told` has sentences
    about what was left out, and how pictures are read.
    """
    parts = {}
    for name, count in galaxies.items():
        part = listing / f"{name}.parquet"
        length = part.stat().st_size
        parts[name] = {"galaxies": count, "bytes": length, "sha256": file_hash(part)}
    contents = {"asked_at": asked_at, "missing": missing, "told": list(told), "parts": parts}
    with replaced(listing / CONTENTS) as unfinished:
        unfinished.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


def contents_of(listing: Path) -> dict[str, Any] | None:
    """What a list holds; None if it is not there as it was written, with all parts."""
    try:
        contents = json.loads((listing / CONTENTS).read_text(encoding="utf-8"))
        for name, part in contents["parts"].items():
            if (listing / f"{name}.parquet").stat().st_size != part["bytes"]:
                return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return contents


def whole_contents_of(listing: Path) -> dict[str, Any]:
    """What a list holds. Raises InputError if it is not there as it was written."""
    if (contents := contents_of(listing)) is None:
        raise InputError(
            f"{listing} has lost some of its files; run this again, and the galaxies are listed "
            "again"
        )
    return contents


def part_of_the_list(part: Path) -> dict[str, Any]:
    """What a list says of its `part`. Raises InputError if the part is not what was listed."""
    known = whole_contents_of(part.parent)["parts"].get(part.stem)
    if known is None or file_hash(part) != known["sha256"]:
        raise InputError(
            f"{part} is not what was listed; delete the folder {part.parent} and run this again"
        )
    return known


@cache
def asked_at(listing: Path, now: str) -> str:
    """When galaxies are listed: as the list says, or `now` if that has to be done again.

    It has to if the list is not whole, or if cut-outs are missing that could come. It is asked
    once in a run, since the list is deleted before it is written again.
    """
    contents = contents_of(listing)
    return now if contents is None or contents["missing"] else contents["asked_at"]


def described(galaxies: Path | str) -> dict[str, str]:
    """Where galaxies are: from the folder of the run, and in full without links."""
    return {"path": os.path.relpath(galaxies), "resolved": os.path.realpath(galaxies)}


def write_record(catalogue: Path, galaxies: Path) -> None:
    """Write into a catalogue's folder which galaxies it is of."""
    with replaced(catalogue / RECORD) as unfinished:
        unfinished.write_text(json.dumps(described(galaxies), indent=1) + "\n", encoding="utf-8")


def require_own_name(catalogue: Path, galaxies: Path | str) -> None:
    """Raise InputError if a catalogue's folder is of other galaxies than those at a path.

    They are the same if either of their paths is: that from the folder of the run, which may have
    been moved as a whole, or the one in full.
    """
    try:
        record = json.loads((catalogue / RECORD).read_text(encoding="utf-8"))
        of = {key: record[key] for key in ("path", "resolved")}
    except FileNotFoundError:
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{catalogue / RECORD} is damaged, and says no more which galaxies are in {catalogue}; "
            "if they are these, delete it; otherwise give another catalogue.name"
        ) from error
    if not any(described(galaxies)[key] == value for key, value in of.items()):
        raise InputError(
            f"catalogue.name: {catalogue} is the catalogue of {of['path']}, and {galaxies} would "
            f"take its place; give these a name of their own: --config galaxies={galaxies} "
            f"'catalogue={{name: {another_name(galaxies, catalogue.name)}}}'. If the galaxies are "
            f"the same and were moved, delete {catalogue / RECORD}"
        )


def another_name(galaxies: Path | str, taken: str) -> str:
    """A name for a catalogue after the path of its galaxies, with folder and suffix."""
    last = "_".join(Path(os.path.abspath(galaxies)).parts[-2:])
    name = re.sub(r"[^A-Za-z0-9-]+", "_", last).strip("_-")
    return f"{name}_2" if name == taken else name
