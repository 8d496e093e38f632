"""A stage that is stopped goes on, and ends in the same bits; what is of no use is not used."""

import copy
import itertools
import logging
import multiprocessing
import os
import pickle
import re
import signal
import subprocess
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch
from snakemake.script import Snakemake

from checkout import TINY, Checkout, changed
from galaxyzoo.engine import training
from galaxyzoo.engine.resume import SavedState, stage_fingerprint
from galaxyzoo.engine.training import Learner, pooled_rmse, train_stage
from galaxyzoo.plan.fingerprints import code_fingerprints
from tiny_network import (
    AUGMENTATION,
    STAGE,
    galaxies,
    new_tiny_network,
    same,
    train,
    train_until_killed,
)
from warm import TRAINING, Running

STAGES = [
    TINY["stages"][0],
    {
        "name": "all",
        "size": 32,
        "epochs": 6,
        "lr": 0.005,
        "batch_size": 4,
        # So that a state holds gradients and an average of weights too.
        "accumulate": 3,
        "ema": 0.9,
    },
]
CONFIG = changed(stages=STAGES, seeds=[0], save_minutes=0)
TARGET = "results/tiny/seed0/stages/all.pt"
SCRIPT = "workflow/scripts/train_stage.py"
# A script's first lines, which keep what Snakemake hands to it, and end the job.
KEEP_JOB = """import pickle
from pathlib import Path
Path("job.pickle").write_bytes(pickle.dumps(snakemake))
raise SystemExit(1)
"""


def weights(checkout: Checkout, name: str = "all", seed: int = 0) -> dict[str, torch.Tensor]:
    path = checkout.results / f"seed{seed}" / "stages" / f"{name}.pt"
    return torch.load(path, weights_only=True)["weights"]


def history(checkout: Checkout) -> str:
    return (checkout.results / "seed0" / "stages" / "all.csv").read_text()


def assert_same(one: Checkout, other: Checkout) -> None:
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    assert history(one) == history(other)


@dataclass
class Stage:
    """A checkout in which all is done but the last stage, and what Snakemake hands to its job."""

    checkout: Checkout
    job: Snakemake

    def start(self) -> Running:
        """Start the stage's script in a process of its own."""
        path = self.checkout.folder / "job.pickle"
        path.write_bytes(pickle.dumps(self.job))
        script = self.checkout.folder / SCRIPT
        return TRAINING.start(self.checkout.folder, "script", [script, path])

    def run(self) -> subprocess.CompletedProcess:
        """Run the stage's script to its end."""
        return self.start().wait()


@pytest.fixture(scope="module")
def before(finished, tmp_path_factory) -> Stage:
    """The checkout of the finished experiment, whose second stage is now another."""
    checkout = finished.copy(tmp_path_factory.mktemp("before"))
    checkout.write_config(CONFIG)
    for file in checkout.results.glob("seed*/stages/all.*"):
        file.unlink()
    script = checkout.folder / SCRIPT
    text = script.read_text(encoding="utf-8")
    script.write_text(KEEP_JOB + text, encoding="utf-8")
    run = checkout.make(TARGET, "--rerun-triggers", "mtime")
    script.write_text(text, encoding="utf-8")
    assert (checkout.folder / "job.pickle").exists(), run.stdout
    job = pickle.loads((checkout.folder / "job.pickle").read_bytes())
    # Of the script as it is now, without the lines above.
    job.params.code[:] = code_fingerprints(checkout.folder / "workflow")["train_stage"]
    return Stage(checkout, job)


@pytest.fixture(scope="module")
def undisturbed(before, tmp_path_factory) -> Checkout:
    """The same after the last stage, which Snakemake ran."""
    checkout = before.checkout.copy(tmp_path_factory.mktemp("undisturbed"))
    run = checkout.make(TARGET)
    assert run.returncode == 0, run.stdout
    return checkout


@pytest.fixture
def stage(before, tmp_path) -> Stage:
    """A copy of the checkout as it is before the last stage."""
    checkout = before.checkout.copy(tmp_path)
    return Stage(checkout, pickle.loads(pickle.dumps(before.job)))


def saves(checkout: Checkout, process: Running | subprocess.Popen, count: int) -> None:
    """Wait until the stage has saved its state a number of times."""
    state = checkout.results / "seed0" / "stages" / "all.state"
    seen, before = 0, 0
    deadline = time.monotonic() + 120
    while seen < count:
        assert is_running(process), getattr(process, "said", "the stage ended too early")
        assert time.monotonic() < deadline
        now = state.stat().st_mtime_ns if state.exists() else 0
        seen, before = seen + (now > before), now
        time.sleep(0.001)


def says(stage: Stage, sentence: str) -> None:
    """Start the stage, and end it once it has said something."""
    process = stage.start()
    deadline = time.monotonic() + 120
    while sentence not in process.said:
        assert process.runs, process.said
        assert time.monotonic() < deadline, process.said
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def is_running(process: Running | subprocess.Popen) -> bool:
    return process.runs if isinstance(process, Running) else process.poll() is None


