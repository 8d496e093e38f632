"""How the jobs that train and predict share a machine, with and without GPUs."""

import os
import re

import pytest

from checkout import ROOT, TINY, Checkout, changed
from warm import run_snakemake

NETWORK_JOBS = "train_stage|predict_holdout|predict_validation|predict_test|plot_attribution"


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("machines"))


def threads_and_gpus(checkout: Checkout, *arguments: str, path: str = "") -> set[tuple[int, int]]:
    """Threads and GPUs of the jobs with a network in a dry run."""
    variables = {"PATH": f"{path}:{os.environ['PATH']}"}
    arguments = ["--dry-run", "--printshellcmds", *arguments, "--configfile", "tiny.yaml"]
    run = run_snakemake(checkout.folder, arguments, variables)
    assert run.returncode == 0, run.stdout
    jobs = re.findall(
        rf"^rule (?:{NETWORK_JOBS}):\n(?: {{4}}.*\n)*?(?: {{4}}threads: (\d+)\n)?"
        r" {4}resources: .*gpu=(\d)",
        run.stdout,
        re.MULTILINE,
    )
    assert len(jobs) == len(re.findall(rf"^rule (?:{NETWORK_JOBS}):", run.stdout, re.MULTILINE)) > 0
    return {(int(threads or 1), int(gpus)) for threads, gpus in jobs}


@pytest.mark.parametrize(("cores", "threads"), [("1", 1), ("2", 1), ("5", 2), ("8", 4)])
def test_without_a_gpu_seeds_share_the_cores(empty, monkeypatch, cores, threads):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    empty.write_config(TINY)
    assert threads_and_gpus(empty, "--cores", cores) == {(threads, 0)}
    assert threads_and_gpus(empty, "--cores", cores, "--resources", "gpu=1") == {(threads, 0)}


def test_variants_share_them_too_and_what_they_have_in_common_counts_once(empty, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    views = {"tta": {"rotations": 4}}  # the base's two chains
    softmax = {"model": {"output": "softmax"}}  # two of its own
    empty.write_config(changed(variants={"views": views, "softmax": softmax}))
    assert threads_and_gpus(empty, "--cores", "8") == {(2, 0)}


def test_on_a_cluster_each_job_asks_for_one_whatever_this_machine_has(empty, monkeypatch):
    pytest.importorskip("snakemake_executor_plugin_slurm", reason="no Slurm executor here")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    empty.write_config(TINY)
    profile = ("--workflow-profile", "profiles/slurm", "--cores", "64")
    assert threads_and_gpus(empty, *profile) == {(4, 1)}
    assert threads_and_gpus(empty, *profile, "--resources", "gpu=0") == {(8, 0)}


def test_with_a_gpu_each_job_asks_for_one(empty, monkeypatch, tmp_path):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    smi = tmp_path / "nvidia-smi"
    smi.write_text(
        "#!/bin/sh\nfor i in 0 1 2 3; do echo 'GPU '$i': H100 (UUID: GPU-5a'$i')'; done\n"
    )
    smi.chmod(0o755)
    empty.write_config(TINY)

    def asked(*resources):
        arguments = ("--cores", "16", "--resources", *resources)
        return threads_and_gpus(empty, *arguments, path=str(tmp_path))

    assert asked("gpu=1") == {(4, 1)}
    assert asked("gpu=4") == {(3, 1)}
    assert asked("gpu=0") == {(8, 0)}  # and those of both seeds share the cores
    assert asked("gpu=9") == {(3, 1)}  # four is all there are
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    assert asked("gpu=4") == {(4, 1)}


def test_each_rule_that_a_cluster_runs_says_what_its_jobs_need():
    files = [*(ROOT / "workflow" / "rules").rglob("*.smk")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    rules = dict(re.findall(r"^rule (\w+):\n((?: .*\n|\n(?= ))+)", text, re.MULTILINE))
    submitted = [
        name for name, body in rules.items() if "script:" in body and "localrule" not in body
    ]
    assert {"train_stage", "simulate", "write_report"} <= set(submitted)
    assert [name for name in submitted if "**NEEDS" not in rules[name]] == []
