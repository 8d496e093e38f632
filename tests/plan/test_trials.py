"""Trials stand in for runs before: one of each kind, scaled like a run; a failure is told."""

import json
from pathlib import Path

import pytest

from checkout import ROOT, TINY
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.estimates import NEVER_RUN, Estimate, estimate
from galaxyzoo.plan.trials import Trial, trials_of, tried
from galaxyzoo.plan.works import prediction_work, stage_work

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
CONFIG = validated(TINY, SCHEMA)
CPU = {"device": "CPU", "threads": 1}
COUNTS = {"train": 36.0, "valid": 9.0, "holdout": 15.0, "test": 7.0}


def works():
    """The works of two seeds, each with all stages and one prediction."""
    for _ in CONFIG["seeds"]:
        for stage in CONFIG["stages"]:
            yield stage_work(CONFIG, stage, COUNTS, CPU), CONFIG, stage["name"]
        yield prediction_work("predict_test", CONFIG, COUNTS, CPU), CONFIG, None


def trials(ground=NEVER_RUN) -> list[Trial]:
    given = list(works())
    return trials_of(given, [Estimate(None, ground)] * len(given))


def test_each_kind_of_work_without_a_ground_is_tried_once():
    found = trials()
    assert [trial.asked["settings"]["stage"]["name"] for trial in found] == [
        *("head", "all", "head_large", "all_large"),
        "all_large",  # the prediction, of the last stage's network
    ]
    assert [trial.asked["tta"] is None for trial in found] == [True] * 4 + [False]
    assert found[0].asked["valid_share"] == pytest.approx(0.25)  # a fifth, of four fifths
    assert trials("as before") == []


def script(folder: Path, answers: object) -> Path:
    """A script that reads what it is asked, and gives answers."""
    path = folder / "answers.py"
    path.write_text(
        f"import sys\nsys.stdin.read()\nprint('said')\nprint({json.dumps(answers)!r})\n"
    )
    return path


def test_what_a_trial_took_is_scaled_like_a_run_and_a_failure_is_told(tmp_path):
    given = trials()[1:3]
    pasts, failed = tried(given, script(tmp_path, [[72, 10.0], "OSError: no such backbone"]))
    found = estimate(given[0].work, "tiny, seed 0, all", pasts)
    assert found.seconds == pytest.approx(10.0)  # twice as many galaxies, for one epoch of two
    assert found.ground.startswith("as a trial on made-up pictures, scaled from 1 to 2 epochs")
    assert failed == ["A trial of test_resnet failed: OSError: no such backbone"]


def test_a_script_that_ends_in_an_error_is_told(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("raise OSError('no torch')\n")
    assert tried(trials(), broken) == ([], ["The trials failed: OSError: no torch"])
    assert tried([], broken) == ([], [])
