"""A stage on its way: kept on disk as it goes, so that one that was stopped can go on."""

import hashlib
import json
import logging
import os
import pickle
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from galaxyzoo.foundation.atomic_files import replaced

log = logging.getLogger(__name__)


class SavedState:
    """The state of a stage, in a file that is always whole, or not there.

    It carries a fingerprint of all that the stage depends on, and is of no use under another.
    """

    def __init__(self, path: Path, fingerprint: str, save_minutes: float) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.save_seconds = 60 * save_minutes
        self.last_save = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The state to go on from; None, with the reason in the log, where there is none of use."""
        if not self.path.exists():
            return None
        try:
            saved = torch.load(self.path, map_location="cpu", weights_only=True)
            fingerprint, state = saved["fingerprint"], saved["state"]
        except (
            OSError,
            RuntimeError,
            ValueError,
            TypeError,
            KeyError,
            EOFError,
            pickle.UnpicklingError,
        ) as e:
            log.warning(
                "%s is not a whole state (%s); the stage starts anew", self.path, type(e).__name__
            )
            return None
        if fingerprint != self.fingerprint:
            log.warning(
                "%s is of other settings, weights, galaxies or code; the stage starts anew",
                self.path,
            )
            return None
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Put the state in place of the one before: written aside, synced, renamed."""
        with replaced(self.path) as unfinished, unfinished.open("wb") as file:
            torch.save({"fingerprint": self.fingerprint, "state": state}, file)
            file.flush()
            os.fsync(file.fileno())
        self.last_save = time.monotonic()

    def due(self) -> bool:
        """Whether the last save is longer ago than the config allows."""
        return time.monotonic() - self.last_save >= self.save_seconds

    def remove(self) -> None:
        """Forget the state, when the stage's checkpoint is written."""
        self.path.unlink(missing_ok=True)


class StopRequest:
    """Whether someone has asked the process to stop: true from the signal on."""

    def __init__(self) -> None:
        self.signal: str | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note the signal, as a signal handler; a second one ends the process at once."""
        self.signal = signal.Signals(number).name
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Hold SIGTERM, as Slurm and Snakemake send it, and Ctrl-C back until the work can be saved."""
    request = StopRequest()
    before = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stage_fingerprint(settings: object, code: list[str], weights: Path, *data: torch.Tensor) -> str:
    """Hash of all that a stage depends on: settings, code, starting weights, galaxies."""
    digest = hashlib.sha256(json.dumps([settings, code], sort_keys=True).encode())
    digest.update(weights.read_bytes())
    for tensor in data:
        pictures = tensor.dim() == 4  # in channels-last memory, which is as it lies when permuted
        digest.update(
            (tensor.permute(0, 2, 3, 1) if pictures else tensor).cpu().contiguous().numpy()
        )
    return digest.hexdigest()
