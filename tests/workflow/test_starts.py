"""Galaxies that a start has learnt: refused or told where they judge, and not validated on."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from checkout import ROOT, TINY, Checkout, changed
from galaxyzoo.engine.checkpoints import learnt_galaxies, load_checkpoint
from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.plan.config import load_schema, validated

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
HEAD = TINY["stages"][0]
LAST = "seed0/stages/all_large.pt"


def one_stage(name: str, model: dict, **changes) -> dict:
    """An experiment of one seed and one short stage, with a start of its own."""
    model = TINY["model"] | model
    return changed(experiment=name, seeds=[0], stages=[HEAD], model=model) | changes


def refusal(checkout: Checkout, target: str) -> str:
    """The one line with which making a file ends."""
    run = checkout.make(target)
    assert run.returncode != 0, run.stdout
    assert "Traceback" not in run.stdout
    [line] = {line[9:] for line in run.stdout.splitlines() if "Error: " in line[:16]}
    return line


def parts(checkout: Checkout, experiment: str, seed: int = 0) -> pd.Series:
    """The split of an experiment's seed, by GalaxyID."""
    path = checkout.folder / "results" / experiment / f"seed{seed}" / "split.csv"
    return pd.read_csv(path).set_index("GalaxyID")["part"]


def learnt_ids(checkout: Checkout, path: str) -> set[int]:
    """The galaxies that a checkpoint says were learnt."""
    learnt = learnt_galaxies(load_checkpoint(checkout.folder / "results" / path))
    assert learnt.known
    return set(learnt.galaxies["GalaxyID"])


def test_a_checkpoint_knows_the_galaxies_that_its_seed_was_trained_on(finished):
    for seed in (0, 1):
        part = parts(finished, "tiny", seed)
        for stage in ("head", "all_large"):
            ids = learnt_ids(finished, f"tiny/seed{seed}/stages/{stage}.pt")
            assert ids == set(part.index[part == "train"])
    metrics = json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))
    nothing = {"learnt": "none", "galaxies": 0, "holdout_seen": 0, "test_seen": 0}
    assert metrics["starts"] == nothing | {"origins": [], "lists": []}


def test_a_hold_out_that_the_start_learnt_is_refused_or_told_beside_each_result(finished, tmp_path):
    """Under another survey's name, with another crop and hold-out, from a copied checkpoint."""
    checkout = finished.copy(tmp_path)
    shutil.copy(checkout.results / LAST, checkout.folder / "start.pt")
    survey = TINY["survey"] | {"name": "again", "crop": 200, "holdout_seed": 5}
    config = one_stage("again", {"weights": "start.pt"}, survey=survey)
    checkout.write_config(config)
    line = refusal(checkout, "results/again/seed0/stages/head.pt")
    held_out = pd.read_csv(checkout.folder / "results/surveys/again/holdout.csv")["GalaxyID"]
    seen = learnt_ids(checkout, f"tiny/{LAST}") & set(held_out)
    assert 0 < len(seen) < 15
    assert f"model.weights learnt {len(seen)} of the 15 held-out galaxies (such as " in line
    assert "set model.holdout_seen: allow" in line

    checkout.write_config(config | {"model": config["model"] | {"holdout_seen": "allow"}})
    names = ("config.yaml", "finished.json", "submission.csv.gz")
    run = checkout.make(*(f"results/again/{name}" for name in names))
    assert run.returncode == 0, run.stdout
    folder = checkout.folder / "results" / "again"
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["starts"]["learnt"] == "known"
    assert metrics["starts"]["holdout_seen"] == len(seen)
    # The start answers the same questions, so it is scored by itself too.
    of_start = pd.read_parquet(folder / "start_holdout.parquet")
    assert set(of_start["GalaxyID"]) == set(held_out)
    assert 0 < metrics["start"]["rmse"] < metrics["rmse"]["all_zeros"]
    assert not metrics["start"]["recalibration"]["tried"]  # with 9 validation galaxies
    told = f"The starting weights learnt {len(seen)} of the held-out galaxies"
    assert checkout.snakemake("compare", "--cores", "1").returncode == 0
    for path in (folder / "logs" / "submission.log", folder.parent / "comparison.html"):
        assert told in path.read_text(encoding="utf-8"), path
    compared = pd.read_csv(checkout.folder / "results" / "comparison.csv")
    again = compared.set_index("experiment").loc["again"]
    assert again["holdout_seen"] == len(seen)
    assert again["start_rmse"] == pytest.approx(metrics["start"]["rmse"])
    # Those of the start stay among what the next network has learnt.
    ids = learnt_ids(checkout, "again/seed0/stages/head.pt")
    part = parts(checkout, "again")
    assert ids == learnt_ids(checkout, f"tiny/{LAST}") | set(part.index[part == "train"])


