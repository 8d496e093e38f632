"""What a checkpoint says of itself without torch: a small JSON member of the zip that it is.

Standard library alone: this is imported when the Snakefile is read.
"""

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

NOTE = "archive/galaxyzoo.json"  # torch wants all members in the one folder
LARGEST_BYTES = 2**16


def add_note(file: Any, note: dict[str, Any]) -> None:  # noqa: ANN401  (an open binary file)
    """Add a note to a zip, without a date, so that equal checkpoints have equal bytes."""
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(NOTE), json.dumps(note))


def read_note(path: Path) -> dict[str, Any] | None:
    """The note in a file of any kind and name; None if it has none that can be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(NOTE).file_size > LARGEST_BYTES:
                return None
            note = json.loads(archive.read(NOTE))
    except (OSError, KeyError, ValueError, RuntimeError, EOFError):
        return None
    except (zipfile.BadZipFile, zlib.error):
        return None
    return note if isinstance(note, dict) else None
