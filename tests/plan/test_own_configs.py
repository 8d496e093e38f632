"""How a finished experiment is asked by its own config, and how another config differs from it."""

import copy
from pathlib import Path

import pytest
import yaml

from checkout import ROOT, TINY
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.finished import RECORD, finished_record
from galaxyzoo.plan.own_configs import finished_in, own_command, retraining_differences

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
GALAXIES = {"galaxies": "my galaxies.zip", "catalogue": {"name": "mine", "bands": ["z", "r", "g"]}}


def finish(results: Path, config: dict, written: dict | None = None) -> None:
    """Leave what a finished experiment leaves of its config, or of a later one that was written."""
    folder = results / config["experiment"]
    folder.mkdir()
    (folder / RECORD).write_text(finished_record(folder, config, {}, [], []), encoding="utf-8")
    (folder / "config.yaml").write_text(yaml.safe_dump(written or config), encoding="utf-8")


@pytest.fixture
def results(tmp_path) -> Path:
    """Results of an experiment, of a variant of it and of an ensemble of the two."""
    finish(tmp_path, TINY)
    finish(tmp_path, TINY | {"experiment": "tiny-views", "variant_of": "tiny"})
    ensemble = {"variant_of": "tiny", "ensemble": ["tiny", "tiny-views"]}
    finish(tmp_path, {"experiment": "tiny-ensemble", "tree": "galaxy_zoo_2"} | ensemble)
    (tmp_path / "tiny" / "comparison.yaml").touch()
    return tmp_path


def test_an_experiment_is_asked_by_the_config_in_its_folder(results):
    lacking = {"experiment": "tiny"}
    assert own_command("export", lacking, results) == (
        f"snakemake export --configfile {results}/tiny/config.yaml"
    )
    assert own_command("catalogue", lacking, results).endswith("config.yaml --config galaxies=PATH")
    assert own_command("catalogue", lacking | GALAXIES, results).endswith(
        "--config 'galaxies=my galaxies.zip' 'catalogue={name: mine, bands: [z, r, g]}'"
    )


def test_variants_and_ensembles_are_asked_by_the_config_of_all(results):
    of_all = f"--configfile {results}/tiny/comparison.yaml"
    for config in (TINY | {"ensemble": ["base", "views"]}, {"experiment": "tiny-ensemble"}):
        assert own_command("export", config, results) == f"snakemake export {of_all}"
    variant = {"experiment": "tiny-views"}
    assert own_command("export", variant, results) == (
        f"snakemake {results}/tiny-views/export/README.md {of_all}"
    )
    asked = own_command("catalogue", variant | GALAXIES, results)
    assert asked.startswith(f"snakemake {results}/tiny-views/catalogues/mine/README.md {of_all}")
    asked = own_command("catalogue", variant | {"galaxies": "a/b.zip"}, results)
    assert "/catalogues/b/README.md" in asked


def test_without_a_config_of_its_own_there_is_no_command(results):
    assert own_command("export", {}, results) is None
    assert own_command("export", {"experiment": "other"}, results) is None
    (results / "tiny" / "config.yaml").write_text(yaml.safe_dump(TINY | {"seeds": [0]}))
    assert own_command("export", {"experiment": "tiny"}, results) is None
    assert [folder.name for folder in finished_in(results)] == [
        "tiny",
        "tiny-ensemble",
        "tiny-views",
    ]


def test_what_would_retrain_is_named_with_both_values():
    written = copy.deepcopy(TINY)
    made_with = validated(written, SCHEMA)
    assert retraining_differences(made_with, made_with) == []
    kept = {"save_minutes": 7, "tta": {"rotations": 1}, "stream": True}
    assert retraining_differences(made_with, validated(written | kept, SCHEMA)) == []
    written["stages"][1]["epochs"] = 5
    written["survey"]["crop"] = 200
    assert retraining_differences(made_with, validated(written | kept, SCHEMA)) == [
        "survey.crop 224 -> 200",
        "stages[1].epochs 2 -> 5",
    ]
    scaled = validated(TINY | {"epochs_scale": 2, "seeds": [0]}, SCHEMA)
    assert retraining_differences(made_with, scaled)[:2] == [
        "seeds [0, 1] -> [0]",
        "stages[0].epochs 1 -> 2",
    ]
    tree = [{"text": "Odd?", "parent": None, "answers": [{"name": "yes", "column": "odd"}]}]
    own_tree = made_with | {"tree": tree}
    assert retraining_differences(made_with, own_tree) == ["tree galaxy_zoo_2 -> ..."]


def test_a_config_of_an_earlier_version_may_lack_keys_of_stages():
    before = validated(copy.deepcopy(TINY), SCHEMA)
    del before["deterministic"]
    named = retraining_differences(before, validated(copy.deepcopy(TINY), SCHEMA))
    assert named == ["deterministic not set -> True"]