def test_no_network_of_a_run_is_validated_on_what_one_of_its_starts_learnt(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    variants = {"further": {"model": {"weights": "results/tiny"}}}
    checkout.write_config(one_stage("paired", {}, variants=variants))
    targets = [f"results/{name}/seed0/split.csv" for name in ("paired", "paired-further")]
    run = checkout.make(*targets)
    assert run.returncode == 0, run.stdout
    base, further = parts(checkout, "paired"), parts(checkout, "paired-further")
    assert base.equals(further)
    assert (base == "valid").sum() == 9
    assert not set(base.index[base == "valid"]) & learnt_ids(checkout, f"tiny/{LAST}")

    checkout.write_config(one_stage("paired", {}, variants=variants, validation=0.5))
    line = refusal(checkout, targets[0])
    assert "validation, model.weights: 22 galaxies are to be validated on, and the start" in line
    assert "learnt all but 9 of the 45 that the hold-out leaves; choose a smaller valid" in line


def test_the_split_of_another_seed_in_its_place_is_refused(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    shutil.copy(checkout.results / "seed1/split.csv", checkout.results / "seed0/split.csv")
    line = refusal(checkout, "results/tiny/seed0/stages/head.pt")
    assert line == (
        "Error: results/tiny/seed0/split.csv is damaged (it is tiny/seed1/split.csv under another "
        "name); delete it and run this again"
    )


def test_a_simulated_start_is_taught_once_for_all_experiments_of_a_folder(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    simulated = {"galaxies": 40, "epochs": 1, "size": 32, "weights": "random"}
    model = {"weights": "simulated", "simulated": simulated, "head": "linear"}
    checkout.write_config(one_stage("begun", model))
    first = "results/begun/seed0/stages/head.pt"
    run = checkout.make(first)
    assert run.returncode == 0, run.stdout
    results = checkout.folder / "results"
    [folder] = (results / "starts").iterdir()
    words = "test_resnet is taught on 40 simulated galaxies first (1 epoch at 32 px), once for all"
    assert f"{words} experiments of this folder that begin so, and kept in " in run.stdout

    # It begins with the body and the head that were taught, and knows the galaxies of both.
    taught = load_checkpoint(folder / "seed0" / "stages" / "all.pt")
    kept = results / "backbones" / f"{folder.name}.safetensors"
    weights = load_file(kept)
    head = [name for name in weights if name.startswith("head_of_galaxies.")]
    assert head
    for name in (*head, "conv1.0.weight"):
        there = name.replace("head_of_galaxies.", "head.") if name in head else f"body.{name}"
        assert torch.equal(weights[name], taught["weights"][there])
    [sky] = (results / "surveys").glob("simulated_*")
    learnt = learnt_galaxies(load_checkpoint(checkout.folder / first))
    assert learnt.known
    assert set(learnt.galaxies["survey"]) == {"tiny", sky.name}
    assert read_note(checkout.folder / first)["seen_galaxy_zoo"] is False
    origin = json.loads(kept.with_suffix(".json").read_text(encoding="utf-8"))
    assert origin["simulated"] == simulated
    assert origin["taught"]["versions"] == taught["provenance"]["versions"]
    assert origin["begun_with"] == {"backbone": "test_resnet", "weights": "random"}

    # Another experiment has it, and one with another recipe has another, of the same galaxies.
    jobs = checkout.would_run(one_stage("other", model, seeds=[3]))
    assert "train_stage seed=3, stage=head" in jobs
    assert not [job for job in jobs if "starts/" in job or sky.name in job or "_weights" in job]
    longer = model | {"simulated": simulated | {"epochs": 2}}
    jobs = checkout.would_run(one_stage("other", longer))
    assert [job for job in jobs if job.startswith("train_stage experiment=starts/")]
    assert not [job for job in jobs if sky.name in job]

    # A variant that begins with it redoes nothing of a finished experiment.
    jobs = checkout.would_run(changed(variants={"begun": {"model": model}}))
    stages = [job for job in jobs if job.startswith(("split", "train_stage"))]
    assert stages
    assert all("experiment=tiny-begun" in job for job in stages)

    # What it was taught on is of no use any more.
    for path in (folder, sky):
        shutil.rmtree(path)
    checkout.write_config(one_stage("begun", model))
    again = checkout.snakemake(first, "--dry-run")
    assert "Nothing to be done" in again.stdout


@pytest.fixture(scope="module")
def unknown(finished, tmp_path_factory) -> Checkout:
    """A checkout in which a network began with weights of which nobody knows the galaxies."""
    checkout = finished.copy(tmp_path_factory.mktemp("unknown"))
    state = torch.load(checkout.results / LAST, weights_only=True)["weights"]
    body = {name[5:]: value for name, value in state.items() if name.startswith("body.")}
    torch.save(body, checkout.folder / "mine.pth")
    (checkout.folder / "list.csv").write_text("objid,z\n587722981742084097,0.1\n")
    model = {"weights": "mine.pth", "seen_galaxy_zoo": True, "training_list": {"table": "list.csv"}}
    checkout.write_config(one_stage("unknown", model))
    run = checkout.make("results/unknown/metrics.json")
    assert run.returncode == 0, run.stdout
    return checkout


def test_weights_that_do_not_tell_what_they_learnt_are_told_to_be_unknown(unknown):
    folder = unknown.folder / "results" / "unknown"
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["starts"]["learnt"] == "unknown"
    log = (folder / "logs" / "evaluate.log").read_text(encoding="utf-8")
    assert "not known which galaxies the starting weights learnt" in log
    assert "No galaxy of tiny could be compared with list.csv, the owners' list of the 1 " in log
    assert metrics["seen_galaxy_zoo"]
    assert not learnt_galaxies(load_checkpoint(folder / "seed0/stages/head.pt")).known


def test_galaxies_in_the_owners_list_are_refused_where_they_judge_and_not_validated_on(unknown):
    held_out = pd.read_csv(unknown.folder / "results/surveys/tiny/holdout.csv")["GalaxyID"]
    before = parts(unknown, "unknown")
    valid = before.index[before == "valid"].to_numpy()
    listed = {"table": "ids.csv", "id_column": "id"}
    model = {"weights": "mine.pth", "training_list": listed}
    unknown.write_config(one_stage("listed", model))
    table = unknown.folder / "ids.csv"
    table.write_text("\n".join(map(str, ["id", held_out[0], *valid])) + "\n")
    split = "results/listed/seed0/split.csv"
    line = refusal(unknown, split)
    assert f"model.weights learnt 1 of the 15 held-out galaxies (such as {held_out[0]})" in line

    # Another list is another file: nothing is left of the one before.
    table.write_text("\n".join(map(str, ["id", *valid])) + "\n")
    run = unknown.make(split)
    assert run.returncode == 0, run.stdout
    after = parts(unknown, "listed")
    assert set(after[valid]) == {"train"}
    assert (after == "valid").sum() == len(valid)
    listing = unknown.snakemake("results/listed/metrics.json", "--dry-run").stdout
    assert "rule find_learnt" not in listing


def seen_by_default(weights: Path, **model) -> bool:
    """What a config that starts from some weights says about Galaxy Zoo's votes."""
    model = TINY["model"] | {"weights": str(weights)} | model
    return validated(changed(model=model), SCHEMA)["model"]["seen_galaxy_zoo"]


def test_a_copied_checkpoint_still_tells_that_it_has_seen_galaxy_zoo(unknown, tmp_path):
    path = tmp_path / "renamed.ckpt"
    shutil.copy(unknown.folder / "results/unknown/seed0/stages/head.pt", path)
    assert seen_by_default(path) is True
    assert seen_by_default(path, seen_galaxy_zoo=False) is False
    shutil.copy(unknown.results / LAST, path)
    assert seen_by_default(path) is False


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("seed{}/predictions/holdout_tta.parquet", "bag/holdout.parquet"),
        ("seed{}/predictions/validation_tta.parquet", "calibration.json"),
    ],
)
def test_another_seed_s_predictions_in_a_seed_s_place_are_refused(finished, tmp_path, file, target):
    checkout = finished.copy(tmp_path)
    own, other = file.format(0), file.format(1)
    # As new as a copy is: an older file would be made anew from the newer stage.
    shutil.copyfile(checkout.results / other, checkout.results / own)
    (checkout.results / target).unlink()
    line = refusal(checkout, f"results/tiny/{target}")
    assert line == (
        f"Error: results/tiny/{own} is damaged (it is tiny/{other} under another name); delete it "
        "and run this again"
    )


@pytest.mark.parametrize(
    ("target", "file"),
    [
        ("seed0/predictions/holdout_tta.parquet", "seed0/stages/all_large.pt"),
        ("seed0/stages/all.pt", "seed0/split.csv"),
        ("submission.csv.gz", "calibration.json"),
        ("report.html", "metrics.json"),
    ],
)
def test_another_experiment_s_files_under_this_one_s_name_are_refused(
    finished, tmp_path, target, file
):
    """Of a folder under another name, Snakemake itself knows only the dates."""
    checkout = finished.copy(tmp_path)
    other = checkout.results.parent / "other"
    checkout.results.rename(other)
    (other / target).unlink()
    checkout.write_config(changed(experiment="other"))
    line = refusal(checkout, f"results/other/{target}")
    why = (
        "has the scores of tiny" if file == "metrics.json" else f"is tiny/{file} under another name"
    )
    assert f"results/other/{file} is damaged (it {why}); delete it and run this again" in line
