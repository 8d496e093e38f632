"""The machine's GPUs: which there are, and a lease of one for each job.

Standard library alone: this is also asked when the Snakefile is read.
"""

import functools
import logging
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.locks import lock

VISIBLE = "CUDA_VISIBLE_DEVICES"
LOCKS = Path("/tmp") / f"galaxyzoo-gpus-{os.getuid()}"
# Where NVIDIA's driver shows a GPU without nvidia-smi, the second under Windows' Linux.
DRIVERS = (Path("/dev/nvidia0"), Path("/dev/dxg"))
OF_WINDOWS = "/usr/lib/wsl/lib"  # has nvidia-smi under Windows' Linux, and is on no PATH
SECONDS_TO_LIST = 30
SECONDS_BETWEEN_TRIES = 0.5

log = logging.getLogger(__name__)
leases: list[IO[bytes]] = []  # open for as long as the process lives, and locked for as long


def has_gpu() -> bool:
    """Whether this process may use a GPU, even one that `visible_gpus` cannot name."""
    hidden = os.environ.get(VISIBLE, "all").strip() in ("", "-1")
    unnamed = not listed_gpus() and any(driver.exists() for driver in DRIVERS)
    return bool(visible_gpus()) or (unnamed and not hidden)


@functools.cache
def listed_gpus() -> dict[str, list[str]]:
    """The UUIDs of all GPUs that nvidia-smi lists, by index; none where there is no nvidia-smi.

    Of a GPU that is divided (MIG), they are those of its parts.
    """
    found: dict[str, list[str]] = {}
    whole: dict[str, str] = {}
    # Anything else than such lines says that there is no GPU, whatever the exit status.
    for index, gpu, part in re.findall(
        r"^(?:GPU (\d+): .*\(UUID: (GPU-\S+)\)| +MIG .*\(UUID: (MIG-\S+)\))$",
        answer_of_nvidia_smi("-L"),
        re.MULTILINE,
    ):
        if gpu:
            last = index
            found[last], whole[last] = [], gpu
        elif found:
            found[last].append(part)
    return {index: parts or [whole[index]] for index, parts in found.items()}


def free_memory() -> dict[str, int]:
    """The memory in MiB that is free on each GPU, by UUID."""
    answer = answer_of_nvidia_smi("--query-gpu=uuid,memory.free", "--format=csv,noheader,nounits")
    found = re.findall(r"^(GPU-\S+), (\d+)$", answer, re.MULTILINE)
    return {gpu: int(megabytes) for gpu, megabytes in found}


def answer_of_nvidia_smi(*question: str) -> str:
    """What nvidia-smi says, nothing where there is none, or no answer."""
    command = shutil.which("nvidia-smi") or shutil.which("nvidia-smi", path=OF_WINDOWS)
    if command is None:
        return ""
    try:
        return subprocess.run(
            [command, *question],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_TO_LIST,
        ).stdout
    except subprocess.TimeoutExpired:
        log.warning("nvidia-smi has not answered within %d s: its driver hangs", SECONDS_TO_LIST)
        return ""


def visible_gpus() -> list[str]:
    """The UUIDs of the GPUs that this process may use: all, or those in CUDA_VISIBLE_DEVICES.

    As in CUDA, what follows the first name of no GPU is not visible. Indices are nvidia-smi's.
    """
    listed = listed_gpus()
    if not listed or VISIBLE not in os.environ:
        return [gpu for gpus in listed.values() for gpu in gpus]
    visible = []
    for name in map(str.strip, os.environ[VISIBLE].split(",")):
        if name.startswith("MIG-"):
            matches = [[name]]
        elif name.startswith("GPU-"):
            matches = [gpus for gpus in listed.values() if gpus[0].startswith(name)]
        else:
            matches = [listed[name]] if name in listed else []
        if len(matches) != 1:
            break
        visible += matches[0]
    return visible


def hidden_in_words() -> str | None:
    """Why no GPU is used though there are some, if CUDA_VISIBLE_DEVICES names none of them."""
    named = os.environ.get(VISIBLE, "").strip()
    if named in ("", "-1") or not listed_gpus() or visible_gpus():
        return None
    return (
        f"{VISIBLE}={named} names none of the GPUs that nvidia-smi lists "
        f"({', '.join(listed_gpus())}): all runs on the CPU; correct or unset it to use them"
    )


def lease_gpu(gpus: Sequence[str], asked: bool, folder: Path = LOCKS) -> str | None:
    """Take one of the `gpus` until this process ends, and let CUDA see no other.

    The one with the most free memory goes first. Where all are taken by other processes of this
    user on this machine, wait. The kernel frees a GPU when the process that holds it ends, however
    it ends. Call this before torch looks for GPUs. `folder` is where the locks are. Returns the
    GPU, or None if it has no name. A job that has not `asked` for one sees none. Raises InputError
    if it has, and there is none.
    """
    if not asked:
        os.environ[VISIBLE] = ""
        return None
    if not gpus:
        if not has_gpu():
            raise InputError(
                "this job asked for a GPU, and there is none where it runs; a container needs "
                "--nv, a cluster's job --gres or --gpus, and --resources gpu=0 asks for none"
            )
        return None
    folder.mkdir(exist_ok=True)
    is_logged, free = False, free_memory()
    gpus = sorted(gpus, key=lambda gpu: -free.get(gpu, 0))
    while (gpu := first_free(gpus, folder)) is None:
        if not is_logged:
            log.info("all %d GPUs are in use; this waits until one is free", len(gpus))
            is_logged = True
        time.sleep(SECONDS_BETWEEN_TRIES)
    os.environ[VISIBLE] = gpu
    log.info("on GPU %s", gpu)
    return gpu


def first_free(gpus: Sequence[str], folder: Path) -> str | None:
    """Lock the first of the `gpus` that no process holds; None if there is none."""
    for gpu in gpus:
        file = (folder / f"{gpu.replace('/', '-')}.lock").open("wb")
        try:
            lock(file)
        except BlockingIOError:
            file.close()
            continue
        leases.append(file)
        return gpu
    return None
