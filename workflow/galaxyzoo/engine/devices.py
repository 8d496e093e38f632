"""Where a network runs, at which precision, and the error for a GPU that runs out of memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from galaxyzoo.foundation.errors import InputError


def use_threads(threads: int) -> None:
    """Use the given number of threads, but no more than there are cores: extra ones only wait."""
    torch.set_num_threads(min(threads, os.cpu_count() or threads))


def best_device() -> torch.device:
    """The GPU if there is one, set up for bit-reproducible results; otherwise the CPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    return torch.device("cuda", torch.cuda.current_device())


def body_dtype(precision: str, device: torch.device, body: nn.Module) -> torch.dtype:
    """The precision of a network's body: the requested one or, for `auto`, the faster one.

    `auto` is bfloat16 on a GPU, and on a CPU that has the instructions for it. On a CPU, a body
    with depthwise convolutions gets float32, since oneDNN trains it faster that way.
    """
    if precision != "auto":
        return getattr(torch, precision)
    if device.type == "cuda":
        return torch.bfloat16
    depthwise = any(isinstance(m, nn.Conv2d) and m.groups > 1 for m in body.modules())
    has_instructions = torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.bfloat16 if has_instructions and not depthwise else torch.float32


@contextmanager
def memory_for(batch_size: int, size_px: int, setting: str) -> Iterator[None]:
    """If the GPU runs out of memory, raise InputError with the batches and the setting to lower."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise InputError(
            f"the GPU has too little memory for batches of {batch_size} pictures of {size_px} px; "
            f"lower {setting}"
        ) from error
