"""What stages and predictions took is found again, with the config that each was run with."""

import json
import os
import shutil

import pytest
import yaml

from checkout import TINY
from galaxyzoo.plan.past_runs import past_runs

STAGES = {"head", "all", "head_large", "all_large"}


@pytest.fixture
def results(finished, tmp_path):
    """A copy of the folder of all results, without what no plan reads."""
    left_out = shutil.ignore_patterns("figures", "raw", "*.npy", "*.pt", "*.html", "*.parquet")
    return shutil.copytree(finished.results.parent, tmp_path / "results", ignore=left_out)


def found(results) -> dict[str, object]:
    return {f"{past.work.rule}: {past.whose}": past for past in past_runs(results)}


def test_each_stage_and_prediction_of_a_finished_experiment_is_found(results):
    pasts = found(results)
    trained = {f"train_stage: tiny, seed {seed}, {name}" for seed in (0, 1) for name in STAGES}
    predicted = {
        f"predict_{what}: tiny, seed {seed}"
        for seed in (0, 1)
        for what in ("holdout", "validation", "test")
    }
    assert pasts.keys() == trained | predicted
    past = pasts["train_stage: tiny, seed 1, all"]
    # Of 60 galaxies, a quarter is held out, and a fifth of the others is validated on.
    assert past.work.amounts == {"epochs": 2, "galaxies": 36, "pixels": 32**2}
    assert past.work.same["device"] == "CPU"
    assert past.work.others["threads"] == 1
    assert past.seconds > past.fixed > 0
    held_out = pasts["predict_holdout: tiny, seed 0"].work.amounts
    assert held_out == {"galaxies": 15, "views": 4, "pixels": 48**2}
    assert pasts["predict_test: tiny, seed 0"].work.amounts["galaxies"] == 7


def test_a_stage_that_was_made_anew_since_is_of_the_config_of_its_run(results):
    folder = results / "tiny"
    finished_at = (folder / "finished.json").stat().st_mtime
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    config["stages"][1]["epochs"] = 5
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    os.utime(folder / "config.yaml", (finished_at + 10,) * 2)
    again = folder / "benchmarks" / "seed0" / "train_all.tsv"
    os.utime(again, (finished_at + 20,) * 2)
    pasts = found(results)
    assert pasts["train_stage: tiny, seed 0, all"].work.amounts["epochs"] == 5
    assert pasts["train_stage: tiny, seed 1, all"].work.amounts["epochs"] == 2
    os.utime(again, (finished_at + 5,) * 2)  # between both: of neither
    assert "train_stage: tiny, seed 0, all" not in found(results)


def test_a_benchmark_outlives_the_other_files_of_its_stage(results):
    for path in (results / "tiny" / "seed0" / "stages").glob("all*"):
        path.unlink()
    past = found(results)["train_stage: tiny, seed 0, all"]
    assert past.seconds > past.fixed == 0


@pytest.mark.parametrize("content", ["", "s\th:m:s\n", "s\th:m:s\n-\t-\n", "\0\n"])
def test_what_cannot_be_read_is_no_past_run(results, content):
    (results / "tiny" / "benchmarks" / "seed0" / "train_all.tsv").write_text(content)
    assert "train_stage: tiny, seed 0, all" not in found(results)
    (results / "tiny" / "finished.json").write_text(content)
    (results / "tiny" / "config.yaml").write_text(content)
    (results / "tiny" / "provenance.json").write_text(content)
    assert found(results) == {}


def test_an_ensemble_s_folder_and_a_stranger_s_are_passed_over(results):
    (results / "other" / "benchmarks" / "seedling").mkdir(parents=True)
    (results / "other" / "benchmarks" / "seedling" / "train_all.tsv").write_text("s\n1\n")
    config = {"experiment": "other", "ensemble": ["tiny"], "survey": TINY["survey"]}
    (results / "other" / "config.yaml").write_text(json.dumps(config))
    assert len(found(results)) == 14


def test_a_config_that_lacks_a_key_of_today_s_is_no_ground(results):
    path = results / "tiny" / "finished.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["config"]["compile"]
    path.write_text(json.dumps(record), encoding="utf-8")
    (results / "tiny" / "config.yaml").unlink()
    assert all(past.work.rule != "train_stage" for past in past_runs(results))
    assert len(found(results)) == 6


def test_a_split_that_is_damaged_is_not_counted(results):
    for split in results.glob("tiny/seed*/split.csv"):
        date = split.stat().st_mtime_ns
        split.write_text("" if split.parent.name == "seed0" else "GalaxyID\n1\n")
        os.utime(split, ns=(date, date))
    # Reckoned instead: 60 galaxies, a quarter held out, a fifth of the others to validate on.
    assert found(results)["train_stage: tiny, seed 0, all"].work.amounts["galaxies"] == 36
