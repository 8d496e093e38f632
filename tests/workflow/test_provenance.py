"""What an experiment was made of is written down, and what runs is what is drawn."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from checkout import ROOT, TINY, replaced_by_older
from galaxyzoo.foundation.file_records import known_record, write_record
from galaxyzoo.plan.config import load_schema, validated


def test_hashes_of_data_and_weights_are_those_of_the_files(finished):
    record = json.loads((finished.results / "provenance.json").read_text(encoding="utf-8"))
    hashes = {file["name"]: file["sha256"] for file in record["files"]}
    raw = finished.survey / "raw"
    for path in (
        raw / "images_training_rev1.zip",
        raw / "training_solutions_rev1.zip",
        finished.survey / "training.csv",
        finished.survey / "holdout.csv",
    ):
        assert hashes[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert record["start"] == {"weights": "random", "backbone": TINY["model"]["backbone"]}
    assert {(s["seed"], s["stage"]) for s in record["stages"]} == {
        (seed, stage["name"]) for seed in TINY["seeds"] for stage in TINY["stages"]
    }
    for stage in record["stages"]:
        path = finished.results / f"seed{stage['seed']}" / "stages" / f"{stage['stage']}.pt"
        assert stage["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert stage["versions"]["torch"]


def test_a_hash_that_was_recorded_is_not_computed_again_unless_the_file_is_newer(tmp_path):
    file, record = tmp_path / "images.zip", tmp_path / "provenance.json"
    file.write_bytes(b"pictures")
    write_record(record, "somewhere", [file], {})
    computed = hashlib.sha256(b"pictures").hexdigest()
    record.write_text(record.read_text().replace(computed, "0" * 64))
    assert known_record(file)["sha256"] == "0" * 64
    replaced_by_older(file, b"PICTURES")
    os.utime(record, (1_600_000_000, 1_600_000_000))  # before the file came
    assert known_record(file)["sha256"] == hashlib.sha256(b"PICTURES").hexdigest()
    file.write_bytes(b"more pictures")
    assert known_record(file)["sha256"] == hashlib.sha256(b"more pictures").hexdigest()


def test_a_folder_s_hash_is_of_its_files_names_and_sizes(tmp_path):
    (tmp_path / "below").mkdir()
    file = tmp_path / "below" / "7.jpg"
    file.write_bytes(b"picture")
    first = known_record(tmp_path)["sha256"]
    file.write_bytes(b"PICTURE")
    assert known_record(tmp_path)["sha256"] == first
    file.write_bytes(b"longer picture")
    second = known_record(tmp_path)["sha256"]
    file.rename(tmp_path / "8.jpg")
    assert len({first, second, known_record(tmp_path)["sha256"]}) == 3


def test_the_resolved_config_makes_the_same_experiment(finished):
    run = finished.snakemake("--dry-run")
    command = [Path(sys.executable).with_name("snakemake"), "--dry-run", "--configfile"]
    again = subprocess.run(
        [*command, "results/tiny/config.yaml"],
        cwd=finished.folder,
        text=True,
        capture_output=True,
        check=False,
    )
    assert "Nothing to be done" in run.stdout
    assert "Nothing to be done" in again.stdout + again.stderr


def test_a_config_that_is_validated_twice_stays_what_it_is():
    schema = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
    once = validated(TINY | {"epochs_scale": 0.5}, schema)
    assert validated(json.loads(json.dumps(once)), schema) == once
