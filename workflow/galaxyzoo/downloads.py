"""Files fetched from an address: there when they are whole and the ones meant, or not at all."""

import logging
import os
import shutil
import sys
from pathlib import Path

import pooch

from galaxyzoo.errors import InputError
from galaxyzoo.whole_files import replaced

CHUNK_BYTES = 2**20

log = logging.getLogger(__name__)


def fetch(address: str, known_hash: str | None, path: Path, key: str) -> None:
    """Fetch a file, unless the one that is meant is at `path` already.

    `known_hash` is `<algorithm>:<hexadecimal>`; None is not checked, and so fetched every time.
    Raises InputError that names the config's `key` if the file cannot be fetched or written, or is
    not the one that the hash is of.
    """
    if known_hash and path.exists() and hash_of(path, known_hash) == known_hash:
        log.info("%s is here already", path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    log.info("fetching %s", address)
    with replaced(path) as unfinished:
        try:
            download = pooch.HTTPDownloader(progress_bar(path.name), CHUNK_BYTES)
            download(address, str(unfinished), None)
        except OSError as error:  # as all errors of requests are
            raise InputError(
                f"{key}.address: {address} could not be fetched to {path} ({error}); run it again "
                "when the network, the address and the disk are as they should be"
            ) from error
        if known_hash and (found := hash_of(unfinished, known_hash)) != known_hash:
            raise InputError(
                f"{key}.hash: what came from {address} is not the file that is meant: its hash is "
                f"{found}, not {known_hash}; run it again, and if the same comes again, ask those "
                "who publish it which is right"
            )


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


def progress_bar(name: str) -> "bool | ProgressLines":
    """What shows a download's progress: pooch's bar on a terminal, log lines elsewhere."""
    return True if sys.stderr.isatty() else ProgressLines(name)


class ProgressLines:
    """A log line each time another tenth has come, in the shape of pooch's progress bars.

    `total` is in bytes, set by pooch; 0 where the server does not tell.
    """

    def __init__(self, name: str) -> None:
        """Begin at nothing."""
        self.name = name
        self.total = 0
        self.told_tenths = 0
        self.done = 0

    def update(self, count: int) -> None:
        """Tell of so many bytes more; pooch counts a last chunk that is not full as one that is."""
        self.done += count
        tenths = 10 * min(self.done, self.total) // self.total if self.total else 0
        if tenths > self.told_tenths:
            self.told_tenths = tenths
            log.info("%s: %d %% of %.1f MB", self.name, 10 * tenths, self.total / 1e6)

    def reset(self) -> None:
        """Begin again, as pooch does when all has come, to end at the total."""
        self.done = 0

    def close(self) -> None:
        """End."""
