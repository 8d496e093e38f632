"""A stage that is stopped goes on, and ends in the same bits; what is of no use is not used."""

import logging
import os
import signal
import subprocess
import time

import numpy as np
import pandas as pd
import pytest
import torch

from checkout import TINY, Checkout, changed
from galaxyzoo.engine.resume import SavedState, stage_fingerprint

STAGES = [
    {"name": "head", "size": 32, "epochs": 1, "lr": 0.01, "freeze": True, "batch_size": 8},
    {
        **{"name": "all", "size": 32, "epochs": 20, "lr": 0.005, "batch_size": 4},
        **{"accumulate": 3, "ema": 0.9},  # so that a state holds gradients and an average too
    },
]
CONFIG = changed(stages=STAGES, seeds=[0], save_minutes=0)
TARGET = "results/tiny/seed0/stages/all.pt"


def weights(checkout: Checkout, name: str = "all") -> dict[str, torch.Tensor]:
    path = checkout.results / "seed0" / "stages" / f"{name}.pt"
    return torch.load(path, weights_only=True)["weights"]


def history(checkout: Checkout) -> str:
    return (checkout.results / "seed0" / "stages" / "all.csv").read_text()


def assert_same(one: Checkout, other: Checkout) -> None:
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    assert history(one) == history(other)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("undisturbed"), CONFIG)
    run = checkout.snakemake("--cores", "2", TARGET)
    assert run.returncode == 0, run.stdout
    return checkout


@pytest.fixture
def started(tmp_path, undisturbed) -> Checkout:
    """A checkout in which all is done but the last stage."""
    checkout = Checkout(tmp_path, CONFIG)
    run = checkout.snakemake("--cores", "2", TARGET.replace("all", "head"))
    assert run.returncode == 0, run.stdout
    return checkout


def saves(checkout: Checkout, process: subprocess.Popen, count: int) -> None:
    """Wait until the stage has saved its state so many times."""
    state = checkout.results / "seed0" / "stages" / "all.state"
    seen, before = 0, 0
    deadline = time.monotonic() + 120
    while seen < count:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < deadline
        now = state.stat().st_mtime_ns if state.exists() else 0
        seen, before = seen + (now > before), now
        time.sleep(0.001)


def test_a_stage_killed_at_ten_moments_ends_in_the_same_bits(started, undisturbed):
    part = started.results / "seed0" / "stages" / "all.state.unfinished"
    for kill in range(10):
        process = started.start("--cores", "2", TARGET)
        saves(started, process, 3 + kill)
        if kill % 3 == 0:
            while not part.exists():  # a state is being written
                assert process.poll() is None, "the stage ended too early"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        started.snakemake("--unlock")
        assert not (started.folder / TARGET).exists()
    run = started.snakemake("--cores", "2", TARGET)
    assert run.returncode == 0, run.stdout
    assert "all goes on in epoch" in run.stdout
    assert_same(started, undisturbed)
    assert not part.with_suffix("").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stage_asked_to_stop_saves_and_goes_on(started, undisturbed, number):
    process = started.start("--cores", "2", TARGET)
    saves(started, process, 5)
    jobs = subprocess.run(
        ["pgrep", "-g", str(process.pid), "-f", "train_stage.py"], capture_output=True, text=True
    )
    for job in jobs.stdout.split():
        os.kill(int(job), number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert f"all stopped by {number.name} in epoch" in output
    run = started.snakemake("--cores", "2", TARGET)
    assert "all goes on in epoch" in run.stdout
    assert_same(started, undisturbed)


def test_a_state_of_other_settings_is_not_used_and_the_log_says_why(started):
    process = started.start("--cores", "2", TARGET)
    saves(started, process, 5)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    started.snakemake("--unlock")
    stages = [STAGES[0], STAGES[1] | {"lr": 0.004, "epochs": 1}]
    started.write_config(changed(stages=stages, seeds=[0], save_minutes=0))
    run = started.snakemake("--cores", "2", TARGET)
    assert run.returncode == 0, run.stdout
    assert (
        "all.state is of other settings, weights, galaxies or code; the stage starts anew"
        in run.stdout
    )


@pytest.mark.parametrize("content", [b"", b"nonsense", b"truncated"])
def test_a_state_that_is_not_whole_is_reported_and_not_used(tmp_path, caplog, content):
    path = tmp_path / "all.state"
    saved = SavedState(path, "fingerprint", save_minutes=5)
    saved.save({"history": [], "losses": [0.5]})
    assert saved.load() == {"history": [], "losses": [0.5]}
    path.write_bytes(path.read_bytes()[:-100] if content == b"truncated" else content)
    with caplog.at_level(logging.WARNING):
        assert saved.load() is None
    assert "all.state is not a whole state" in caplog.text


def test_a_state_is_due_after_so_many_minutes(tmp_path):
    assert SavedState(tmp_path / "state", "fingerprint", save_minutes=0).due()
    assert not SavedState(tmp_path / "state", "fingerprint", save_minutes=5).due()


def test_the_fingerprint_tells_settings_code_weights_and_galaxies_apart(tmp_path):
    weights = tmp_path / "weights"
    weights.write_bytes(b"weights")
    pictures = torch.zeros(2, 3, 4, 4, dtype=torch.uint8)
    labels = torch.from_numpy(np.zeros((2, 37), np.float32))

    def fingerprint(settings=None, code=("module 1",), change_pictures=0, change_labels=0):
        return stage_fingerprint(
            settings or {"lr": 0.1, "seed": 1},
            list(code),
            weights,
            pictures + change_pictures,
            labels + change_labels,
        )

    first = fingerprint()
    assert fingerprint(settings={"seed": 1, "lr": 0.1}) == first
    others = {
        fingerprint(settings={"lr": 0.2, "seed": 1}),
        fingerprint(code=["module 2"]),
        fingerprint(change_pictures=1),
        fingerprint(change_labels=1),
    }
    weights.write_bytes(b"other weights")
    others.add(fingerprint())
    assert len(others) == 5
    assert first not in others


def test_two_runs_of_one_config_agree_and_another_seed_differs(undisturbed, tmp_path):
    again = Checkout(tmp_path, changed(stages=STAGES, seeds=[0, 1], save_minutes=5))
    run = again.snakemake("--cores", "2", TARGET, TARGET.replace("seed0", "seed1"))
    assert run.returncode == 0, run.stdout
    assert_same(again, undisturbed)
    other = torch.load(again.folder / TARGET.replace("seed0", "seed1"), weights_only=True)[
        "weights"
    ]
    assert any(not torch.equal(other[name], value) for name, value in weights(again).items())
    assert len(pd.read_csv(again.results / "seed0" / "stages" / "all_timing.csv")) == 20
    assert TINY["survey"] == CONFIG["survey"]
