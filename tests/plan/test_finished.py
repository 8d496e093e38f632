"""The record of a finished experiment: what its results were made with, and which they are."""

import json

import pytest
import yaml

from checkout import Checkout, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import RECORD, differing_keys, read_finished


def test_the_record_has_the_config_the_stages_and_every_network(finished):
    record = read_finished(finished.results)
    config = yaml.safe_load((finished.results / "config.yaml").read_text(encoding="utf-8"))
    assert record.config == config
    assert record.edited_keys() == []
    assert len(record.stages) == 8
    assert record.stages[1, "all"] == finished.results / "seed1" / "stages" / "all"
    last = [finished.results / f"seed{seed}" / "stages" / "all_large.pt" for seed in (0, 1)]
    assert record.networks == last
    record.require_unchanged(last)


def test_a_file_that_was_made_anew_or_is_gone_is_refused(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    record = read_finished(checkout.results)
    metrics = checkout.results / "metrics.json"
    metrics.write_text(metrics.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(InputError, match=r"metrics.json was made anew since .* run the experiment"):
        record.require_unchanged([metrics])
    metrics.unlink()
    with pytest.raises(InputError, match=r"is not finished: there is no .*metrics.json"):
        record.require_unchanged([metrics])


@pytest.mark.parametrize("text", ["", "[]", '{"config": {}}', '{"stages": 1, "config": {}}'])
def test_a_damaged_record_is_a_sentence(tmp_path, text):
    (tmp_path / RECORD).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"finished.json is damaged .* run the experiment to its"):
        read_finished(tmp_path)


def test_keys_that_differ_are_named_as_messages_name_them():
    one = {"stages": [{"lr": 1}, {"lr": 2}], "tta": {"zooms": [1]}, "seeds": [0]}
    other = {"stages": [{"lr": 1}, {"lr": 3}], "tta": {"zooms": [1, 2]}, "new": 1}
    keys = ["stages[1].lr", "tta.zooms", "seeds", "new"]
    assert list(differing_keys(one, other)) == keys


def test_a_run_that_stopped_after_its_first_job_leaves_the_scores_with_their_settings(
    finished, tmp_path
):
    """config.yaml is of the new run, and everything else of the one before."""
    checkout: Checkout = finished.copy(tmp_path)
    new = changed(tta={"rotations": 1, "flips": False, "zooms": [1.0]})
    new["stages"][1]["epochs"] = 1
    checkout.write_config(new)
    run = checkout.make("results/tiny/config.yaml")
    assert run.returncode == 0, run.stdout
    record = read_finished(checkout.results)
    assert record.config["stages"][1]["epochs"] == 2
    assert record.edited_keys() == ["stages[1].epochs", "tta.rotations", "tta.flips"]
    run = checkout.snakemake("compare", "--cores", "1")
    assert run.returncode == 0, run.stdout
    told = "tiny: config.yaml has another stages[1].epochs, tta.rotations, tta.flips than its"
    assert told in run.stdout
    page = (checkout.folder / "results" / "comparison.html").read_text(encoding="utf-8")
    assert "<code>stages[1].epochs, tta.rotations, tta.flips</code>" in page
    table = (checkout.folder / "results" / "comparison.csv").read_text(encoding="utf-8")
    score = json.loads((checkout.results / "metrics.json").read_text(encoding="utf-8"))
    assert str(score["rmse"]["bag"])[:12] in table
