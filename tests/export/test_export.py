"""An exported ensemble, used as its model card says: without PyTorch, and without this project."""

import contextlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file

from checkout import ROOT, TINY, Checkout, changed
from crowd_words import crowd_words
from galaxyzoo.engine.augmentation import first_view, tta_maps
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.engine.prediction import predict_views, ready
from galaxyzoo.export.card import starting_weights_in_words, write_card
from galaxyzoo.plan.labellers import WORDS
from publishing_servers import TOKEN, Hub
from tiny_network import new_tiny_network
from trees import GALAXY_ZOO_2
from warm import run_snakemake

CPU = torch.device("cpu")
# What a machine without PyTorch and this project would say, and what the card's code leaves behind.
ALONE = """
import sys
for name in ("torch", "torchvision", "timm", "galaxyzoo", "onnx"):
    sys.modules[name] = None
{code}
np.savez("found.npz", probabilities=probabilities, before=networks[0])
crops = np.load("crops.npy")
names = ["bag", "networks", "features"]
np.savez("outputs.npz", **dict(zip(names, model.run(names, dict(crops=crops)))))
"""


@pytest.fixture(scope="module")
def exported(finished, tmp_path_factory) -> Checkout:
    checkout = finished.copy(tmp_path_factory.mktemp("exported"))
    run = checkout.make("export")
    assert run.returncode == 0, run.stdout
    return checkout


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Hub() as server:
        yield server


@pytest.fixture(scope="module")
def networks(exported) -> list:
    config = yaml.safe_load((exported.results / "config.yaml").read_text(encoding="utf-8"))
    paths = [f"seed{s}/stages/{config['stages'][-1]['name']}.pt" for s in config["seeds"]]
    return [
        ready(restored_network(exported.results / path, config["model"], GALAXY_ZOO_2), CPU)
        for path in paths
    ]


