"""Encoders of a hub, by name: from a hub on loopback, from its cache, and refused in a sentence."""

import json
import pickle

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load

from galaxyzoo.engine.checkpoints import normalisation_metadata, save_checkpoint
from galaxyzoo.engine.hub import fetched_encoder
from galaxyzoo.engine.loaded_networks import new_network, restored_network
from galaxyzoo.engine.pretrained import head_is_for, learnt_by, starting_weights
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.errors import InputError
from hub_server import ENCODER, encoder_files, served
from tiny_network import BACKBONE, MODEL, same
from trees import GALAXY_ZOO_2

NAME = f"hf-hub:{ENCODER}"


@pytest.fixture
def hub(tmp_path):
    with served(encoder_files(BACKBONE), tmp_path / "cache") as hub:
        yield hub


def refused(name: str = NAME, backbone: str = BACKBONE) -> str:
    """The sentence with which an encoder is refused."""
    with pytest.raises(InputError) as error:
        fetched_encoder(name, backbone)
    return str(error.value)


def network_from(path, encoder):
    """A network that begins with an encoder, through the file that the rule keeps."""
    state = starting_weights(BACKBONE, str(encoder.weights))
    save_checked(state, path, normalisation_metadata(encoder._asdict()))
    return new_network(MODEL, GALAXY_ZOO_2, path, np.full(37, 0.2), 0.0, 1)


def test_an_encoder_has_its_weights_its_commit_and_what_its_card_says(hub):
    encoder = fetched_encoder(NAME, BACKBONE)
    assert same(
        starting_weights(BACKBONE, str(encoder.weights)), load(hub.files["model.safetensors"])
    )
    assert encoder.origin() == {
        "commit": hub.commit,
        "has_card": True,
        "licence": "mit",
        "galaxy_zoo_names": ["galaxy zoo"],
    }
    learnt = learnt_by(str(encoder.weights))
    assert not learnt.known
    assert not len(learnt.galaxies)


def test_pictures_are_normalised_as_the_encoder_s_were_in_every_later_network(hub, tmp_path):
    network = network_from(tmp_path / "start.safetensors", fetched_encoder(NAME, BACKBONE))
    assert network.mean.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3])  # of encoder_files
    assert network.std.flatten().tolist() == pytest.approx([0.9, 0.8, 0.7])
    path = tmp_path / "seed0" / "stages" / "all.pt"
    path.parent.mkdir(parents=True)
    save_checkpoint(network, path, MODEL, {})
    images = torch.rand(2, 3, 32, 32)
    restored = restored_network(path, MODEL, GALAXY_ZOO_2)
    assert torch.equal(restored.eval()(images), network.eval()(images))
    further = tmp_path / "further.safetensors"
    save_checked(starting_weights(BACKBONE, str(path)), further, head_is_for(str(path)))
    again = new_network(MODEL, GALAXY_ZOO_2, further, np.full(37, 0.2), 0.0, 1)
    assert torch.equal(again.eval()(images), network(images))


def test_without_a_network_the_copy_in_the_cache_is_taken(hub, monkeypatch):
    first = fetched_encoder(NAME, BACKBONE)
    hub.close()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert fetched_encoder(NAME, BACKBONE) == first
    assert fetched_encoder(f"{NAME}@{first.commit}", BACKBONE) == first
    (first.weights.parent / "README.md").unlink()
    assert not fetched_encoder(NAME, BACKBONE).has_card
    first.weights.unlink()
    assert "has no copy" in refused()


