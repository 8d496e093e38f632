"""The machine's GPUs: which there are, and a lease of one for each job.

Standard library alone: this is also asked when the Snakefile is read.
"""

import fcntl
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

VISIBLE = "CUDA_VISIBLE_DEVICES"
LOCKS = Path("/tmp") / f"galaxyzoo-gpus-{os.getuid()}"
# Where a driver shows its GPUs without nvidia-smi: NVIDIA's, and AMD's.
DRIVERS = (Path("/dev/nvidia0"), Path("/dev/kfd"))
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
def listed_gpus() -> dict[str, str]:
    """The UUIDs of all GPUs that nvidia-smi lists, by index; none where there is no nvidia-smi."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return {}
    query = [command, "--query-gpu=index,uuid", "--format=csv,noheader"]
    try:
        answer = subprocess.run(
            query, capture_output=True, text=True, check=False, timeout=SECONDS_TO_LIST
        )
    except subprocess.TimeoutExpired:  # a driver that hangs
        return {}
    # Anything else than such lines says that there is no GPU, whatever the exit status.
    return dict(re.findall(r"^(\d+), (GPU-\S+)$", answer.stdout, re.MULTILINE))


def visible_gpus() -> list[str]:
    """The UUIDs of the GPUs that this process may use: all, or those in CUDA_VISIBLE_DEVICES.

    As in CUDA, what follows the first name of no GPU is not visible. Indices are nvidia-smi's.
    """
    listed = listed_gpus()
    if not listed or VISIBLE not in os.environ:
        return list(listed.values())
    gpus = []
    for name in map(str.strip, os.environ[VISIBLE].split(",")):
        if name.startswith("MIG-"):  # a part of a GPU, which nvidia-smi does not query
            matches = [name]
        elif name.startswith("GPU-"):
            matches = [uuid for uuid in listed.values() if uuid.startswith(name)]
        else:
            matches = [listed[name]] if name in listed else []
        if len(matches) != 1:
            break
        gpus += matches
    return gpus


def lease_gpu(gpus: Sequence[str], folder: Path = LOCKS) -> str | None:
    """Take one of the `gpus` until this process ends, and let CUDA see no other.

    Where all are taken by other processes of this user on this machine, wait. The kernel frees a
    GPU when the process that holds it ends, however it ends. Call this before torch looks for
    GPUs. `folder` is where the locks are. Returns the GPU, or None if there are none.
    """
    if not gpus:
        return None
    folder.mkdir(exist_ok=True)
    is_logged = False
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
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            continue
        leases.append(file)
        return gpu
    return None