@pytest.fixture(scope="module")
def used(exported, tmp_path_factory) -> tuple[Path, str]:
    """A copy of the export with a picture and crops, in which the card's code has run alone."""
    folder = tmp_path_factory.mktemp("used")
    for file in (exported.results / "export").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    with zipfile.ZipFile(exported.survey / "raw" / "images_test_rev1.zip") as archive:
        first = next(name for name in archive.namelist() if name.endswith(".jpg"))
        (folder / "galaxy.jpg").write_bytes(archive.read(first))
    np.save(folder / "crops.npy", np.load(exported.survey / "training.npy")[:9])
    card = (folder / "README.md").read_text(encoding="utf-8")
    code = card.partition("```python\n")[2].partition("```")[0]
    run = subprocess.run(
        [sys.executable, "-c", ALONE.format(code=code)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder, run.stdout


def test_onnxruntime_predicts_what_torch_predicts(used, networks):
    folder, _ = used
    crops, found = np.load(folder / "crops.npy"), np.load(folder / "outputs.npz")
    maps = tta_maps(TINY["tta"])
    expected = np.stack(
        [predict_views(network, crops, maps, CPU).mean(dim=0).numpy() for network in networks],
        axis=1,
    )
    np.testing.assert_allclose(found["networks"], expected, atol=1e-4)
    np.testing.assert_allclose(found["bag"], expected.mean(axis=1), atol=1e-4)
    features = features_of(networks[0], crops, np.arange(9), 9, CPU)
    np.testing.assert_allclose(found["features"], features, rtol=1e-3, atol=1e-4)


def test_the_card_s_code_prints_probabilities_that_are_on_the_tree(used):
    folder, printed = used
    found = np.load(folder / "found.npz")
    lines = dict(line.split() for line in printed.splitlines())
    assert list(lines) == list(GALAXY_ZOO_2.columns)
    projected = GALAXY_ZOO_2.nearest_consistent(found["before"])
    np.testing.assert_allclose(found["probabilities"], projected.mean(axis=0), atol=1e-4)
    assert float(lines["Class1.1"]) == pytest.approx(projected.mean(axis=0)[0], abs=1e-4)


def test_the_card_tells_scores_data_and_licences(exported):
    card = (exported.results / "export" / "README.md").read_text(encoding="utf-8")
    head = yaml.safe_load(card.split("---")[1])
    assert head["license"] == "other"
    metrics = json.loads((exported.results / "metrics.json").read_text(encoding="utf-8"))
    low, high = metrics["rmse_interval"]["bag"]
    assert (
        f"{metrics['rmse']['bag']:.4f} (95 % interval over galaxies: {low:.4f} to {high:.4f}"
        in card
    )
    assert "Simulated galaxies with simulated votes" in card
    assert "must not be used as" in card
    assert "The weights of `test_resnet` were random at the start." in card
    assert "encoder had not seen Galaxy Zoo's votes" in card


def test_the_log_is_a_few_plain_lines(exported):
    log = (exported.results / "logs" / "export_ensemble.log").read_text(encoding="utf-8")
    assert "model.onnx" in log.splitlines()[-1]
    assert len(log.splitlines()) < 5, log


def test_safetensors_hold_each_network_s_weights(exported, networks):
    state = load_file(exported.results / "export" / "model.safetensors")
    names = [f"tiny.seed{seed}." for seed in TINY["seeds"]]
    for start, network in zip(names, networks, strict=True):
        own = {n.removeprefix(start): value for n, value in state.items() if n.startswith(start)}
        expected = network.state_dict()
        assert own.keys() == expected.keys()
        assert all(torch.equal(own[name], expected[name]) for name in own)


def test_a_run_publishes_once_and_writes_its_token_nowhere(exported, hub, tmp_path):
    checkout = exported.copy(tmp_path / "run")
    key = "publish={to: huggingface, repository: someone/galaxies"
    variables = {"HF_TOKEN": TOKEN, "HF_ENDPOINT": hub.address, "HF_HUB_DISABLE_XET": "1"}

    def publish(key: str):
        words = ["publish", "--configfile", "tiny.yaml", "--config", f"{key}}}"]
        return run_snakemake(checkout.folder, words, variables, python=sys.executable)

    without = publish(key)
    assert without.returncode != 0
    assert "publish.licence: missing; choose the licence of the networks" in without.stdout
    assert hub.requests == []
    done = publish(f"{key}, licence: cc-by-4.0")
    assert done.returncode == 0, done.stdout
    told = json.loads((checkout.results / "published_huggingface.json").read_text(encoding="utf-8"))
    assert (told["revision"], told["licence"]) == (hub.commits[0], "cc-by-4.0")
    assert f"published at {hub.address}/someone/galaxies, record: " in done.stdout
    card = hub.repositories["someone/galaxies"]["README.md"].decode()
    assert yaml.safe_load(card.split("---")[1])["license"] == "cc-by-4.0"
    again = publish(f"{key}, licence: cc-by-4.0")
    assert again.returncode == 0, again.stdout
    assert len(hub.commits) == 1
    assert TOKEN not in without.stdout + done.stdout + again.stdout
    written = [path for path in checkout.folder.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in written)


def test_nothing_is_trained_for_an_export(exported, tmp_path):
    checkout = exported.copy(tmp_path)
    stages = [*TINY["stages"][:3], TINY["stages"][3] | {"lr": 0.001}]
    checkout.write_config(changed(stages=stages))
    run = checkout.make("export")
    assert run.returncode != 0
    assert "export: it trains nothing, and these stages are missing or out of date" in run.stdout


def test_the_card_tells_that_the_start_learnt_held_out_galaxies(finished, tmp_path):
    metrics = json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))
    names = ("tree_name", "data", "licence_of_data", "views", "crop_px", "project", "commit")
    settings = {
        "members": {"tiny": {"model": TINY["model"]}},
        "card": dict.fromkeys(names, "") | {"words": WORDS["volunteers"]},
    }
    template = ROOT / "workflow" / "report" / "model_card.md.j2"
    members = [Member("tiny.seed0", new_tiny_network(), first_view(), 32, 1.0)]
    told = "**The starting weights learnt 7 of the held-out galaxies"
    for seen in (0, 7):
        starts = metrics["starts"] | {"learnt": "known", "holdout_seen": seen}
        card = tmp_path / "README.md"
        write_card(template, members, GALAXY_ZOO_2, metrics | {"starts": starts}, settings, 3, card)
        assert (told in card.read_text(encoding="utf-8")) == bool(seen)


