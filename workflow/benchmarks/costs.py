"""What a job costs: its time and its peak memory, without page cache and arrays on disk."""

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
    """Seconds from start to end, and peak memory in megabytes (10^6 bytes)."""

    seconds: float
    peak_mb: float


def cost(prepare: Callable[[Path], object], job: Sequence[str]) -> Cost:
    """The cost of a job run in its own process, including all processes it starts.

    `job` is a module and its arguments. A temporary folder, filled by `prepare`, is appended as the
    last argument. Memory shared between processes is counted once; mapped files are not counted.
    Linux only.
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
    """Memory of a process and its children, without mapped files; shared parts count once."""
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
