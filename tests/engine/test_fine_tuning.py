"""A network that starts from a checkpoint has its body and, for the same answers, its head."""

import numpy as np
import pytest
import torch

from galaxyzoo.engine.checkpoints import save_checkpoint
from galaxyzoo.engine.loaded_networks import new_network, starting_network
from galaxyzoo.engine.pretrained import head_is_for, starting_weights
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.errors import InputError
from tiny_network import BACKBONE, MODEL, new_tiny_network, same
from trees import GALAXY_ZOO_2, RING_TREE


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "seed0" / "stages" / "all_32.pt"
    path.parent.mkdir(parents=True)
    save_checkpoint(new_tiny_network(), path, MODEL, {})
    return path


def started(checkpoint, model=MODEL, tree=GALAXY_ZOO_2, seed=1):
    """A network that starts from a checkpoint, through the file that the rule keeps."""
    path = checkpoint.parent / "start.safetensors"
    save_checked(starting_weights(BACKBONE, str(checkpoint)), path, head_is_for(str(checkpoint)))
    mean = np.full(len(tree.columns), 0.2)
    return new_network(model, tree, path, mean, 0.0, seed)


def test_with_the_same_answers_a_network_begins_where_the_checkpoint_is(checkpoint):
    network = started(checkpoint)
    assert same(network.state_dict(), new_tiny_network().state_dict())
    assert same(network.state_dict(), started(checkpoint, seed=2).state_dict())


@pytest.mark.parametrize("change", [{"output": "softmax"}, {"head": "linear"}, {"tree": RING_TREE}])
def test_with_another_tree_or_kind_of_head_the_head_is_new(checkpoint, change):
    model = MODEL | {name: value for name, value in change.items() if name != "tree"}
    network = started(checkpoint, model, change.get("tree", GALAXY_ZOO_2))
    assert same(network.body.state_dict(), new_tiny_network().body.state_dict())
    old, new = new_tiny_network().head[-1].weight, network.head[-1].weight
    assert new.shape != old.shape or not torch.equal(new, old)


def test_before_training_a_start_is_the_checkpoint_s_own_network(tmp_path, checkpoint):
    network = new_tiny_network()
    network.zoom = 1.25
    save_checkpoint(network, checkpoint, MODEL, {})
    started(checkpoint)
    path = checkpoint.parent / "start.safetensors"
    start = starting_network(path, BACKBONE, GALAXY_ZOO_2)
    assert same(start.state_dict(), network.state_dict())
    assert (start.size_px, start.zoom) == (32, 1.25)
    assert starting_network(path, BACKBONE, RING_TREE) is None  # it answers other questions
    assert starting_network(path, BACKBONE, GALAXY_ZOO_2, bands=5) is None  # it looks at others
    save_checked(starting_weights(BACKBONE, "random"), path, {"backbone": BACKBONE})
    assert starting_network(path, BACKBONE, GALAXY_ZOO_2) is None  # it answers none


def test_a_transformer_goes_on_from_pictures_of_another_size_than_its_own(tmp_path):
    """Its position embeddings are resampled to the model's own size, as between two stages."""
    network = new_tiny_network("test_vit")  # at 32 px, where the model's own size is 160
    path = tmp_path / "seed0" / "stages" / "all_32.pt"
    path.parent.mkdir(parents=True)
    save_checkpoint(network, path, MODEL | {"backbone": "test_vit"}, {})
    state = network.body.state_dict()
    found = starting_weights("test_vit", str(path))
    moved = [name for name, value in state.items() if not torch.equal(value, found[name])]
    assert moved == ["pos_embed"]
    network.set_size(network.body.pretrained_cfg["input_size"][-1])
    assert torch.equal(found["pos_embed"], network.body.pos_embed)


def test_a_checkpoint_that_does_not_fit_is_a_sentence(checkpoint):
    with pytest.raises(InputError, match="it is a checkpoint of test_resnet; give the path"):
        starting_weights("test_efficientnet", str(checkpoint))
    content = bytearray(checkpoint.read_bytes())
    content[len(content) // 2] ^= 1
    checkpoint.write_bytes(bytes(content))
    with pytest.raises(InputError, match="it is no whole torch file of tensors"):
        starting_weights(BACKBONE, str(checkpoint))
