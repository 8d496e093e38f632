"""Records kept beside downloaded files: where they came from, their lengths and hashes."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.listings import listing_hash

log = logging.getLogger(__name__)

PROVENANCE = "provenance.json"  # name of a record, kept beside its files


def write_record(path: Path, source: str, files: list[Path], versions: dict[str, str]) -> None:
    """Write a JSON record of downloaded files; warn of each that differs from the last record.

    The record has `source`, the `date` in UTC, each file's `name`, `bytes` and `sha256`, and the
    `versions` of the software that fetched them, by name. If `path` already holds a record, the log
    names the files whose bytes differ from it. The old record is then replaced.

    A rule must not declare `path` as an output: Snakemake deletes outputs before it runs a job
    again, so there would be nothing to compare with.
    """
    records = [file_record(file) for file in files]
    for change in changes(record_of_before(path), records):
        log.warning("%s; results made from the earlier file cannot be reproduced", change)
    record = {
        "source": source,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "files": records,
        "versions": versions,
    }
    with replaced(path) as unfinished:
        unfinished.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def file_record(file: Path) -> dict[str, Any]:
    """Name, length in bytes and SHA-256 of a file."""
    return {"name": file.name, "bytes": file.stat().st_size, "sha256": file_hash(file)}


def known_record(file: Path) -> dict[str, Any]:
    """The record of a file, read from the one beside it if there is one: hashing is slow.

    Not if the file was put there after the record was written, whatever its own date. A folder has
    no length, and its hash is that of its files' names and sizes.
    """
    if file.is_dir():
        return {"name": file.name, "bytes": None, "sha256": listing_hash(file, dates=False)}
    beside, status = file.with_name(PROVENANCE), file.stat()
    for known in record_of_before(beside)["files"]:
        same = (known.get("name"), known.get("bytes")) == (file.name, status.st_size)
        if same and status.st_ctime_ns <= beside.stat().st_mtime_ns:
            return {name: known[name] for name in ("name", "bytes", "sha256")}
    return file_record(file)


def found_below(file: Path, results: Path) -> dict[str, str | None]:
    """Where a recorded file is found again: its folder below that of results, None elsewhere."""
    inside = file.is_relative_to(results)
    return {"folder": file.parent.relative_to(results).as_posix() if inside else None}


def record_of_before(path: Path) -> dict[str, Any]:
    """The previous record at `path`, or a record of no files if none can be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {"date": record["date"], "files": [dict(file) for file in record["files"]]}
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read (%s); nothing is compared with it", path, error)
    return {"date": "", "files": []}


def changes(before: dict[str, Any], records: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each file whose bytes differ from the previous record."""
    hashes = {file.get("name"): file.get("sha256") for file in before["files"]}
    for file in records:
        name, digest = file["name"], file["sha256"]
        if hashes.get(name, digest) != digest:
            yield (
                f"{name} has other bytes than on {before['date']}: sha256 {digest}, "
                f"which was {hashes[name]}"
            )
