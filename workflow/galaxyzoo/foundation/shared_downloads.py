"""Downloads that all users of a machine share: a folder in which each file is fetched once.

It is no output of a rule but a cache behind some. Files are copied out of it and never linked:
Snakemake sets the dates of what a job has made, and a link would hand these on to every checkout.
"""

import fcntl
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pooch

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.downloads_folder import VARIABLE

UNFINISHED, LOCK, HASH = "unfinished", ".lock", ".hash"  # beside a file that is kept
CLONE = 0x40049409  # Linux's FICLONE: a copy that shares its blocks until either is changed

log = logging.getLogger(__name__)


def fetch_once(
    path: Path, address: str, known_hash: str | None, fetch: Callable[[Path], None]
) -> None:
    """Put at `path` what is at an address: out of the folder that VARIABLE names, if there is one.

    `fetch` puts the file at the path that it is given, or raises. It is called if the folder does
    not have the file, or not with `known_hash` (`<algorithm>:<hexadecimal>`); if that is None, with
    the hash that it had when it came. What it leaves unfinished stays for the next call. Where the
    folder cannot be written to, that is told, and the file is fetched to `path` alone.
    """
    if not os.environ.get(VARIABLE):
        fetch(path)
        return
    if known_hash and path.exists() and hash_of(path, known_hash) == known_hash:
        log.info("%s is already here", path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = place_of(address)
    with alone(kept.parent):
        if not holds(kept, known_hash):
            unfinished = kept.parent / UNFINISHED / path.name
            if why := hindrance(kept, unfinished):
                told = "downloads: %s cannot be written to (%s); %s is fetched for this run alone"
                log.warning(told, kept.parent, why, path)
                fetch(path)
                return
            fetch(unfinished)
            keep(unfinished, kept)
        copy(kept, path)


def place_of(address: str) -> Path:
    """Where the file of an address is kept: in a folder of its own, under its own name."""
    name = Path(urlsplit(address).path).name or "file"
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    return Path(os.environ[VARIABLE]) / f"{name}-{digest}" / name


def holds(kept: Path, known_hash: str | None) -> bool:
    """Whether a file is kept, whole, with the hash that it should have. Tells if it has another."""
    record = kept.with_name(HASH)
    try:
        expected = known_hash or record.read_text(encoding="utf-8").strip()
        found = hash_of(kept, expected)
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        log.warning("downloads: %s cannot be checked (%s), and is fetched anew", kept, error)
        return False
    if found != expected:
        told = (
            "downloads: %s is damaged, or another file: its hash is %s, not %s; it is fetched anew"
        )
        log.warning(told, kept, found, expected)
        return False
    since = datetime.fromtimestamp(kept.stat().st_mtime, UTC).date()
    log.info("%s: taken as it came on %s; to fetch it anew, delete it there", kept, since)
    return True


def hindrance(kept: Path, unfinished: Path) -> str:
    """Why a file cannot be fetched into its place, where nothing whole is; empty if it can be."""
    try:
        make(unfinished.parent)
        for path in (kept, kept.with_name(HASH)):
            path.unlink(missing_ok=True)
    except OSError as error:
        return error.strerror
    ours = [kept.parent, *unfinished.parent.iterdir()]
    others = [path.name for path in ours if not os.access(path, os.W_OK)]
    return f"{others[0]} is another user's" if others else ""


def make(folder: Path) -> None:
    """Make a folder, for all who may write to the one above it."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(folder.parent.stat().st_mode & 0o7777)


def keep(unfinished: Path, kept: Path) -> None:
    """Put a file that has come whole into its place, after its hash, for all who may go there."""
    with replaced(kept.with_name(HASH)) as record:
        record.write_text(f"{hash_of(unfinished, 'sha256:')}\n", encoding="utf-8")
    mode = kept.parent.stat().st_mode & 0o444 | 0o200
    for path in (unfinished, kept.with_name(HASH)):
        path.chmod(mode)
    unfinished.replace(kept)


def hash_of(path: Path, like: str) -> str:
    """Hash of a file in the form of `like`, which begins with the algorithm to use."""
    algorithm = like.partition(":")[0]
    return f"{algorithm}:{pooch.file_hash(str(path), alg=algorithm)}"


def copy(kept: Path, path: Path) -> None:
    """Put a copy of a file at a path, which shares its blocks where the file system can do that."""
    with replaced(path) as unfinished:
        try:
            with kept.open("rb") as source, unfinished.open("wb") as target:
                fcntl.ioctl(target.fileno(), CLONE, source.fileno())
        except OSError:
            shutil.copyfile(kept, unfinished)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only process that fetches into a folder, once others that do have ended.

    Where no lock can be had, that is told, and nothing is locked.
    """
    lock = None
    try:
        make(folder)
        lock = os.open(folder / LOCK, os.O_RDONLY | os.O_CREAT, 0o666)
        wait_for(lock, folder)
    except OSError as error:
        told = "downloads: %s cannot be locked (%s); other processes may fetch the same at once"
        log.warning(told, folder, error.strerror)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def wait_for(lock: int, folder: Path) -> None:
    """Lock a file that is open. Raises OSError where there are no locks."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.info("another process fetches into %s; waiting for it", folder)
        fcntl.flock(lock, fcntl.LOCK_EX)
