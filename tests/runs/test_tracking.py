"""Trackers show a run as it is on disk: one curve for each stage, its scores and its figures."""

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from checkout import ROOT, TINY, Checkout, changed
from event_files import pictures, scalars
from followed import LAST, STAGE, followed, track, write_results, write_tables
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.variants import experiments
from galaxyzoo.runs.tracking import SHOWN

pytestmark = pytest.mark.skipif(find_spec("tensorboardX") is None, reason="no tensorboardX here")
SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def tracked(results: Path, *then) -> Path:
    """Follow a run in which one thing after another happens; the folder of its event files."""
    from galaxyzoo.runs.tensorboard_files import EventFiles

    followed(results, EventFiles(results / "tracking"), *then)
    return results / "tracking" / "tiny" / "seed3" / "all_64"


def test_a_stage_is_shown_epoch_by_epoch_as_its_tables_have_it(tmp_path):
    write_tables(tmp_path, 2)
    curves = scalars(tracked(tmp_path, lambda: None, lambda: write_tables(tmp_path, 3)))
    assert set(curves) == set(SHOWN)
    for points in curves.values():
        assert [step for step, _, _ in points] == [1, 2, 3]
    errors = [value for _, value, _ in curves["error/validation"]]
    assert errors == pytest.approx([0.1, 0.05, 0.1 / 3])
    rates = [value for _, value, _ in curves["learning_rate"]]
    assert rates == pytest.approx([0.01, 0.02, 0.03])
    # The second epoch ended where its tables were written; the first 20 seconds, its own, before.
    times = [time for _, _, time in curves["loss/train"]]
    assert times == [LAST + 2 - 20, LAST + 2, LAST + 3]


def test_a_probe_has_no_learning_rate_to_show(tmp_path):
    write_tables(tmp_path, 1)
    path = tmp_path / "tiny" / "seed3" / "stages" / "all_64.csv"
    pd.read_csv(path).assign(lr=np.nan, penalty=np.inf).to_csv(path, index=False)
    assert set(scalars(tracked(tmp_path))) == {*SHOWN} - {"learning_rate"}


def test_a_stage_that_was_stopped_and_goes_on_is_one_curve(tmp_path):
    write_tables(tmp_path, 2)
    tracked(tmp_path)
    write_tables(tmp_path, 4)
    for points in scalars(tracked(tmp_path)).values():
        assert [step for step, _, _ in points] == [1, 2, 3, 4]


def test_a_stage_that_begins_anew_leaves_nothing_of_the_old_curve(tmp_path):
    stages = tmp_path / "tiny" / "seed3" / "stages"
    write_tables(tmp_path, 3)
    (stages / "all_64.pt").touch()

    def deleted():  # as Snakemake does where a job begins
        for path in stages.iterdir():
            path.unlink()

    anew = scalars(tracked(tmp_path, deleted, lambda: write_tables(tmp_path, 1, error=0.7)))
    [(step, error, _)] = anew["error/validation"]
    assert (step, error) == (1, pytest.approx(0.7))


def test_an_epoch_is_shown_once_both_tables_have_it(tmp_path):
    write_tables(tmp_path, 2, timed=1)
    points = scalars(tracked(tmp_path))["loss/train"]
    assert [step for step, _, _ in points] == [1]


def test_scores_and_figures_are_shown_at_the_end_and_anew_with_another_report(tmp_path):
    write_results(tmp_path, 0.25)
    tracked(tmp_path, lambda: None, lambda: write_results(tmp_path, 0.75))
    found = scalars(tmp_path / "tracking" / "tiny")
    assert {tag: [value for _, value, _ in points] for tag, points in found.items()} == {
        "error/bag": [0.75],
        "error/seeds/3/single": [0.25],
        "error/validation": [0.5],
    }
    [(name, picture)] = pictures(tmp_path / "tracking" / "tiny").items()
    assert name == "questions"
    assert picture.startswith(b"\x89PNG")


def test_scores_that_no_report_has_yet_are_not_shown(tmp_path):
    write_results(tmp_path, 0.25)
    os.utime(tmp_path / "tiny" / "report.html", (LAST - 100, LAST - 100))
    tracked(tmp_path)
    assert not (tmp_path / "tracking" / "tiny").exists()


def test_a_tracker_that_cannot_write_says_so_in_a_sentence(tmp_path):
    (tmp_path / "tracking").touch()
    [line] = track(tmp_path, "tensorboard").splitlines()
    assert line.startswith("tracking: tensorboard gets nothing more of this run, which goes on: ")
    assert str(tmp_path / "tracking") in line


def test_a_tracker_whose_file_cannot_grow_says_so_and_ends(tmp_path):
    write_tables(tmp_path, 500)
    [line] = track(tmp_path, "tensorboard", largest_file=1024).splitlines()
    assert "gets nothing more of this run, which goes on: OSError: " in line


def test_a_tracker_that_is_not_installed_says_what_installs_it(tmp_path):
    missing = "raise ModuleNotFoundError('no', name='tensorboardX')"
    (tmp_path / "tensorboardX.py").write_text(missing, encoding="utf-8")
    [line] = track(tmp_path, "tensorboard", PYTHONPATH=str(tmp_path)).splitlines()
    assert "pip install --require-hashes -r envs/tensorboard.txt" in line
    assert (ROOT / "envs" / "tensorboard.txt").exists()


def test_no_result_depends_on_who_is_told():
    told = changed(tracking=["tensorboard"])
    assert validated(told, SCHEMA) == validated(TINY, SCHEMA)
    with pytest.raises(InputError, match="tracking cannot vary"):
        experiments(changed(variants={"other": {"tracking": []}}), SCHEMA)
    with pytest.raises(InputError, match=r"tracking\[0\]: .* allowed: mlflow or tensorboard"):
        validated(changed(tracking=["carrier pigeons"]), SCHEMA)
    with pytest.raises(InputError, match="folders of their own"):
        validated(changed(experiment="tracking"), SCHEMA)


def wait_for_what_is_beside_it(checkout: Checkout) -> None:
    """Wait until the process that follows a run has ended, as it does after the run."""
    beside = [
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if process.info["cwd"] == str(checkout.folder)
        and any(word.endswith("track.py") for word in process.info["cmdline"] or ())
    ]
    _, alive = psutil.wait_procs(beside, timeout=120)
    assert alive == []


def test_a_run_is_followed_to_its_end_by_a_process_beside_it(tmp_path):
    checkout = Checkout(
        tmp_path, changed(seeds=[3], stages=[TINY["stages"][0] | {"name": STAGE[2]}])
    )
    results = checkout.folder / "results"
    write_tables(results, 2)
    write_results(results, 0.25)
    run = checkout.run("results/tiny/config.yaml", "--config", "tracking=[tensorboard]")
    assert run.returncode == 0, run.stdout
    wait_for_what_is_beside_it(checkout)
    assert "tracking" not in run.stdout
    assert len(scalars(results / "tracking" / "tiny" / "seed3" / "all_64")["loss/train"]) == 2
    assert "error/bag" in scalars(results / "tracking" / "tiny")
    assert "questions" in pictures(results / "tracking" / "tiny")
    assert "tracking" not in (results / "tiny" / "config.yaml").read_text(encoding="utf-8")
