"""What of an export is uploaded: its files, with the chosen licence in the head of the card."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError

CARD = "README.md"
Files = Mapping[str, Path | bytes]  # by name


def uploaded_files(paths: Iterable[Path], licence: str) -> dict[str, Path | bytes]:
    """An export's files by name, with the licence in the head of the card.

    The export's own card stays as it is. Raises InputError if it has no head with a licence.
    """
    files: dict[str, Path | bytes] = {path.name: path for path in paths}
    card = files[CARD].read_text(encoding="utf-8")
    head = re.compile(r"\A(---\n(?:(?!---).*\n)*?license: ).*$", re.MULTILINE)
    licensed, count = head.subn(rf"\g<1>{licence}", card, count=1)
    if not count:
        raise InputError(
            f"{files[CARD]} has no head with a licence, as cards have; delete it, and run this "
            "again to make it anew"
        )
    return files | {CARD: licensed.encode()}


def record(files: Files, **where: Any) -> dict[str, Any]:  # noqa: ANN401  (any JSON value)
    """What was uploaded, and when: the SHA-256 of each file by name."""
    hashes = {
        name: hashlib.sha256(content).hexdigest()
        if isinstance(content, bytes)
        else file_hash(content)
        for name, content in files.items()
    }
    return where | {"date": datetime.now(UTC).isoformat(timespec="seconds"), "sha256": hashes}