def test_the_card_tells_the_licence_and_the_commit_of_a_hub_s_encoder():
    name = "hf-hub:someone/encoder"
    model = {"backbone": "test_resnet", "weights": name}
    origin = model | {"commit": "4f2a", "has_card": True, "licence": "mit"}
    told = starting_weights_in_words(model, new_tiny_network(), [origin])
    assert told == (
        f"The starting weights were those of `{name}` at commit 4f2a, whose card states the "
        "licence mit."
    )
    unknown = origin | {"has_card": False, "licence": None}
    told = starting_weights_in_words(model, new_tiny_network(), [unknown])
    assert told.endswith("of which no card was at hand: its licence is to be looked up.")


def test_the_card_tells_how_each_simulated_start_was_taught_and_the_licence_of_what_it_began_with():
    network = new_tiny_network()
    origins = [
        {
            "backbone": "test_resnet",
            "weights": "simulated",
            "simulated": {"galaxies": galaxies, "epochs": 8, "size": 64, "weights": "pretrained"},
            "taught": {"commit": "4f2a", "diff": None},
            "begun_with": {"backbone": "test_resnet", "weights": "pretrained"},
        }
        for galaxies in (500, 600)
    ]
    for origin in origins:
        model = {name: origin[name] for name in ("backbone", "weights", "simulated")}
        told = starting_weights_in_words(model, network, origins)
        assert f"at commit 4f2a, on {origin['simulated']['galaxies']} simulated galaxies" in told
        licence = network.body.pretrained_cfg["license"]
        assert told.endswith(
            "Before that: the starting weights were those of timm's `test_resnet`, which has the "
            f"licence {licence}."
        )


@pytest.mark.parametrize("labelled_by", WORDS)
def test_the_card_says_who_labelled_the_galaxies(finished, tmp_path, labelled_by):
    metrics = json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))
    names = ("tree_name", "data", "licence_of_data", "views", "crop_px", "project", "commit")
    words = WORDS[labelled_by]
    settings = {"members": {}, "card": dict.fromkeys(names, "") | {"words": words}}
    template = ROOT / "workflow" / "report" / "model_card.md.j2"
    write_card(template, [], GALAXY_ZOO_2, metrics, settings, 3, tmp_path / "README.md")
    text = " ".join((tmp_path / "README.md").read_text(encoding="utf-8").split())
    assert f"What would {words['who']} say about a galaxy?" in text
    assert f"It sorts and describes galaxies as {words['people']} would, in" in text
    assert labelled_by == "volunteers" or crowd_words(text) == []


@pytest.mark.parametrize(
    ("bands", "shape", "words"),
    [
        (1, (40, 50), "from a grey picture the 37"),
        (3, (40, 50, 3), "from a colour picture the 37"),
        (5, (40, 50, 5), "from a picture in 5 bands the 37"),
    ],
)
def test_the_card_s_code_cuts_out_the_middle_of_a_picture_with_its_bands(
    finished, tmp_path, bands, shape, words
):
    metrics = json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))
    names = ("tree_name", "data", "licence_of_data", "views", "crop_px", "project", "commit")
    card = dict.fromkeys(names, "") | {"words": WORDS["volunteers"]} | {"tree_name": "galaxy_zoo_2"}
    settings = {"members": {}, "card": card}
    template = ROOT / "workflow" / "report" / "model_card.md.j2"
    write_card(template, [], GALAXY_ZOO_2, metrics, settings, bands, tmp_path / "README.md")
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert words in " ".join(text.split())
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    np.save(tmp_path / "galaxy.npy", pixels)
    if bands < 5:
        Image.fromarray(pixels).save(tmp_path / "galaxy.png")
    middle = re.search(r"^def middle.*?(?=\n\n\n)", text, re.MULTILINE | re.DOTALL)[0]
    reading = re.search(r"^picture = .*$", text, re.MULTILINE)[0]
    given = {"np": np, "Image": Image, "config": {"crop_px": 8}}
    with contextlib.chdir(tmp_path):
        exec(f"{middle}\n{reading}".replace("galaxy.jpg", "galaxy.png"), given)
    crop = given["middle"](given["picture"])
    np.testing.assert_array_equal(crop, pixels.reshape(40, 50, bands)[16:24, 21:29])
