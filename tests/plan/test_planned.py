"""A plan in lines: why and how many hours, by experiment, seed and stage, and what is not known."""

import os
import re
import zipfile
from pathlib import Path

import pytest

from checkout import ROOT, TINY, changed
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.estimates import Estimate, Past
from galaxyzoo.plan.planned import (
    Folders,
    Planned,
    estimates_of,
    plan_table,
    totals,
    why_in_words,
    works_of,
)
from galaxyzoo.plan.works import Raw, galaxies_of, stage_work

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
CONFIG = validated(TINY, SCHEMA)
OWN = {"experiment": "tiny", "seed": "0"}
CROP = Planned("crop_training", {"survey": "tiny"}, "not made yet", 2, 0, (), 40.0)
TRAIN = Planned("train_stage", {**OWN, "stage": "all"}, "epochs 2 -> 4", 1, 0, (0,), None)
PREDICT = Planned("predict_test", OWN, "follows", 1, 0, (1,), None)
BAG = Planned("bag", {"experiment": "tiny", "subset": "test"}, "follows", 1, 0, (2,), 3.0)
JOBS = [CROP, TRAIN, PREDICT, BAG]


def stands(_: Path) -> bool:
    return False


def of(config, results, jobs=JOBS, pasts=()) -> list[Estimate]:
    works = works_of(jobs, lambda _: config, Folders(results))
    return estimates_of(jobs, works, {"tiny": config}, pasts, results)


def trained_before(config) -> Past:
    counts = galaxies_of(config, Path("none"), 0, Path("none"), stands)
    stage = next(one for one in config["stages"] if one["name"] == "all")
    work = stage_work(config, stage, counts, {"device": "CPU", "threads": 1})
    return Past(work, 7200.0, 0.0, "tiny, seed 0, all", 1.0)


def test_a_plan_is_a_table_with_totals_and_tells_what_has_no_ground(tmp_path):
    first, second, *others = TINY["stages"]
    longer = validated(changed(stages=[first, second | {"epochs": 4}, *others]), SCHEMA)
    estimates = of(longer, tmp_path, pasts=[trained_before(CONFIG)])
    assert [one.seconds for one in estimates] == [40.0, 14400.0, None, 3.0]
    header, train, predict, others = plan_table(JOBS, estimates)
    assert header.split() == ["experiment", "seed", "job", "hours", "why", "ground"]
    assert train.split()[:5] == ["tiny", "0", "train", "all", "4.00"]
    assert train.endswith("epochs 2 -> 4  as before, scaled from 2 to 4 epochs")
    assert re.search(r" test galaxies +\? +follows +none like it was run here$", predict)
    assert re.search(r"^ +tiny +2 other jobs +0\.01 .* as they took last time$", others)
    in_all, without = totals(JOBS, estimates, cores=2, gpus=None)
    assert in_all == (
        "In all about 4.01 hours of one job after another; side by side on this machine not under "
        "4.01"
    )
    assert without == "1 of 4 jobs have no ground, and are not in these hours"


def test_without_any_ground_no_hours_are_given(tmp_path):
    jobs = [TRAIN._replace(after=()), PREDICT._replace(after=(0,))]
    estimates = of(CONFIG, tmp_path, jobs)
    [words] = totals(jobs, estimates, 2, None)
    assert words.startswith("No hours")
    assert all(" ? " in line for line in [*plan_table(jobs, estimates)][1:])


def test_jobs_on_a_survey_are_scaled_by_its_galaxies(tmp_path):
    index = tmp_path / "surveys" / "tiny" / "training.csv"
    index.parent.mkdir(parents=True)
    index.write_text("GalaxyID\n" + "1\n" * 30, encoding="utf-8")  # 60 are to be simulated
    [found] = of(CONFIG, tmp_path, [CROP])
    assert found == Estimate(80.0, "as it took last time, scaled from 30 to 60 galaxies")
    test = CROP._replace(rule="crop_test")
    assert of(CONFIG, tmp_path, [test])[0].seconds == 40.0  # how many there were is not known


