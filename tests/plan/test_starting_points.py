"""What an experiment starts from: another one that is finished, or a stage of it."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, load_file

from checkout import ROOT, TINY, changed
from galaxyzoo.foundation.checkpoint_notes import add_note
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.finished import RECORD, finished_record
from galaxyzoo.plan.starting_points import file_of_weights, starting_weights_name
from hub_server import ENCODER, encoder_files, served
from warm import run_snakemake

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


@pytest.mark.parametrize("weights", ["results/tiny", "results/tiny/seed1/stages/all_large.pt"])
def test_a_finished_experiment_or_a_stage_of_it_gives_body_and_head(finished, tmp_path, weights):
    checkout = finished.copy(tmp_path)
    model = TINY["model"] | {"weights": weights}
    checkout.write_config(changed(experiment="further", model=model, training_galaxies=4))
    seed = weights.partition("seed")[2][:1] or "0"
    path = checkout.results / f"seed{seed}" / "stages" / "all_large.pt"
    content = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    kept = f"results/backbones/test_resnet-all_large-{content}.safetensors"
    split = "results/further/seed0/split.csv"
    run = checkout.make(kept, split)
    assert run.returncode == 0, run.stdout
    expected = torch.load(path, weights_only=True)["weights"]
    found = load_file(checkout.folder / kept)
    assert len(found) == len(expected)
    head, body = "head_of_galaxies.7.weight", "conv1.0.weight"
    assert torch.equal(found[head], expected["head.7.weight"])
    assert torch.equal(found[body], expected[f"body.{body}"])
    assert (checkout.folder / split).read_text().count(",train") == 4


def test_what_is_no_start_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*gone; give the path"):
        file_of_weights(str(tmp_path / "gone"))
    with pytest.raises(InputError, match=r"is no experiment's folder, since it has no config.yaml"):
        file_of_weights(str(tmp_path))
    (tmp_path / "config.yaml").write_text("seeds: [3]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"is not finished: there is no .*finished.json; run the"):
        file_of_weights(str(tmp_path))


def finished_at(folder: Path, network: Path, content: bytes) -> None:
    """Make a folder that of a finished experiment with one network."""
    network.parent.mkdir(parents=True, exist_ok=True)
    network.write_bytes(content)
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text("seeds: [0]\n", encoding="utf-8")
    record = finished_record(folder, {}, {(0, "a"): network.with_suffix("")}, [network], [network])
    (folder / RECORD).write_text(record, encoding="utf-8")


def test_a_variant_s_network_is_where_its_record_says_and_no_leftover(tmp_path):
    base, variant = tmp_path / "results" / "x", tmp_path / "results" / "x-v"
    network, leftover = (one / "seed0" / "stages" / "a.pt" for one in (base, variant))
    finished_at(variant, network, b"the base's")
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"of an earlier run")
    assert file_of_weights(str(variant)) == str(network)
    around = tmp_path / "results" / ".." / "results" / "x-v"
    assert Path(file_of_weights(str(around))).samefile(network)
    with pytest.raises(InputError, match=r"a.pt is of no stage of the finished experiment x-v: it"):
        file_of_weights(str(leftover))
    finished_at(base, network, b"the base's")
    (tmp_path / "aside").mkdir()
    aside = tmp_path / "aside" / ".." / "results" / "x" / "seed0" / "stages" / "a.pt"
    assert file_of_weights(str(aside)) == str(aside)
    network.write_bytes(b"of a run that goes on")
    with pytest.raises(InputError, match=r"x-v is not finished: .*a.pt was made anew since"):
        file_of_weights(str(variant))


def test_starting_weights_are_named_by_content(tmp_path):
    finished_at(tmp_path / "one", tmp_path / "one" / "seed0" / "stages" / "a.pt", b"1")
    finished_at(tmp_path / "two", tmp_path / "two" / "seed0" / "stages" / "a.pt", b"2")
    models = [{"backbone": "b", "weights": str(tmp_path / name)} for name in ("one", "two")]
    one, two = map(starting_weights_name, models)
    assert one == f"b-a-{hashlib.sha256(b'1').hexdigest()[:12]}"
    assert one != two
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    copied = {"backbone": "b", "weights": str(tmp_path / "copy" / "seed0" / "stages" / "a.pt")}
    assert starting_weights_name(copied) == one
    assert starting_weights_name({"backbone": "b", "weights": "random"}) == "b-random"
    hub = {"backbone": "b", "weights": "hf-hub:c/d@v1"}
    assert starting_weights_name(hub) == "b-hf-hub--c--d@v1"


def test_a_run_fetches_an_encoder_of_a_hub_and_says_that_nobody_knows_what_it_learnt(
    finished, tmp_path
):
    checkout = finished.copy(tmp_path)
    weights = f"hf-hub:{ENCODER}"
    checkout.write_config(
        changed(experiment="of_a_hub", seeds=[0], model=TINY["model"] | {"weights": weights})
    )
    start = "results/backbones/test_resnet-hf-hub--someone--galaxies-test_resnet"
    with served(encoder_files("test_resnet"), tmp_path / "cache") as hub:
        variables = {"HF_ENDPOINT": hub.address, "HF_HUB_CACHE": str(tmp_path / "cache")}
        targets = [f"{start}.safetensors", "results/of_a_hub/seed0/split.csv"]
        arguments = [*targets, "--cores", "1", "--configfile", "tiny.yaml"]
        # A Python of its own, since the hub's client reads these variables when it is imported.
        run = run_snakemake(checkout.folder, arguments, variables, python=sys.executable)
    assert run.returncode == 0, run.stdout
    expected = load(hub.files["model.safetensors"])
    found = load_file(checkout.folder / f"{start}.safetensors")
    assert torch.equal(found["conv1.0.weight"], expected["conv1.0.weight"])
    origin = json.loads((checkout.folder / f"{start}.json").read_text(encoding="utf-8"))
    assert origin == {
        "backbone": "test_resnet",
        "weights": weights,
        "commit": hub.commit,
        "has_card": True,
        "licence": "mit",
        "galaxy_zoo_names": ["galaxy zoo"],
    }
    log = (checkout.folder / f"{start}.log").read_text(encoding="utf-8")
    assert f"{weights} does not tell which galaxies it learnt" in log


@pytest.mark.parametrize("weights", ["results/tiny", "results/tiny/seed1/stages/all_large.pt"])
def test_an_experiment_does_not_start_from_itself(finished, weights):
    model = TINY["model"] | {"weights": weights}
    finished.write_config(changed(model=model))
    run = finished.snakemake("--dry-run")
    finished.write_config(TINY)
    assert run.returncode != 0
    assert f"tiny would start from {weights}, which is a result of tiny, and this" in run.stdout
    assert "Traceback" not in run.stdout


@pytest.mark.parametrize("seen", [True, False])
def test_a_checkpoint_says_whether_it_learnt_galaxy_zoo_s_votes_under_any_name(tmp_path, seen):
    path = tmp_path / "mine.bin"
    with path.open("w+b") as file:
        add_note(file, {"seen_galaxy_zoo": seen})
    config = validated(changed(model=TINY["model"] | {"weights": str(path)}), SCHEMA)
    assert config["model"]["seen_galaxy_zoo"] is seen
    finished_at(tmp_path / "x", tmp_path / "x" / "seed0" / "stages" / "a.pt", path.read_bytes())
    config = validated(changed(model=TINY["model"] | {"weights": str(tmp_path / "x")}), SCHEMA)
    assert config["model"]["seen_galaxy_zoo"] is seen
