"""Where a network runs, at which precision, and the error for a GPU that runs out of memory."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.gpus import has_gpu, leases

log = logging.getLogger(__name__)


def use_threads(threads: int) -> None:
    """Use the given number of threads, but no more than there are cores: extra ones only wait."""
    torch.set_num_threads(min(threads, os.cpu_count() or threads))


def best_device(deterministic: bool = True) -> torch.device:
    """The GPU if there is one; otherwise the CPU, whose results are bit-reproducible anyway.

    A GPU is set up for bit-reproducible results without TF32, or, if not `deterministic`, for
    speed: kernels are chosen by trial, and float32 products and convolutions may be rounded to
    TF32. Raises InputError if there is a GPU that torch cannot use.
    """
    if not torch.cuda.is_available():
        if leases or has_gpu():
            raise InputError(
                "there is a GPU, and torch cannot use it: the driver may be too old for CUDA "
                f"{torch.version.cuda}; update it, or set CUDA_VISIBLE_DEVICES to nothing, which "
                "runs all on the CPU"
            )
        return torch.device("cpu")
    if not runs_on(torch.cuda.get_device_capability(), torch.cuda.get_arch_list()):
        raise InputError(
            f"{torch.cuda.get_device_name()} is older or newer than what torch {torch.__version__} "
            f"was built for ({', '.join(torch.cuda.get_arch_list())}); install a torch for another "
            "CUDA, or set CUDA_VISIBLE_DEVICES to nothing, which runs all on the CPU"
        )
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.backends.cudnn.benchmark = not deterministic
    torch.backends.cudnn.deterministic = deterministic
    torch.backends.cuda.matmul.allow_tf32 = not deterministic
    torch.backends.cudnn.allow_tf32 = not deterministic
    torch.use_deterministic_algorithms(deterministic, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    return torch.device("cuda", torch.cuda.current_device())


def runs_on(capability: tuple[int, int], architectures: Sequence[str]) -> bool:
    """Whether a GPU of a compute capability runs code for some of CUDA's architectures.

    Binary code, as of sm_80, runs on that major version from its minor one on, and intermediate
    code, as of compute_90, on all that is newer (CUDA C++ Programming Guide, section 3.1).
    """
    for name in architectures:
        kind, _, number = name.partition("_")
        version = int(number.rstrip("af")) // 10, int(number.rstrip("af")) % 10
        if version <= capability and (kind == "compute" or version[0] == capability[0]):
            return True
    return False


def reproducible_attention(device: torch.device) -> AbstractContextManager[None]:
    """In it, attention is computed so that its gradients are the same in each run.

    On a GPU, where algorithms are deterministic: the fast kernels' gradients are sums in any order.
    """
    if device.type == "cuda" and torch.are_deterministic_algorithms_enabled():
        return sdpa_kernel(SDPBackend.MATH)
    return nullcontext()


def device_name(device: torch.device) -> str:
    """The GPU's model, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def body_dtype(
    precision: str, device: torch.device, body: nn.Module, training: bool
) -> torch.dtype:
    """The precision of a network's body: the requested one or, for `auto`, the faster one.

    `auto` is bfloat16 where the hardware has it, otherwise float32. On a CPU, a body with depthwise
    convolutions trains in float32, since oneDNN is faster that way; it predicts in bfloat16. The
    log says which and why.
    """
    dtype, reason = precision, "the config says so"
    if precision == "auto" and device.type == "cuda":
        has_it = torch.cuda.is_bf16_supported(including_emulation=False)
        dtype = "bfloat16" if has_it else "float32"
        reason = f"this GPU has {'' if has_it else 'no '}hardware for bfloat16"
    elif precision == "auto":
        has_it = torch.cpu.get_capabilities().get("avx512_bf16", False)
        depthwise = any(isinstance(m, nn.Conv2d) and m.groups > 1 for m in body.modules())
        dtype = "bfloat16" if has_it and not (training and depthwise) else "float32"
        reason = f"this CPU has {'' if has_it else 'no '}instructions for bfloat16"
        if has_it and dtype == "float32":
            reason = "a CPU trains depthwise convolutions faster in float32"
    log.debug("the body runs in %s: %s", dtype, reason)
    return getattr(torch, dtype)


@contextmanager
def memory_for(batch_size: int, size_px: int, setting: str | None) -> Iterator[None]:
    """If the GPU runs out of memory, raise InputError with the batches and the setting to lower.

    Where no setting decides how large the batches are, it is None.
    """
    try:
        yield
    except (torch.OutOfMemoryError, torch.AcceleratorError) as error:
        if "out of memory" not in str(error):
            raise
        raise InputError(
            f"the GPU has too little memory for batches of {batch_size} pictures of {size_px} px; "
            + (
                f"lower {setting}"
                if setting
                else "end what else runs on it, or run this on the CPU, with --resources gpu=0"
            )
        ) from error
