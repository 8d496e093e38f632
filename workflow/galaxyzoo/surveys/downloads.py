"""Downloads from an address: a file appears only when it is complete and has the right hash."""

import logging
import os
import shutil
from pathlib import Path

import requests

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import download_watched, require_room
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import size_bytes
from galaxyzoo.foundation.shared_downloads import hash_of

CHUNK_BYTES = 2**20
TIMEOUT_SECONDS = 60  # how long a server may be silent

log = logging.getLogger(__name__)


def fetch(address: str, known_hash: str | None, path: Path, key: str) -> None:
    """Download a file, unless `path` already holds the right one.

    `known_hash` is `<algorithm>:<hexadecimal>`. If it is None, nothing is checked and the file is
    downloaded every time. An interrupted download is kept as `<name>.part` and resumed by the next
    call, but only if there is a hash: nothing else proves that two parts belong to one file. Raises
    InputError naming the config's `key` if the file cannot be downloaded or does not have that
    hash, and InputError naming the file if there is no room for it.
    """
    if known_hash and path.exists() and hash_of(path, known_hash) == known_hash:
        log.info("%s is already here", path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    log.info("fetching %s", address)
    try:
        if not known_hash:
            part.unlink(missing_ok=True)
        download(address, part)
        if known_hash and (found := hash_of(part, known_hash)) != known_hash:
            part.unlink()
            raise InputError(
                f"{key}.hash: what came from {address} is not the expected file: its hash is "
                f"{found}, not {known_hash}; run it again, and if the same file comes again, "
                "ask its publisher which is right"
            )
        part.replace(path)
    except OSError as error:  # includes all errors of requests
        raise InputError(
            f"{key}.address: {address} could not be fetched to {path} ({error}); check "
            "the network, the address and the disk, and run it again"
        ) from error
    finally:
        if not known_hash:
            part.unlink(missing_ok=True)


def download(address: str, part: Path) -> None:
    """Download the missing rest of a file to `part`.

    A server that does not support ranges sends the whole file, which replaces `part`. A server that
    has nothing more to send answers 416.
    """
    there = size_bytes(part)
    # Uncompressed, so that lengths and ranges are those of the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        if there and response.status_code == requests.codes.requested_range_not_satisfiable:
            return
        response.raise_for_status()
        goes_on = response.status_code == requests.codes.partial_content
        if goes_on:
            log.info("resuming from %.1f MB", there / 1e6)
        else:
            part.unlink(missing_ok=True)
        length = int(response.headers.get("Content-Length", 0))
        total = length and length + size_bytes(part)
        require_room(part, total)
        with download_watched(part, total), part.open("ab") as file:
            for chunk in response.iter_content(CHUNK_BYTES):
                file.write(chunk)


def put(source: Path, path: Path) -> None:
    """Put a file at a second path too: a hard link if possible, otherwise a copy."""
    path.unlink(missing_ok=True)
    try:
        os.link(source, path)
    except OSError:  # no hard links, or two different file systems
        with replaced(path) as unfinished:
            shutil.copyfile(source, unfinished)
