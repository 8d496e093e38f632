"""Files fetched from an address: there when they are whole and the ones meant, or not at all."""

import logging
import os
import shutil
from pathlib import Path

import pooch
import requests

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.disk_room import download_watched, require_room
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.progress import size_bytes

CHUNK_BYTES = 2**20
TIMEOUT_SECONDS = 60  # that a server may be silent

log = logging.getLogger(__name__)


def fetch(address: str, known_hash: str | None, path: Path, key: str) -> None:
    """Fetch a file, unless the one that is meant is at `path` already.

    `known_hash` is `<algorithm>:<hexadecimal>`; None is not checked, and so fetched every time.
    What came of a download that breaks off is kept as `<name>.part`, and the next call goes on from
    there; but not without a hash, which alone tells that two parts are of one file. Raises
    InputError that names the config's `key` if the file cannot be fetched or is not the one that
    the hash is of, and one that names the file if there is no room for it.
    """
    if known_hash and path.exists() and hash_of(path, known_hash) == known_hash:
        log.info("%s is here already", path)
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
                f"{key}.hash: what came from {address} is not the file that is meant: its hash is "
                f"{found}, not {known_hash}; run it again, and if the same comes again, ask those "
                "who publish it which is right"
            )
        part.replace(path)
    except OSError as error:  # as all errors of requests are
        raise InputError(
            f"{key}.address: {address} could not be fetched to {path} ({error}); run it again "
            "when the network, the address and the disk are as they should be"
        ) from error
    finally:
        if not known_hash:
            part.unlink(missing_ok=True)


def download(address: str, part: Path) -> None:
    """Write to `part` what it lacks of the file at an address.

    A server that knows no ranges sends the whole file, which replaces what was there; one that has
    nothing more to send says 416.
    """
    there = size_bytes(part)
    # Not compressed on the way: lengths and ranges are then those of the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        if there and response.status_code == requests.codes.requested_range_not_satisfiable:
            return
        response.raise_for_status()
        goes_on = response.status_code == requests.codes.partial_content
        if goes_on:
            log.info("going on from %.1f MB", there / 1e6)
        else:
            part.unlink(missing_ok=True)
        length = int(response.headers.get("Content-Length", 0))
        total = length and length + size_bytes(part)
        require_room(part, total)
        with download_watched(part, total), part.open("ab") as file:
            for chunk in response.iter_content(CHUNK_BYTES):
                file.write(chunk)


def hash_of(path: Path, like: str) -> str:
    """Hash of a file in the form of `like`: by the same algorithm, which is named first."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{pooch.file_hash(str(path), alg=algorithm)}"


def put(source: Path, path: Path) -> None:
    """Put a file at a second path too, without its bytes taking space twice where that can be."""
    path.unlink(missing_ok=True)
    try:
        os.link(source, path)
    except OSError:  # a file system without hard links, or two of them
        with replaced(path) as unfinished:
            shutil.copyfile(source, unfinished)
