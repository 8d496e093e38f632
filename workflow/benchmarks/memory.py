"""The most memory that a job takes, page cache and arrays on disk aside."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

POLL_SECONDS = 0.02


def peak_mb(prepare: Callable[[Path], object], job: Sequence[str]) -> float:
    """Megabytes (10^6 bytes) of memory of its own that a job takes at most, all its processes.

    `job` is a module and its arguments; it runs in a process of its own, with the folder that
    `prepare` has filled as last argument. Memory that processes share is counted once, files that
    are mapped are not. Linux only.
    """
    with tempfile.TemporaryDirectory(dir="results") as folder:
        prepare(Path(folder))
        process = subprocess.Popen([sys.executable, "-m", *job, folder])
        peak_bytes = 0
        while process.poll() is None:
            peak_bytes = max(peak_bytes, own_bytes(process.pid))
            try:
                process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
    if process.returncode:
        raise RuntimeError(f"{' '.join(job)} failed")
    return peak_bytes / 1e6


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
