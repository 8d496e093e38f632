"""A run on Slurm: jobs side by side on GPUs, and stopped in the ways of a cluster; the same bits.

`make test-slurm` runs it, where Slurm is installed and root runs the tests.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import torch

from checkout import HEAD, Checkout, changed
from slurm_cluster import running_cluster, why_not, write_program
from warm import run_snakemake

pytestmark = pytest.mark.slurm

NAMES = ("tiny", "tiny-softmax", "tiny-linear")
STAGES = [f"results/{name}/seed0/stages/head.pt" for name in NAMES]
BAGS = [f"results/{name}/bag/holdout.parquet" for name in NAMES]
CONFIG = changed(
    seeds=[0],
    stages=[{**HEAD, "name": "head", "size": 32, "epochs": 3}],
    variants={"softmax": {"model": {"output": "softmax"}}, "linear": {"model": {"head": "linear"}}},
)
# A pretend GPU computes as a CPU does.
NO_CUDA = ("workflow/galaxyzoo/engine/devices.py", "if leases or has_gpu():", "if leases is None:")
# Each stage waits after its first epoch, so that it can be stopped there.
GATE = (
    "workflow/galaxyzoo/engine/training.py",
    "            to_save = stop.signal or saved.due()\n",
    "            import os\n"
    '            while len(history) == 1 and not stop.signal and not os.path.exists("open"):\n'
    "                time.sleep(0.1)\n"
    "            to_save = stop.signal or saved.due()\n",
)
SMI = 'for i in 0 1; do echo "GPU $i: Pretended (UUID: GPU-of-index-$i)"; done'
# As many threads as without Slurm, which the bits depend on.
THREADS = ("--set-threads", *(f"{rule}=1" for rule in ("train_stage", "predict_holdout")))
LONGEST_WAIT = 900  # seconds, on a machine that is busy


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[dict[str, str]]:
    if reason := why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("cluster")
    write_program(folder, "nvidia-smi", SMI)
    with running_cluster(folder) as variables:
        variables.pop("CUDA_VISIBLE_DEVICES", None)
        here = Path(sys.executable).parent
        yield variables | {"PATH": f"{variables['PATH']}:{here}"}


@pytest.fixture
def checkout(tmp_path_factory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("slurm"), CONFIG)
    for name, old, new in (NO_CUDA, GATE):
        path = made.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return made


@contextmanager
def started(
    checkout: Checkout, cluster: dict[str, str], *arguments: str
) -> Iterator[subprocess.Popen]:
    """A run on the cluster; what it says is in a file. It is ended if it goes on."""
    said = (checkout.folder / "run.txt").open("w")
    command = ["snakemake", "--workflow-profile", "profiles/slurm", *arguments]
    own = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1"]
    process = subprocess.Popen(
        [*command, *own, "--latency-wait", "5", "--configfile", "tiny.yaml"],
        cwd=checkout.folder,
        env=cluster | {"PYTHONPATH": ""},
        stdout=said,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        said.close()


def wait_until(true: Callable[[], object], run: subprocess.Popen) -> None:
    """Wait until something is so, for as long as a run goes on."""
    begun = time.monotonic()
    while not true():
        assert run.poll() is None, f"the run ended with {run.returncode}"
        assert time.monotonic() - begun < LONGEST_WAIT
        time.sleep(0.2)


def asked(cluster: dict[str, str], *command: str) -> str:
    return subprocess.run(command, env=cluster, check=True, capture_output=True, text=True).stdout


def jobs(cluster: dict[str, str], state: str) -> dict[str, str]:
    """The numbers of the cluster's jobs in a state, by rule and wildcards."""
    lines = asked(cluster, "squeue", "--noheader", f"--states={state}", "--format=%k %i")
    return dict(line.rsplit(" ", 1) for line in lines.splitlines())


def training(name: str) -> str:
    """What Slurm calls the job that trains an experiment's stage."""
    return f"rule_train_stage_wildcards_{name}_0_head"


def waits(checkout: Checkout, name: str) -> bool:
    """Whether the stage of an experiment is behind its first epoch."""
    return (checkout.folder / f"results/{name}/seed0/stages/head.csv").exists()


def log_of(checkout: Checkout, name: str) -> str:
    return (checkout.folder / f"results/{name}/logs/seed0/train_head.log").read_text()


def test_stages_side_by_side_and_stopped_in_three_ways_end_in_the_same_bits(
    checkout, cluster, tmp_path
):
    reference = checkout.copy(tmp_path / "without")
    with started(checkout, cluster, *BAGS, *THREADS) as run:
        wait_until(lambda: sum(waits(checkout, name) for name in NAMES) == 2, run)
        beside = jobs(cluster, "RUNNING")
        first, second = (name for name in NAMES if training(name) in beside)
        indices = set()
        for name in (first, second):
            shown = asked(cluster, "scontrol", "show", "job", "--details", beside[training(name)])
            [index] = re.findall(r"GRES=gpu:1\(IDX:(\d)\)", shown)
            assert re.findall(r"on GPU (.+)", log_of(checkout, name)) == [f"GPU-of-index-{index}"]
            indices.add(index)
        assert indices == {"0", "1"}

        asked(cluster, "scontrol", "update", f"jobid={beside[training(first)]}", "EndTime=now+1")
        asked(cluster, "scancel", beside[training(second)])
        [third] = set(NAMES) - {first, second}
        wait_until(lambda: waits(checkout, third), run)
        asked(cluster, "scontrol", "requeue", jobs(cluster, "RUNNING")[training(third)])
        wait_until(lambda: beside[training(first)] in jobs(cluster, "TIMEOUT").values(), run)
        (checkout.folder / "open").touch()
        assert run.wait() == 0, (checkout.folder / "run.txt").read_text()
    for name in NAMES:
        assert "goes on in epoch 2" in log_of(checkout, name)

    (reference.folder / "open").touch()
    arguments = [*BAGS, *THREADS, "--cores", "2", "--configfile", "tiny.yaml"]
    local = run_snakemake(reference.folder, arguments, {"CUDA_VISIBLE_DEVICES": ""})
    assert local.returncode == 0, local.stdout
    for path in STAGES:
        one, other = (
            torch.load(folder / path, weights_only=True)["weights"]
            for folder in (checkout.folder, reference.folder)
        )
        assert all(torch.equal(one[key], other[key]) for key in one | other)
    for path in BAGS:
        one, other = (pd.read_parquet(each.folder / path) for each in (checkout, reference))
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_a_job_whose_config_was_edited_while_it_waited_says_so_and_makes_nothing(checkout, cluster):
    asked(cluster, "scontrol", "update", "partitionname=main", "state=down")
    with started(checkout, cluster, BAGS[0], "--retries", "0") as run:
        wait_until(lambda: "rule_simulate_wildcards_tiny" in jobs(cluster, "PENDING"), run)
        checkout.write_config(CONFIG | {"tta": {"rotations": 1}})
        asked(cluster, "scontrol", "update", "partitionname=main", "state=up")
        assert run.wait() != 0
    sentence = "Error: the config was edited after this run had begun, so that this result would be"
    assert sentence in (checkout.folder / "run.txt").read_text()
    assert not [*checkout.survey.rglob("*.zip")]
