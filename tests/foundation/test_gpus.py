"""The lease of a GPU by real processes, given a list of names in place of real GPUs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from galaxyzoo.foundation import gpus
from galaxyzoo.foundation.errors import InputError

ROOT = Path(__file__).parents[2]
JOB = """
import os, sys
from pathlib import Path
from galaxyzoo.foundation.gpus import lease_gpu
lease_gpu(sys.argv[2:], bool(sys.argv[2:]), Path(sys.argv[1]))
print(os.environ.get("CUDA_VISIBLE_DEVICES", "all"), flush=True)
sys.stdin.read()
"""


LISTED = """GPU 0: NVIDIA H100 PCIe (UUID: GPU-5a1)
GPU 1: NVIDIA H100 PCIe (UUID: GPU-7c2)
GPU 2: NVIDIA H100 PCIe (UUID: GPU-7d3)
"""
DIVIDED = """GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-5a1)
  MIG 3g.20gb     Device  0: (UUID: MIG-3f)
  MIG 3g.20gb     Device  1: (UUID: MIG-4e)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-7c2)
"""


def nvidia_smi(
    folder: Path, monkeypatch: pytest.MonkeyPatch, listed: str, free: str = "", status: int = 0
) -> None:
    """Put a program first on the PATH that answers as nvidia-smi does."""
    (folder / "listed").write_text(listed)
    (folder / "free").write_text(free)
    smi = folder / "nvidia-smi"
    smi.write_text(
        f'#!/bin/sh\ncase "$1" in -L) cat "{folder}/listed";; *) cat "{folder}/free";; esac\n'
        f"exit {status}\n"
    )
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    gpus.listed_gpus.cache_clear()
    yield
    gpus.listed_gpus.cache_clear()


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


def test_a_job_that_asked_for_none_locks_none_and_sees_none(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    job = start_job(tmp_path)
    assert job.stdout.readline() == "\n"
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
    nvidia_smi(tmp_path, monkeypatch, LISTED)
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus.visible_gpus() == names


@pytest.mark.parametrize("status", [0, 6])
def test_a_driver_without_a_gpu_is_none(tmp_path, monkeypatch, status):
    nvidia_smi(tmp_path, monkeypatch, "No devices were found\n", status=status)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(gpus, "DRIVERS", ())
    assert gpus.visible_gpus() == []
    assert not gpus.has_gpu()


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
    assert gpus.has_gpu() == has_it
    assert gpus.visible_gpus() == []


@pytest.mark.parametrize(
    ("visible", "names"), [(None, ["MIG-3f", "MIG-4e", "GPU-7c2"]), ("0", ["MIG-3f", "MIG-4e"])]
)
def test_the_parts_of_a_divided_gpu_are_leased_one_by_one(tmp_path, monkeypatch, visible, names):
    nvidia_smi(tmp_path, monkeypatch, DIVIDED)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus.visible_gpus() == names


def test_the_gpu_with_the_most_free_memory_is_leased_first(tmp_path, monkeypatch):
    nvidia_smi(tmp_path, monkeypatch, LISTED, free="GPU-5a1, 900\nGPU-7c2, 70000\nGPU-7d3, 80\n")
    job = start_job(tmp_path / "locks", "GPU-5a1", "GPU-7c2", "GPU-7d3")
    assert job.stdout.readline() == "GPU-7c2\n"
    job.communicate()


def test_a_job_that_asked_for_a_gpu_where_there_is_none_ends_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(gpus, "DRIVERS", ())
    with pytest.raises(InputError, match="this job asked for a GPU, and there is none where it"):
        gpus.lease_gpu([], asked=True, folder=tmp_path)


@pytest.mark.parametrize(("visible", "is_told"), [("7", True), ("1", False), ("", False)])
def test_a_variable_that_names_no_gpu_is_told(tmp_path, monkeypatch, visible, is_told):
    nvidia_smi(tmp_path, monkeypatch, LISTED)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    told = gpus.hidden_in_words()
    assert (told is not None) == is_told
    if is_told:
        assert told.startswith("CUDA_VISIBLE_DEVICES=7 names none of the GPUs that nvidia-smi")
