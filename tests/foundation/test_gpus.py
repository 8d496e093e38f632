"""The lease of a GPU by real processes, given a list of names in place of real GPUs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from galaxyzoo.foundation import gpus

ROOT = Path(__file__).parents[2]
JOB = """
import os, sys
from pathlib import Path
from galaxyzoo.foundation.gpus import lease_gpu
lease_gpu(sys.argv[2:], Path(sys.argv[1]))
print(os.environ.get("CUDA_VISIBLE_DEVICES", "all"), flush=True)
sys.stdin.read()
"""


def start_job(folder: Path, *names: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", JOB, folder, *names],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_each_job_sees_one_gpu_of_its_own_and_a_killed_one_s_is_free_at_once(tmp_path):
    first, second = (start_job(tmp_path, "GPU-a", "GPU-b") for _ in range(2))
    seen = {first: first.stdout.readline().strip(), second: second.stdout.readline().strip()}
    assert sorted(seen.values()) == ["GPU-a", "GPU-b"]

    third = start_job(tmp_path, "GPU-a", "GPU-b")
    os.set_blocking(third.stdout.fileno(), False)
    time.sleep(2)
    assert third.stdout.readline() == ""  # it waits
    os.set_blocking(third.stdout.fileno(), True)

    first.send_signal(signal.SIGKILL)
    assert third.stdout.readline().strip() == seen[first]
    for job in (first, second, third):
        job.communicate()


def test_a_job_that_may_use_one_gpu_alone_takes_no_other(tmp_path):
    job = start_job(tmp_path, "GPU-b")
    assert job.stdout.readline() == "GPU-b\n"
    job.communicate()


def test_without_a_gpu_nothing_is_locked_or_hidden(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    job = start_job(tmp_path)
    assert job.stdout.readline() == "all\n"
    assert not [*tmp_path.iterdir()]
    job.communicate()


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        (None, ["GPU-5a1", "GPU-7c2", "GPU-7d3"]),
        ("1", ["GPU-7c2"]),
        ("2, 0", ["GPU-7d3", "GPU-5a1"]),
        ("GPU-7c", ["GPU-7c2"]),
        ("GPU-7", []),  # two begin so
        ("0,9,1", ["GPU-5a1"]),  # as in CUDA, nothing after the first name of none
        ("0,-1,1", ["GPU-5a1"]),
        ("MIG-3f", ["MIG-3f"]),
        ("", []),
    ],
)
def test_the_gpus_of_a_process_are_those_that_it_was_given(tmp_path, monkeypatch, visible, names):
    smi = tmp_path / "nvidia-smi"
    smi.write_text("#!/bin/sh\nprintf '0, GPU-5a1\\n1, GPU-7c2\\n2, GPU-7d3\\n'\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    gpus.listed_gpus.cache_clear()
    try:
        assert gpus.visible_gpus() == names
    finally:
        gpus.listed_gpus.cache_clear()


@pytest.mark.parametrize("status", [0, 6])
def test_a_driver_without_a_gpu_is_none(tmp_path, monkeypatch, status):
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\necho 'No devices were found'\nexit {status}\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    gpus.listed_gpus.cache_clear()
    monkeypatch.setattr(gpus, "DRIVERS", ())
    try:
        assert gpus.visible_gpus() == []
        assert not gpus.has_gpu()
    finally:
        gpus.listed_gpus.cache_clear()


@pytest.mark.parametrize(
    ("visible", "has_it"), [(None, True), ("0", True), ("", False), ("-1", False)]
)
def test_a_gpu_without_nvidia_smi_is_there_unless_it_is_hidden(
    tmp_path, monkeypatch, visible, has_it
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(gpus, "DRIVERS", (tmp_path,))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    gpus.listed_gpus.cache_clear()
    try:
        assert gpus.has_gpu() == has_it
        assert gpus.visible_gpus() == []
    finally:
        gpus.listed_gpus.cache_clear()
