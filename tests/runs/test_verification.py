"""An experiment's files are compared with what was recorded of them."""

import json
import re

import pytest

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.file_records import file_record, found_below
from galaxyzoo.runs.verification import (
    differing_stages,
    given_files,
    other_libraries,
    verified,
)

STAGE = {
    "seed": 0,
    "stage": "head",
    "commit": "4f2a",
    "diff": None,
    "versions": {"torch": "2.14.1", "python": "3.11.7"},
    "deterministic": True,
    "device": "cpu",
    "precision": "torch.float32",
}


def test_files_that_changed_or_are_missing_are_named(finished, tmp_path):
    recorded = json.loads((finished.results / "finished.json").read_text())["files"]
    stages = {f"seed{seed}/stages/{name}.pt" for seed in (0, 1) for name in ("head", "all")}
    assert not stages & recorded.keys()  # which the provenance has
    found = verified(finished.results)
    assert (found.wrong, found.differing) == ([], [])
    assert found.files > len(recorded) + len(stages)

    checkout = finished.copy(tmp_path)
    raw = checkout.survey / "raw" / "training_solutions_rev1.zip"
    missing = checkout.results / "calibration.json"
    changed = [checkout.results / "seed1/stages/head.pt", checkout.results / "bag/holdout.parquet"]
    for path in (*changed, raw):
        with path.open("ab") as file:
            file.write(b"\0")
    missing.unlink()
    said = {f"{path} has changed since it was recorded" for path in (*changed, raw)}
    assert {*verified(checkout.results).wrong} == said | {f"{missing} is missing"}
    run = checkout.run("verify", "--cores", "1")
    assert run.returncode != 0
    assert "results/tiny/calibration.json is missing" in run.stdout
    assert not missing.exists()
    raw.unlink()
    assert verified(checkout.results).differing == [
        f"not compared, since they are gone: {raw.name}"
    ]


def test_a_file_of_one_s_own_is_not_taken_for_one_of_the_same_name_in_results(tmp_path):
    results, own = tmp_path / "results", tmp_path / "labels" / "votes.csv"
    made = results / "surveys" / "mine" / "raw" / "votes.csv"
    for path in (own, made):
        path.parent.mkdir(parents=True)
        path.write_text(str(path), encoding="utf-8")
    records = [file_record(path) | found_below(path, results) for path in (own, made)]
    found, uncompared = given_files(results, records)
    assert found == {made: file_hash(made)}
    assert uncompared == [f"not compared, since they are not in {results}: votes.csv"]


def test_a_finished_experiment_verifies_and_makes_nothing(finished):
    run = finished.run("verify", "--cores", "1")
    assert run.returncode == 0, run.stdout
    assert re.search(r"results/tiny: \d+ files are as they were recorded", run.stdout)
    assert "Nothing to be done" in finished.make().stdout


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"device": "H100"}, "device is H100 for 1 of 4 stages (seed 1, all), and cpu for most"),
        (
            {"versions": {"torch": "2.15.0", "python": "3.11.7"}},
            "torch is 2.15.0 for 1 of 4 stages (seed 1, all), and 2.14.1 for most",
        ),
        ({"commit": "77b0"}, "commit is 77b0 for 1 of 4 stages (seed 1, all), and 4f2a for most"),
    ],
)
def test_a_stage_that_was_made_otherwise_than_the_rest_is_named(change, sentence):
    alike = [STAGE | {"seed": seed, "stage": name} for seed in (0, 1) for name in ("head", "all")]
    assert [*differing_stages(alike)] == []
    assert [*differing_stages([*alike[:3], alike[3] | change])] == [sentence]


def test_uncommitted_changes_and_other_libraries_are_told():
    stages = [STAGE | {"diff": "0a1b.diff", "versions": {"torch": "1.0", "no-such-library": "1"}}]
    (sentence,) = differing_stages(stages)
    assert sentence == "made with uncommitted changes, which are kept: 0a1b.diff"
    (sentence,) = other_libraries(stages)
    assert sentence.startswith("torch was 1.0, and 2.")