def test_a_stage_killed_at_ten_moments_ends_in_the_same_bits(stage, undisturbed):
    state = stage.checkout.results / "seed0" / "stages" / "all.state"
    for kill in range(10):
        process = stage.start()
        saves(stage.checkout, process, 2 + kill % 4)
        if kill % 3 == 0:
            while not [*state.parent.glob("all.state.*.unfinished")]:  # one is being written
                assert process.runs, "the stage ended too early"
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait().returncode == -signal.SIGKILL
        assert not (stage.checkout.folder / TARGET).exists()
    run = stage.run()
    assert run.returncode == 0, run.stdout
    assert "goes on in epoch" in run.stdout
    assert_same(stage.checkout, undisturbed)
    assert not [*state.parent.glob("all.state*"), *state.parent.glob("all.lock")]


def test_after_a_kill_of_snakemake_a_second_job_names_the_first_and_a_third_goes_on(
    stage, undisturbed
):
    checkout = stage.checkout
    process = checkout.start(TARGET, "--cores", "2")
    saves(checkout, process, 2)
    os.killpg(process.pid, signal.SIGSTOP)  # so that the job does not end before the second begins
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert checkout.snakemake("--unlock").returncode == 0
    second = checkout.make(TARGET)
    assert second.returncode != 0
    told = re.search(
        r"Error: process (\d+) on \S+ still trains the stage results/tiny/seed0/stages/all; wait",
        second.stdout,
    )
    assert told, second.stdout
    os.kill(int(told[1]), signal.SIGKILL)
    process.communicate()  # which waits for all that could still write to its output
    run = checkout.make(TARGET)
    assert run.returncode == 0, run.stdout
    assert "goes on in epoch" in run.stdout
    assert_same(checkout, undisturbed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stage_asked_to_stop_saves_and_goes_on(stage, undisturbed, number):
    process = stage.start()
    saves(stage.checkout, process, 5)
    os.kill(process.pid, number)
    stopped = process.wait()
    assert stopped.returncode == 1
    assert f"stopped by {number.name} in epoch" in stopped.stdout
    assert "goes on in epoch" in stage.run().stdout
    assert_same(stage.checkout, undisturbed)


def test_a_state_of_other_settings_is_not_used_and_the_log_says_why(stage):
    process = stage.start()
    saves(stage.checkout, process, 5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    stage.job.params.settings["stage"] |= {"lr": 0.004, "epochs": 1}
    run = stage.run()
    assert run.returncode == 0, run.stdout
    assert (
        "all.state was made with other settings, weights, galaxies or code; the stage starts anew"
        in run.stdout
    )


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"threads": 1}, "threads"),
        ({"versions": ["torch 2.0.0"]}, "versions"),
        ({"precision": "bfloat16"}, "settings, weights, galaxies or code and precision"),
    ],
)
def test_a_state_of_other_threads_versions_or_precision_is_not_used(stage, changes, named):
    stage.job.threads = 2
    stage.job.params.settings["precision"] = "float32"
    process = stage.start()
    saves(stage.checkout, process, 3)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    stage.job.threads = changes.get("threads", 2)
    stage.job.params.versions[:] = changes.get("versions", stage.job.params.versions)
    stage.job.params.settings["precision"] = changes.get("precision", "float32")
    says(stage, f"all.state was made with other {named}; the stage starts anew")


@pytest.mark.parametrize("content", [b"", b"nonsense", b"truncated", b"flipped"])
def test_a_state_that_is_not_whole_is_reported_and_not_used(tmp_path, caplog, content):
    path = tmp_path / "all.state"
    saved = SavedState(path, {"code": "1"}, save_minutes=5)
    saved.save({"history": [], "losses": [0.5]})
    assert saved.load() == {"history": [], "losses": [0.5]}
    whole = path.read_bytes()
    place = whole.index(b"losses")
    broken = {
        b"truncated": whole[:-100],
        b"flipped": whole[:place] + b"L" + whole[place + 1 :],
    }
    path.write_bytes(broken.get(content, content))
    with caplog.at_level(logging.WARNING):
        assert saved.load() is None
    assert "all.state is not a whole state" in caplog.text


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("moment", ["last batch", "validation"])
def test_a_stage_killed_after_an_epoch_s_last_batch_goes_on(tmp_path, moment, streamed):
    path = tmp_path / "all_32.state"
    # Not forked: this process may have started threads.
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=train_until_killed, args=(moment, path, streamed))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    network, undisturbed = new_tiny_network(), new_tiny_network()
    data = galaxies(streamed=streamed)
    history, timing = train(network, data, saved=SavedState(path, {}, save_minutes=5))
    expected, _ = train(undisturbed, data)
    assert same(network.state_dict(), undisturbed.state_dict())
    pd.testing.assert_frame_equal(history, expected)
    # The second epoch's batches were all done before the kill, and count.
    assert timing["seconds"].min() > 0
    assert 0 < timing["images_per_second"].iloc[1] < np.inf