def test_galaxies_are_counted_in_a_split_that_stands_and_reckoned_otherwise(tmp_path):
    split = tmp_path / "seed1" / "split.csv"
    split.parent.mkdir()
    split.write_text("GalaxyID,part\n1,train\n2,train\n3,valid\n4,spare\n", encoding="utf-8")
    assert galaxies_of(CONFIG, tmp_path, 0, tmp_path, Path.is_file) == {
        "train": 2,
        "valid": 1,
        "holdout": 0,
        "test": 7,
    }
    # 60 galaxies, a quarter held out, a fifth of the others to validate on.
    reckoned = {"train": 36, "valid": 9, "holdout": 15, "test": 7}
    assert galaxies_of(CONFIG, tmp_path, 0, tmp_path, stands) == reckoned
    few = validated(changed(training_galaxies=10), SCHEMA)
    assert galaxies_of(few, tmp_path, 0, tmp_path, stands)["train"] == 10
    half = validated(changed(training_galaxies=0.5), SCHEMA)
    assert galaxies_of(half, tmp_path, 0, tmp_path, stands)["train"] == 18
    folds = validated(changed(validation="folds", seeds=[0, 1, 2]), SCHEMA)
    assert galaxies_of(folds, tmp_path, 0, tmp_path, stands)["valid"] == pytest.approx(15)


def test_galaxies_are_counted_in_the_labels_before_they_are_cropped(tmp_path):
    labels, pictures = tmp_path / "labels.zip", tmp_path / "test.zip"
    with zipfile.ZipFile(labels, "w") as file:
        file.writestr("labels.csv", "GalaxyID\n" + "1\n" * 60)
    with zipfile.ZipFile(pictures, "w") as file:
        for name in ("images/", "images/1.jpg", "images/2.PNG", "notes.txt"):
            file.writestr(name, b"")
    kaggle = validated(changed(survey={"name": "k", "source": "kaggle", "holdout": 0.25}), SCHEMA)

    def counted() -> dict:
        return galaxies_of(kaggle, tmp_path, 0, tmp_path, stands, Raw(labels, pictures))

    assert counted() == {"train": 36, "valid": 9, "holdout": 15, "test": 2}
    for damaged in (b"", labels.read_bytes()[:40]):
        for number, path in enumerate((labels, pictures)):
            path.write_bytes(damaged)
            os.utime(path, (len(damaged) + number,) * 2)
        assert {*counted().values()} == {None}


def test_galaxies_that_are_not_cropped_yet_are_not_known(tmp_path):
    survey = {"name": "k", "source": "kaggle", "holdout": 0.1}
    kaggle = validated(changed(survey=survey), SCHEMA)
    [found] = of(kaggle, tmp_path, [TRAIN._replace(after=())], [trained_before(CONFIG)])
    assert found.seconds is None
    assert found.ground.startswith("the number of galaxies is not known")
    (tmp_path / "surveys" / "k").mkdir(parents=True)
    (tmp_path / "surveys" / "k" / "training.csv").write_text("GalaxyID\n" + "1\n" * 100)
    [found] = of(kaggle, tmp_path, [TRAIN._replace(after=())], [trained_before(CONFIG)])
    assert "scaled from 36 to 72 galaxies" in found.ground


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((True, [], [], [], False), "not made yet"),
        ((False, [], [], [], True), "follows"),
        ((False, [], [], [], False), "asked for anew"),
        (
            (
                False,
                [{"stage": {"epochs": 2, "lr": 1}}],
                [{"stage": {"epochs": 4, "lr": 1}}],
                [],
                True,
            ),
            "stage.epochs 2 -> 4",
        ),
        ((False, [["a.py 1", "b.py 2"]], [["a.py 3", "b.py 2"]], [], False), "a.py was edited"),
        (
            (False, [["torch 1"], {"a": 1}], [["torch 2"], {"a": 2}], ["x.csv"], False),
            "a 1 -> 2; torch is 2 now and 1 more",
        ),
    ],
)
def test_why_a_job_would_be_run_is_told_in_short(given, words):
    assert why_in_words(*given) == words