def test_without_a_network_and_a_copy_it_says_what_to_carry_where(hub, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    told = refused()
    assert f"{NAME} cannot be fetched: no hub answers at {hub.address}, and " in told
    assert f"{constants.HF_HUB_CACHE} has no copy: fetch it where there is a network" in told


def test_a_revision_stays_while_the_newest_moves_on(hub, caplog):
    caplog.set_level("INFO")
    pinned = f"{NAME}@{hub.commit}"
    first = fetched_encoder(NAME, BACKBONE)
    assert f"and {pinned} stays there" in caplog.text
    hub.files["README.md"] = b"# A card without a head\n"
    newest = fetched_encoder(NAME, BACKBONE)
    assert newest.commit == hub.commit != first.commit
    assert newest.licence is None
    assert newest.galaxy_zoo_names == []
    assert fetched_encoder(pinned, BACKBONE) == first


def test_weights_that_torch_wrote_are_taken_where_there_are_no_others(hub, tmp_path):
    state = load(hub.files.pop("model.safetensors"))
    torch.save(state, tmp_path / "model.bin")
    hub.files["pytorch_model.bin"] = (tmp_path / "model.bin").read_bytes()
    del hub.files["README.md"]
    encoder = fetched_encoder(NAME, BACKBONE)
    assert same(starting_weights(BACKBONE, str(encoder.weights)), state)
    assert not encoder.has_card


def test_an_encoder_that_is_not_there_or_not_timm_s_is_a_sentence(hub):
    assert "Repository Not Found for url" in refused("hf-hub:nobody/nothing")
    assert "Revision Not Found for url" in refused(f"{NAME}@gone")
    told = refused(backbone="test_efficientnet")
    assert f"{NAME} is a test_resnet, and model.backbone is test_efficientnet; write" in told
    assert f"{{backbone: test_resnet, weights: '{NAME}'}}" in told
    weights = hub.files.pop("model.safetensors")
    assert "it has no model.safetensors, as timm's models have" in refused()
    hub.files["model.safetensors"] = weights
    hub.files["config.json"] = b'{"model_type": "vit"}'
    assert "names no timm architecture" in refused()
    own = {"architecture": BACKBONE, "model_args": {"act_layer": "silu", "num_classes": 3}}
    hub.files["config.json"] = json.dumps(own).encode()
    assert "that was built with other act_layer than timm's" in refused()
    del hub.files["config.json"]
    assert "it has no config.json, as timm's models have" in refused()


def test_a_damaged_copy_in_the_cache_is_told_and_fetched_anew(hub, caplog):
    first = fetched_encoder(NAME, BACKBONE)
    whole = first.weights.read_bytes()
    first.weights.resolve().write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert fetched_encoder(NAME, BACKBONE).weights.read_bytes() == whole
    assert f"{first.weights} is damaged; it is fetched anew" in caplog.text


def test_a_cache_that_cannot_be_written_to_is_told_and_done_without(
    hub, monkeypatch, tmp_path, caplog
):
    (tmp_path / "file").touch()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "file" / "huggingface"))
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    assert fetched_encoder(NAME, BACKBONE).weights.is_relative_to(tmp_path / "home" / "hub")
    assert "huggingface cannot be written to (" in caplog.text


def test_a_checkpoint_of_zoobot_s_gives_its_encoder(hub, tmp_path):
    state = load(hub.files["model.safetensors"])
    path = tmp_path / "zoobot.ckpt"
    entries = {f"encoder.{name}": value for name, value in state.items()}
    entries["head.1.weight"] = torch.zeros(3, 4)
    content = {"epoch": 3, "state_dict": entries, "hyper_parameters": {"name": BACKBONE}}
    torch.save(content, path)
    assert same(starting_weights(BACKBONE, str(path)), state)
    assert not learnt_by(str(path)).known
    torch.save(content | {"state_dict": {"model.weight": torch.zeros(3)}}, path)
    with pytest.raises(InputError, match=r"Lightning's without an encoder as Zoobot has it, since"):
        starting_weights(BACKBONE, str(path))


class Anything:
    """An object of some project's own, as checkpoints with their settings hold."""


def test_a_checkpoint_that_holds_objects_says_why_it_is_not_loaded(tmp_path):
    path = tmp_path / "zoobot.ckpt"
    torch.save({"state_dict": {}, "hyper_parameters": Anything()}, path, pickle_module=pickle)
    with pytest.raises(InputError, match=r"other content could run code, .* save its state_dict"):
        starting_weights(BACKBONE, str(path))