@pytest.mark.parametrize("which", [1, 2])
def test_a_stop_during_validation_is_heeded_at_the_next_batch_if_there_is_one(
    tmp_path, monkeypatch, which
):
    path, validations = tmp_path / "all_32.state", itertools.count(1)

    def asked_to_stop(*arguments):
        if next(validations) == which:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)  # as Slurm does at a time limit
        return pooled_rmse(*arguments)

    expected, undisturbed = new_tiny_network(), new_tiny_network()
    train(undisturbed)
    with monkeypatch.context() as patched:
        patched.setattr(training, "pooled_rmse", asked_to_stop)
        if which == 1:
            with pytest.raises(SystemExit):
                train(expected, saved=SavedState(path, {}, save_minutes=5))
            expected = new_tiny_network()
        else:
            train(expected)  # nothing is left to do but to end
    if which == 1:
        history, _ = train(expected, saved=SavedState(path, {}, save_minutes=5))
        assert len(history) == 2
    assert same(expected.state_dict(), undisturbed.state_dict())


def test_a_state_is_saved_only_when_it_is_due(tmp_path):
    saved, states = SavedState(tmp_path / "all_32.state", {}, save_minutes=5), []
    saved.save = lambda state: states.append(state)
    train(new_tiny_network(), saved=saved)
    assert states == []


def test_the_time_before_a_stop_counts(tmp_path):
    path = tmp_path / "all_32.state"
    saved = SavedState(path, {}, save_minutes=0)
    states = []
    saved.save = lambda state: states.append(copy.deepcopy(state))
    train(new_tiny_network(), saved=saved)
    middle = next(state for state in states if len(state["losses"]) == 2)
    assert middle["clock"]["before"] > middle["clock"]["saving"] >= 0
    before = {"before": 1000.0, "saving": 200.0}
    SavedState(path, {}, save_minutes=5).save(middle | {"clock": before})
    _, timing = train(new_tiny_network(), saved=SavedState(path, {}, save_minutes=5))
    assert timing["seconds"].iloc[0] > 1000
    assert timing["seconds"].iloc[1] < 1000
    # 64 galaxies in four batches, two of them before the stop; saves are no training.
    assert timing["images_per_second"].iloc[0] == pytest.approx(64 / 800, rel=0.05)
    assert timing["saving"].iloc[0] == pytest.approx(200, rel=0.05)


def test_the_tables_of_finished_epochs_are_written_as_soon_as_a_stage_goes_on(tmp_path):
    """A stopped stage's tables went with its outputs; who watches need not wait for an epoch."""
    path, states = tmp_path / "all_32.state", []
    saved = SavedState(path, {}, save_minutes=0)
    saved.save = lambda state: states.append(copy.deepcopy(state))
    train(new_tiny_network(), saved=saved)
    after_the_first = next(state for state in states if len(state["history"]) == 1)
    SavedState(path, {}, save_minutes=5).save(after_the_first)
    written = []
    train_stage(
        Learner(new_tiny_network(), galaxies(), STAGE, AUGMENTATION, 0),
        galaxies(),
        SavedState(path, {}, save_minutes=5),
        lambda history, timing: written.append((len(history), len(timing))),
    )
    assert written == [(1, 1), (2, 2)]


def test_a_state_is_due_after_so_many_minutes(tmp_path):
    assert SavedState(tmp_path / "state", {}, save_minutes=0).due()
    assert not SavedState(tmp_path / "state", {}, save_minutes=5).due()


def test_the_fingerprint_tells_settings_code_weights_and_galaxies_apart(tmp_path):
    files = [tmp_path / name for name in ("weights", "index", "split")]
    for file in files:
        file.write_bytes(b"one")

    def fingerprint(settings=None, code=("module 1",)):
        return stage_fingerprint(settings or {"lr": 0.1, "seed": 1}, list(code), *files)

    first = fingerprint()
    assert fingerprint(settings={"seed": 1, "lr": 0.1}) == first
    others = {fingerprint(settings={"lr": 0.2, "seed": 1}), fingerprint(code=["module 2"])}
    for file in files:
        file.write_bytes(b"two")
        others.add(fingerprint())
    assert len(others) == 5
    assert first not in others


def test_two_runs_of_one_config_agree_and_another_seed_differs(stage, undisturbed):
    stage.job.config["save_minutes"] = 5
    run = stage.run()
    assert run.returncode == 0, run.stdout
    assert_same(stage.checkout, undisturbed)
    timing = stage.checkout.results / "seed0" / "stages" / "all_timing.csv"
    assert len(pd.read_csv(timing)) == 6
    heads = [weights(stage.checkout, "head", seed) for seed in (0, 1)]
    assert any(not torch.equal(value, heads[1][name]) for name, value in heads[0].items())
