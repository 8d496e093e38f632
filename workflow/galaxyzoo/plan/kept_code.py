"""What was found out about code, kept by its content in the folder of a run's own files.

Each start of Snakemake and each job looks at all code, and parsing takes as long as all else that
Snakemake does before its first job. Standard library alone: this is imported when the Snakefile is
read.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

KEPT = Path(".snakemake") / "galaxyzoo" / "code.json"  # below the folder of a run


def key_of(text: str, finder: Path) -> str:
    """The key of a file's text, for what the code in the file `finder` found out about it."""
    return hashlib.sha256(text.encode() + source(finder)).hexdigest()


@cache
def source(path: Path) -> bytes:
    """The content of a file, read once."""
    return path.read_bytes()


@cache
def kept() -> dict[str, Any]:
    """What is known, by key: nothing if it cannot be read, as after a write that was cut off."""
    try:
        found = json.loads(KEPT.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(found: dict[str, Any]) -> None:
    """Keep what was found out, by key, and nothing else; nothing where it cannot be written."""
    if kept().keys() == found.keys():
        return
    unfinished = KEPT.with_suffix(f".{os.getpid()}")
    try:
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(found), encoding="utf-8")
        unfinished.replace(KEPT)
    except OSError:
        unfinished.unlink(missing_ok=True)
