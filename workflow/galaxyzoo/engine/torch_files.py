"""Torch files and safetensors, read so that damage is seen: torch itself does not look."""

import io
import os
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from galaxyzoo.foundation.checkpoint_notes import add_note

State = dict[str, torch.Tensor]

# What reading a file can raise that is damaged, or of another kind.
UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, EOFError),
    *(pickle.UnpicklingError, zipfile.BadZipFile, SafetensorError),
)
CHECKSUM = "crc32"


def save_whole(content: Any, path: Path, note: dict[str, Any] | None = None) -> None:  # noqa: ANN401
    """Write what torch can save for `load_whole`, and sync it. Raises OSError if the disk is full.

    A `note` is a member of the zip by itself, which `checkpoint_notes` reads without torch.
    """
    with path.open("w+b") as file:
        try:
            torch.save(content, file)
        except RuntimeError as error:  # in which torch hides the OSError of a write
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise
        if note is not None:
            add_note(file, note)
        file.flush()
        os.fsync(file.fileno())


def load_whole(path: Path) -> Any:  # noqa: ANN401  (whatever was saved)
    """What `save_whole` wrote: tensors and plain data, on the CPU.

    The file is a zip, in which each tensor has a CRC-32. Raises ValueError if one is wrong, and any
    of UNREADABLE if the file is no such file.
    """
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as archive:
        if wrong := archive.testzip():
            raise ValueError(f"{wrong} is not as it was written")
    content.seek(0)
    try:
        return torch.load(content, map_location="cpu", weights_only=True)
    except UNREADABLE as error:  # whose words would advise to load the file without care
        raise ValueError("it holds more than tensors and plain data") from error


def save_checked(state: State, path: Path, metadata: dict[str, str]) -> None:
    """Write tensors as safetensors, with their checksum in the file's metadata."""
    contiguous = {name: value.contiguous() for name, value in state.items()}
    path.write_bytes(save(contiguous, metadata | {CHECKSUM: str(checksum(contiguous))}))


def load_checked(path: Path) -> State:
    """What `save_checked` wrote. Raises ValueError if it is not that, or any of UNREADABLE."""
    with safe_open(path, framework="pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        expected = (file.metadata() or {}).get(CHECKSUM)
    if expected != str(checksum(state)):
        raise ValueError("its tensors are not as they were written")
    return state


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata with which `save_checked` wrote a file. Raises any of UNREADABLE."""
    with safe_open(path, framework="pt") as file:
        return file.metadata() or {}


def checksum(state: State) -> int:
    """CRC-32 of all tensors, by name."""
    total = 0
    for name in sorted(state):
        total = zlib.crc32(state[name].reshape(-1).view(torch.uint8).numpy(), total)
    return total


def not_finite(state: State) -> str | None:
    """The name of the first tensor that has a value which is not finite, or None."""
    return next((name for name, value in state.items() if not value.isfinite().all()), None)
