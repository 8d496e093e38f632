"""The live view of stages: what it shows of an experiment on its way."""

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime

import pandas as pd
import pytest
import yaml
from rich.console import Console

from checkout import ROOT, TINY, Checkout, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.runs.time_left import left_in_words, seconds_left
from galaxyzoo.runs.watch import one_stage, progress_table, stage_paths, stage_progress

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
BASE = validated(TINY | {"experiment": "one", "stages": TINY["stages"][:2]}, SCHEMA)
HEAD, ALL, *_, LAST = TINY["stages"]
STAGES = [HEAD, ALL | {"epochs": 400}, LAST]


def watch(checkout: Checkout, folder: str = "results/tiny") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "workflow/scripts/watch.py", folder],
        cwd=checkout.folder,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(output: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines()]
    return {row[1]: row for row in cells if len(row) > 1}


def test_a_run_is_watched_while_it_trains(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    checkout.write_config(changed(stages=STAGES, seeds=[0]))
    history = checkout.results / "seed0" / "stages" / "all.csv"
    history.unlink()
    process = checkout.start("--cores", "2", "--resources", "gpu=1")
    try:
        deadline = time.monotonic() + 180
        while not history.exists():
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        shown = watch(checkout)
        finished = pd.read_csv(history)["epoch"].max()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert shown.returncode == 0, shown.stderr
    assert "1 of 3 stages done" in shown.stdout
    table = rows(shown.stdout)
    assert table["head"][2:4] == ["done", "1/1"]
    # Though its checkpoint of the run before is still there.
    assert (checkout.results / "seed0" / "stages" / f"{LAST['name']}.pt").exists()
    assert table[LAST["name"]][2:5] == ["waiting", "0/1", ""]
    state, epoch = table["all"][2:4]
    assert state == "training"
    assert epoch.endswith("/400")
    assert 1 <= int(epoch.split("/")[0]) <= finished
    assert float(table["all"][5]) > 0
    assert ":" in table["all"][7]


def test_a_finished_run_is_all_done(finished):
    shown = watch(finished)
    assert "8 of 8 stages done" in shown.stdout
    assert "waiting" not in shown.stdout


def test_a_finished_run_is_all_done_from_inside_its_folder(finished):
    shown = subprocess.run(
        [sys.executable, "../../workflow/scripts/watch.py", "."],
        cwd=finished.results,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "tiny: 8 of 8 stages done" in shown.stdout


def read_until(terminal: int, words: str, process: subprocess.Popen) -> str:
    """What is shown on a terminal until some words are, within a minute."""
    shown, deadline = "", time.monotonic() + 60
    while words not in shown:
        assert process.poll() is None, shown
        assert time.monotonic() < deadline, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode()
    return shown


def test_it_waits_for_the_config_and_for_a_run_and_ends_with_the_run(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    config, aside = checkout.results / "config.yaml", tmp_path / "aside.yaml"
    config.rename(aside)
    locks = checkout.folder / ".snakemake" / "locks"
    terminal, other = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "workflow/scripts/watch.py", "results/tiny"],
        cwd=checkout.folder,
        stdout=other,
        stderr=other,
        env=os.environ | {"COLUMNS": "160", "TERM": "xterm"},
    )
    try:
        read_until(terminal, "holds no config.yaml", process)
        aside.rename(config)
        read_until(terminal, "Waiting for a run to begin", process)
        locks.mkdir(parents=True, exist_ok=True)
        (locks / "0.input.lock").touch()  # as Snakemake does, until it ends
        while "Waiting" in read_until(terminal, "8 of 8 stages done", process):
            pass
        (locks / "0.input.lock").unlink()
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(terminal)
        os.close(other)


def test_a_narrow_terminal_shows_whole_names_of_stages(finished):
    name = "all_layers_at_112_px_with_cross_entropy"
    path = finished.results / "seed0" / "stages" / name
    console = Console(width=80)
    with console.capture() as shown:
        console.print(progress_table("tiny", [one_stage(path, 0, 20, "waiting")]))
    lines = shown.get().splitlines()
    parts = [line.split("│")[2].strip() for line in lines if line.startswith("│")]
    assert "".join(parts) == name
    assert all(len(line) <= 80 for line in lines)


def test_a_probe_is_shown_as_one_epoch(tmp_path):
    path = tmp_path / "one" / "seed0" / "stages" / "probe"
    path.parent.mkdir(parents=True)
    probe = {"name": "probe", "size": 32, "probe": {"views": 8}}
    model = BASE["model"] | {"head": "linear"}
    config = validated(BASE | {"stages": [probe], "seeds": [0], "model": model}, SCHEMA)
    [waiting] = stage_progress(tmp_path / "one", config)
    assert (waiting["state"], waiting["epoch"], waiting["epochs"]) == ("waiting", 0, 1)
    history = {"epoch": 1, "train_loss": 0.01, "valid_rmse": 0.1, "lr": None, "penalty": 0.01}
    pd.DataFrame([history]).to_csv(f"{path}.csv", index=False)
    timing = {"epoch": 1, "images_per_second": 200.0, "seconds": 3.0}
    pd.DataFrame([timing]).to_csv(f"{path}_timing.csv", index=False)
    path.with_suffix(".pt").touch()
    [done] = stage_progress(tmp_path / "one", config)
    assert (done["state"], done["epoch"], done["seconds_left"]) == ("done", 1, 0)


def test_the_end_of_training_is_told_by_the_stages_that_are_done(tmp_path):
    folder, now = tmp_path / "one", datetime(2026, 11, 30, 22, 0)
    waiting = stage_progress(folder, BASE)
    assert "not known" in left_in_words(folder, BASE, waiting, now)
    first, second, third, last = waiting  # two seeds, each with the stages head and all
    done = {"state": "done", "epoch": 1, "epoch_seconds": 60.0, "seconds_left": 0.0}
    training = {"state": "training", "epoch": 1, "epoch_seconds": 3600.0, "seconds_left": 3600.0}
    rows = [first | done, second | training, third, last]
    # 1 hour of seed 0; then of seed 1 a minute of head, and two epochs of an hour: one at a time.
    assert seconds_left(folder, BASE, rows) == (3600.0 + 60.0 + 7200.0, 0)
    # Side by side, seed 1 is the longer.
    both = [first | done, second | training, third | training, last]
    assert seconds_left(folder, BASE, both) == (10800.0, 0)
    words = left_in_words(folder, BASE, rows, now)
    assert words.startswith("At this pace training is done at about 01:01 on Tuesday, 01 December")
    unlike = [first, second | training, third, last]
    assert seconds_left(folder, BASE, unlike) == (3600.0 + 7200.0, 2)
    assert left_in_words(folder, BASE, [row | done for row in rows], now) == ""


def test_the_config_is_written_down_as_it_was_resolved(finished):
    config = yaml.safe_load((finished.results / "config.yaml").read_text(encoding="utf-8"))
    assert config["experiment"] == "tiny"
    assert config["stages"][0]["dropout"] == 0.1  # the default, which the config leaves out


def test_a_folder_that_is_no_experiments_is_a_sentence(finished, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    shown = watch(finished, str(empty))
    assert shown.returncode == 1
    assert "holds no config.yaml" in shown.stderr
    assert "Traceback" not in shown.stderr
    shutil.rmtree(empty)


def test_a_variant_s_stages_are_its_base_s_up_to_the_first_that_differs(tmp_path):
    stages = [BASE["stages"][0], BASE["stages"][1] | {"lr": [0.1, 0.2]}]
    variant = BASE | {"experiment": "one-fast", "variant_of": "one", "seeds": [1, 2]}
    folder = tmp_path / "one-fast"
    with pytest.raises(InputError, match="it takes stages from one, of which it is a variant"):
        stage_paths(folder, variant | {"stages": stages})
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "config.yaml").write_text(yaml.safe_dump(BASE), encoding="utf-8")
    assert stage_paths(folder, variant | {"stages": stages}) == {
        (1, "head"): tmp_path / "one" / "seed1" / "stages" / "head",
        (1, "all"): folder / "seed1" / "stages" / "all",
        (2, "head"): folder / "seed2" / "stages" / "head",
        (2, "all"): folder / "seed2" / "stages" / "all",
    }
    assert stage_paths(tmp_path / "one", BASE)[0, "all"] == tmp_path / "one/seed0/stages/all"
