"""Where a network runs, and in which precision."""

import os

import torch
from torch import nn


def use_threads(threads: int) -> None:
    """Compute with so many threads, but with no more than there are cores: more only wait."""
    torch.set_num_threads(min(threads, os.cpu_count() or threads))


def best_device() -> torch.device:
    """The GPU if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def body_dtype(precision: str, device: torch.device, body: nn.Module) -> torch.dtype:
    """The precision of a network's body: what was asked for or, for `auto`, the faster.

    That is bfloat16 on a GPU, and on a CPU that has the instructions; but on a CPU float32 for a
    body with depthwise convolutions, which oneDNN trains faster so.
    """
    if precision != "auto":
        return getattr(torch, precision)
    if device.type == "cuda":
        return torch.bfloat16
    depthwise = any(isinstance(m, nn.Conv2d) and m.groups > 1 for m in body.modules())
    has_instructions = torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.bfloat16 if has_instructions and not depthwise else torch.float32
