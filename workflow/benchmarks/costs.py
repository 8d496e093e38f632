"""What a job costs: its time, and the most memory it takes, page cache and arrays on disk aside."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

POLL_SECONDS = 0.02


class Cost(NamedTuple):
    """Seconds from start to end, and megabytes (10^6 bytes) at the peak."""

    seconds: float
    peak_mb: float


def cost(prepare: Callable[[Path], object], job: Sequence[str]) -> Cost:
    """What a job costs that runs in a process of its own, all processes it starts included.

    `job` is a module and its arguments; a temporary folder, which `prepare`
    has filled, is its last argument. Memory that processes share is counted once, files that are
    mapped are not. Linux only.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        started, peak_bytes = time.perf_counter(), 0
        process = subprocess.Popen([sys.executable, "-m", *job, folder])
        while process.poll() is None:
            peak_bytes = max(peak_bytes, own_bytes(process.pid))
            try:
                process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(job)} failed")
    return Cost(seconds, peak_bytes / 1e6)


def own_bytes(pid: int) -> int:
    """Memory of a process and its children that is not a file's, shared parts counted once."""
    total = 0
    try:
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss_Anon:"):
                    total += 1024 * int(line.split()[1])
    except (psutil.NoSuchProcess, OSError):
        return total  # one of them has just ended
    return total
