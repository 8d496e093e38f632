"""Hashes of files' contents, each taken once: a file's date does not tell that it was replaced.

Standard library alone: this is imported when the Snakefile is read.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.atomic_files import replaced

CACHE = Path(".snakemake") / "galaxyzoo_content_hashes.json"  # in the folder of the run


def content_hash(path: Path | str, cache: Path = CACHE) -> str:
    """SHA-256 of a file's bytes, hexadecimal.

    It is kept in a file `cache`, and taken again if the size, the date or the inode of the file at
    `path` has changed. So a file that is replaced by an older one is noticed, and a copy of the
    same bytes has the same hash.
    """
    status = os.stat(path)
    stamp = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    known = kept_hashes(cache)
    key = os.path.abspath(path)
    if known.get(key, {}).get("stamp") == stamp:
        return known[key]["sha256"]
    digest = file_hash(path)
    keep_hashes(known | {key: {"stamp": stamp, "sha256": digest}}, cache)
    return digest


def file_hash(path: Path | str) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def kept_hashes(cache: Path) -> dict[str, dict[str, Any]]:
    """The hashes that are kept, by path: each with the size, dates and inode of its file."""
    try:
        return dict(json.loads(cache.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def keep_hashes(known: dict[str, dict[str, Any]], cache: Path) -> None:
    """Keep hashes for the next reading; where nothing can be written they are taken again."""
    try:
        cache.parent.mkdir(exist_ok=True)
        with replaced(cache) as unfinished:
            unfinished.write_text(json.dumps(known), encoding="utf-8")
    except OSError:
        return
