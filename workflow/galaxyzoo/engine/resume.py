"""The state of a running stage, saved as it trains so that a stopped stage can resume."""

import hashlib
import json
import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from galaxyzoo.engine.devices import device_name
from galaxyzoo.engine.torch_files import UNREADABLE, load_whole, save_whole
from galaxyzoo.foundation.atomic_files import replaced

log = logging.getLogger(__name__)


class SavedState:
    """The state of a stage, in a file that is either complete or absent.

    It carries what it was made with, by name, and is ignored if any of that has changed.
    """

    def __init__(self, path: Path, made_with: dict[str, str], save_minutes: float) -> None:
        self.path = path
        self.made_with = made_with
        self.save_seconds = 60 * save_minutes
        self.last_save = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The state to resume from. None if there is none, or none usable (the log says why)."""
        if not self.path.exists():
            return None
        try:
            saved = load_whole(self.path)
            made_with, state = dict(saved["made_with"]), saved["state"]
        except UNREADABLE as e:
            log.warning(
                "%s is not a whole state (%s); the stage starts anew", self.path, type(e).__name__
            )
            return None
        others = [name for name, value in self.made_with.items() if made_with.get(name) != value]
        if others:
            log.warning(
                "%s was made with other %s; the stage starts anew", self.path, " and ".join(others)
            )
            return None
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Replace the saved state atomically: write to another file, sync, rename."""
        with replaced(self.path) as unfinished:
            save_whole({"made_with": self.made_with, "state": state}, unfinished)
        self.last_save = time.monotonic()

    def due(self) -> bool:
        """Whether the last save is longer ago than the config allows."""
        return time.monotonic() - self.last_save >= self.save_seconds

    def remove(self) -> None:
        """Delete the state, once the stage's checkpoint is written."""
        self.path.unlink(missing_ok=True)


class StopRequest:
    """Whether the process has been asked to stop: `signal` is None until it is."""

    def __init__(self) -> None:
        self.signal: str | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Record the signal, as its handler; a second Ctrl-C ends the process at once.

        A second SIGTERM does not: Slurm sends two, one right after the other, at a time limit.
        """
        self.signal = signal.Signals(number).name
        if number == signal.SIGINT:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Hold back SIGTERM (sent by Slurm and Snakemake) and Ctrl-C until the work can be saved."""
    request = StopRequest()
    before = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stage_fingerprint(settings: object, code: list[str], *files: Path) -> str:
    """Hash of everything a stage depends on: settings, code, starting weights, galaxies.

    The galaxies are in `files` by the index of the crops, which has the checksum of each, and by
    the split. That the crops are those of the index is seen when they are read.
    """
    digest = hashlib.sha256(json.dumps([settings, code], sort_keys=True).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def made_with(
    fingerprint: str, versions: list[str], device: torch.device, body_dtype: torch.dtype
) -> dict[str, str]:
    """What decides the bits that a stage ends in, by name: a state is good for no other.

    `fingerprint` is that of `stage_fingerprint`. A GPU is told by its model, threads are those in
    use.
    """
    return {
        "settings, weights, galaxies or code": fingerprint,
        "versions": ", ".join(versions),
        "device": device_name(device),
        "precision": str(body_dtype),
        "threads": str(torch.get_num_threads()),
    }
