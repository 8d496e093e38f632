"""The engine: fastai's head, freezing, schedule and learning rates, and what a stage leaves."""

import pickle
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from galaxyzoo.engine.augmentation import first_view, tta_maps
from galaxyzoo.engine.checkpoints import load_checkpoint, save_checkpoint
from galaxyzoo.engine.dataset import load_galaxies
from galaxyzoo.engine.heads import fastai_head, linear_head
from galaxyzoo.engine.loaded_networks import new_network, restored_network
from galaxyzoo.engine.network import GalaxyNetwork, create_body, layer_groups
from galaxyzoo.engine.prediction import counts_of_views, predict_by_views
from galaxyzoo.engine.pretrained import PACKAGES, packaged_weights, starting_weights
from galaxyzoo.engine.schedule import one_cycle, spread_lr
from galaxyzoo.engine.stage import set_up_stage
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.engine.training import Learner, adam, pooled_rmse
from galaxyzoo.engine.transforms import warp
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import write_index
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.foundation.split_files import write_split
from galaxyzoo.tree.questions import questions_of, without_words
from held_out_galaxies import votes
from tiny_network import (
    AUGMENTATION,
    BACKBONE,
    CPU,
    MODEL,
    STAGE,
    galaxies,
    new_tiny_network,
    pictures_of,
    same,
    train,
)
from trees import GALAXY_ZOO_2

TTA = {"rotations": 1, "flips": False, "zooms": [1.0]}


@pytest.fixture
def network() -> GalaxyNetwork:
    return new_tiny_network()


@pytest.mark.parametrize(("views", "counts"), [(1, [1]), (8, [1, 2, 4, 8]), (12, [1, 2, 4, 8, 12])])
def test_averages_are_compared_over_powers_of_two_and_all_views(views, counts):
    assert counts_of_views(views) == counts


def test_the_head_is_fastais():
    head = fastai_head(8, 37, dropout=0.5)
    features = torch.rand(2, 8, 3, 3)
    pooled = head[0](features)
    torch.testing.assert_close(pooled[:, :8], features.flatten(2).max(dim=2).values)
    torch.testing.assert_close(pooled[:, 8:], features.flatten(2).mean(dim=2))
    assert [type(layer).__name__ for layer in head[1:]] == [
        *("BatchNorm1d", "Dropout", "Linear", "ReLU"),
        *("BatchNorm1d", "Dropout", "Linear"),
    ]
    assert (head[2].p, head[6].p) == (0.25, 0.5)
    assert (head[3].in_features, head[3].out_features, head[7].out_features) == (16, 512, 37)


def test_the_linear_head_is_one_layer_on_the_average():
    head = linear_head(8, 37, dropout=0.5)
    features = torch.rand(2, 8, 3, 3)
    average = features.flatten(2).mean(dim=2)
    expected = average @ head[-1].weight.T + head[-1].bias
    torch.testing.assert_close(head.eval()(features), expected)
    torch.testing.assert_close(head(features.flatten(2)), expected)  # of patches
    assert head[1].p == 0.5


def test_a_frozen_body_learns_nothing_but_batch_normalisation(network):
    before = {name: value.clone() for name, value in network.body.state_dict().items()}
    normalisation = {
        f"{name}.{key}"
        for name, module in network.body.named_modules()
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)
        for key in module.state_dict()
    }
    train(network, stage=STAGE | {"freeze": True})
    after = network.body.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == normalisation


def changed_by(network, **stage) -> set[str]:
    """The entries of a network's body that a stage changes."""
    before = {name: value.clone() for name, value in network.body.state_dict().items()}
    train(network, stage=STAGE | stage)
    after = network.body.state_dict()
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_the_last_blocks_of_a_body_are_trained_with_the_head(network):
    """Timm's test_resnet has a stem and four stages of one block, the last of them layer4."""
    blocks = changed_by(network, freeze={"but_last": 1}, batch_norm="frozen")
    assert blocks
    assert all(name.startswith("layer4.") for name in blocks)
    assert "layer4.0.conv1.weight" in blocks
    assert "layer4.0.bn1.weight" in blocks  # its block is trained
    assert not any("running" in name for name in blocks)


def test_frozen_batch_normalisation_keeps_its_statistics_and_uses_them(network):
    body = {name: value.clone() for name, value in network.body.state_dict().items()}
    assert changed_by(network, freeze=True, batch_norm="frozen") == set()
    assert same(network.body.state_dict(), body)
    whole = changed_by(new_tiny_network(), batch_norm="frozen")
    assert "conv1.0.weight" in whole
    assert not any("running" in name or "num_batches" in name for name in whole)


def test_the_last_blocks_have_the_rates_of_layer_decay(network):
    stage = STAGE | {"freeze": {"but_last": 2}, "batch_norm": "frozen", "layer_decay": 0.5}
    learner = Learner(network, galaxies(), stage, AUGMENTATION, seed=0)
    groups = learner.optimiser.param_groups
    trained = [group["max_lr"] for group in groups if group["params"]]
    # Those of the two highest layers below the head: a half and a quarter of its rate.
    assert trained == pytest.approx([0.25 * STAGE["lr"], 0.5 * STAGE["lr"], STAGE["lr"]])


def test_as_many_blocks_as_there_are_leave_none_frozen(network):
    with pytest.raises(InputError, match=r"has 5 blocks, of which freeze: {but_last: 5} leaves"):
        train(network, stage=STAGE | {"freeze": {"but_last": 5}})


def test_layer_groups_cut_a_resnet_as_fastai_does():
    network = GalaxyNetwork("resnet18", "fastai", "sigmoid", GALAXY_ZOO_2, dropout=0.0)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    modules = [
        {names[id(parameter)].split(".")[1] for parameter in group}
        for group in layer_groups(network)
    ]
    assert modules[0] == {"conv1", "bn1", "layer1", "layer2"}
    assert modules[1] == {"layer3", "layer4"}
    assert sum(len(group) for group in layer_groups(network)) == len(list(network.parameters()))


def test_a_slice_of_learning_rates_is_a_geometric_series(network):
    # fastai's slice(1e-4, 1e-2) over three groups: even_mults gives 1e-4, 1e-3, 1e-2.
    assert spread_lr([1e-4, 1e-2], 3) == pytest.approx([1e-4, 1e-3, 1e-2])
    assert spread_lr(0.1, 3) == [0.1, 0.1, 0.1]
    optimiser = adam(network, STAGE | {"lr": [1e-4, 1e-2]})
    assert [group["max_lr"] for group in optimiser.param_groups] == pytest.approx(
        [1e-4, 1e-3, 1e-2]
    )


def test_one_cycle_rises_for_three_tenths_and_falls():
    points = [one_cycle(step, 100) for step in range(100)]
    factors = [point.lr_factor for point in points]
    # fastai v1: div_factor 25, final_div 25e4, pct_start 0.3, moms (0.95, 0.85).
    assert factors[0] == pytest.approx(1 / 25)
    assert factors[15] == pytest.approx((1 + 1 / 25) / 2)
    assert factors[30] == max(factors) == 1
    assert factors[-1] == pytest.approx(1 / 25e4)
    assert points[0].momentum == points[-1].momentum == 0.95
    assert points[30].momentum == 0.85
    assert [one_cycle(step, 1).lr_factor for step in range(1)] == [pytest.approx(1 / 25)]


def test_a_stage_learns_and_its_history_tells_of_it(network):
    data = galaxies()
    first = pooled_rmse(network, data, 16)
    history, timing = train(network, stage=STAGE | {"epochs": 12})
    assert history["epoch"].tolist() == list(range(1, 13))
    assert history["valid_rmse"].iloc[-1] < first / 2
    assert history["valid_rmse"].iloc[-1] == pytest.approx(pooled_rmse(network, data, 7), rel=1e-5)
    assert history["train_loss"].iloc[-1] < history["train_loss"].iloc[0] / 2
    assert (timing["images_per_second"] > 0).all()


def test_the_training_loss_is_the_mean_over_batches():
    stage = STAGE | {"epochs": 1}
    learner = Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0)
    losses = learner.no_losses()
    learner.train_epoch(1, losses, 0, one_cycle, lambda done: None)
    history, _ = train(new_tiny_network(), stage=stage)
    assert history["train_loss"].tolist() == pytest.approx([losses.mean().item()], rel=1e-6)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    def trained(seed: int) -> dict[str, torch.Tensor]:
        network = new_tiny_network()
        torch.rand(seed)  # whatever was drawn before must not matter
        train(network, seed=seed)
        return network.state_dict()

    once, again, other = trained(3), trained(3), trained(4)
    assert same(once, again)
    assert not same(once, other)


def test_a_loss_that_is_not_finite_names_stage_epoch_batch_and_learning_rate(network):
    data = galaxies()
    order = numpy_generator("order", 0, STAGE["name"], 1).permutation(len(data))
    data.labels[order[3 * STAGE["batch_size"]]] = float("inf")
    with pytest.raises(
        InputError, match=r"became inf in epoch 1, batch 4, at a learning rate of about 0.00"
    ):
        train(network, data)


def test_galaxies_are_loaded_in_the_order_of_the_rows():
    crops = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 40, 40, 3), np.uint8)
    labels = np.arange(6.0)[:, None] * np.ones((1, 37))
    loaded = load_galaxies(crops, labels, np.array([4, 1]), 32, 1.0, CPU, stream=False)
    assert loaded.images.shape == (2, 3, 32, 32)
    assert pictures_of(loaded)[:, 0, 0, 0].tolist() == [4, 1]
    assert loaded.labels[:, 0].tolist() == [4.0, 1.0]


def test_a_checkpoint_gives_back_the_network(tmp_path, network):
    path = tmp_path / "stage.pt"
    save_checkpoint(network, path, MODEL, {"seed": 0})
    restored = restored_network(path, MODEL, GALAXY_ZOO_2)
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(restored.eval()(images), network.eval()(images), rtol=0, atol=0)
    assert [p.name for p in tmp_path.iterdir()] == ["stage.pt"]


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"backbone": "resnet18"}, "its backbone is test_resnet, and"),
        ({"head": "linear"}, "its head is fastai, and model.head is linear"),
        (
            {"output": "tree"},
            "its output is sigmoid, and model.output is tree",
        ),
    ],
)
def test_a_checkpoint_of_another_network_is_refused_in_a_sentence(
    tmp_path, network, model, message
):
    path = tmp_path / "stage.pt"
    save_checkpoint(network, path, MODEL, {"seed": 0})
    with pytest.raises(InputError, match=message):
        restored_network(path, MODEL | model, GALAXY_ZOO_2)


def test_a_checkpoint_of_another_tree_is_refused_in_a_sentence(tmp_path, network):
    path = tmp_path / "stage.pt"
    save_checkpoint(network, path, MODEL, {"seed": 0})
    first, *others = GALAXY_ZOO_2.questions
    turned = replace(GALAXY_ZOO_2, questions=(*others, first))
    with pytest.raises(
        InputError, match=r"stage\.pt is of another decision tree, with the columns C"
    ):
        restored_network(path, MODEL, turned)


def test_a_checkpoint_without_some_weights_is_refused_in_a_sentence(tmp_path, network):
    path = tmp_path / "stage.pt"
    save_checkpoint(network, path, MODEL, {"seed": 0})
    checkpoint = torch.load(path, weights_only=True)
    del checkpoint["weights"]["body.conv1.0.weight"]
    torch.save(checkpoint, path)
    with pytest.raises(InputError, match=r"stage\.pt does not hold the weights of a test_resnet"):
        restored_network(path, MODEL, GALAXY_ZOO_2)


def test_a_file_that_is_no_checkpoint_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "stage.pt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(InputError, match=r"stage\.pt is damaged \(it is no whole checkpoint"):
        load_checkpoint(path)


def test_a_stage_trains_and_validates_on_what_its_network_then_predicts_from(tmp_path):
    """All three look at the crop at the middle of the augmentation's zooms, in the first view."""
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (6, 64, 64, 3), dtype=np.uint8)
    ids = np.arange(6)
    labels = pd.DataFrame(votes(6), columns=list(GALAXY_ZOO_2.columns))
    labels.insert(0, "GalaxyID", ids)
    np.save(tmp_path / "crops.npy", crops)
    write_index(tmp_path / "index.csv", labels, [zlib.crc32(crop.tobytes()) for crop in crops])
    part = ["train"] * 3 + ["valid"] * 2 + ["holdout"]
    write_split(pd.Series(part, pd.Index(ids, name="GalaxyID")), tmp_path / "split.csv")
    save_checked(starting_weights(BACKBONE, "random"), tmp_path / "w.safetensors", {})
    settings = {
        "seed": 0,
        "stage": STAGE,
        "augmentation": AUGMENTATION | {"zoom": [1.6, 2.5]},
        "model": MODEL,
        "tree": without_words(questions_of("galaxy_zoo_2")),
        "precision": "float32",
        "deterministic": True,
        "compile": False,
    }
    files = [tmp_path / name for name in ("w.safetensors", "crops.npy", "index.csv", "split.csv")]
    threads = torch.get_num_threads()  # what it sets holds for all tests of this process
    stage = set_up_stage(settings, *files, threads=threads, stream=False)
    # The geometric mean of 1.6 and 2.5 is 2: the middle 32 of 64 px, and the rest around them.
    seen = np.concatenate([pictures_of(stage.train), pictures_of(stage.valid)])
    np.testing.assert_array_equal(seen, crops[:5])
    whole = torch.from_numpy(crops).permute(0, 3, 1, 2)
    middle = warp(whole, torch.from_numpy(first_view()), 32)
    save_checkpoint(stage.network, tmp_path / "stage.pt", MODEL, {})
    restored = restored_network(tmp_path / "stage.pt", MODEL, GALAXY_ZOO_2)
    [predicted] = predict_by_views(restored, crops, ids, tta_maps(TTA)[:1], [1], 6, CPU)
    with torch.no_grad():
        direct = restored(middle)
    expected = GALAXY_ZOO_2.nearest_consistent(direct.clamp(0, 1).numpy())
    np.testing.assert_allclose(predicted, expected, atol=1e-5)
    error = np.sqrt(((direct[3:5].numpy() - votes(6)[3:5]) ** 2).mean())
    assert pooled_rmse(restored, stage.valid, 2) == pytest.approx(error, rel=1e-4)


def with_a_nan(network: GalaxyNetwork) -> GalaxyNetwork:
    with torch.no_grad():
        next(network.body.parameters()).view(-1)[0] = float("nan")
    return network


def test_weights_and_predictions_that_are_not_finite_are_refused(tmp_path, network):
    spoilt = with_a_nan(network)
    with pytest.raises(InputError, match=r"its body\.conv1\.0\.weight is not finite"):
        save_checkpoint(spoilt, tmp_path / "stage.pt", MODEL, {})
    assert [*tmp_path.iterdir()] == []
    crops, maps = np.zeros((2, 32, 32, 3), np.uint8), tta_maps(TTA)
    with pytest.raises(InputError, match="predicts values that are not finite"):
        predict_by_views(spoilt, crops, np.arange(2), maps, [1], 2, CPU)


def write_torch(path, state):
    torch.save(state, path.with_suffix(".pt"))
    return path.with_suffix(".pt")


def write_safetensors(path, state):
    save_checked(state, path.with_suffix(".safetensors"), {})
    return path.with_suffix(".safetensors")


@pytest.mark.parametrize("write", [write_torch, write_safetensors])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda value: None, r"it has no conv1\.0\.weight"),
        (lambda value: value[:1], r"its conv1\.0\.weight is \(1, 3, 3, 3\), and not \("),
        (lambda value: value * float("nan"), r"its conv1\.0\.weight has values that are not fin"),
    ],
)
def test_what_is_wrong_with_a_file_of_weights_is_a_sentence(tmp_path, write, change, message):
    state = starting_weights(BACKBONE, "random")
    state["conv1.0.weight"] = change(state["conv1.0.weight"])
    path = write(tmp_path / "w", {name: v for name, v in state.items() if v is not None})
    with pytest.raises(InputError, match=message):
        starting_weights(BACKBONE, str(path))


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"nonsense", pickle.dumps(print, 2), b"PK\x03\x04"])
def test_a_file_that_holds_no_weights_is_a_sentence(tmp_path, suffix, content):
    path = tmp_path / f"w{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"it is no whole (torch|safetensors) file of tensors"):
        starting_weights(BACKBONE, str(path))


def test_a_torch_file_of_something_else_is_a_sentence(tmp_path):
    torch.save([1, 2], tmp_path / "w.pt")
    with pytest.raises(InputError, match="it holds a list"):
        starting_weights(BACKBONE, str(tmp_path / "w.pt"))


def test_starting_weights_reach_the_body_and_the_seed_draws_the_head(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_checked(starting_weights(BACKBONE, "random"), path, {"backbone": BACKBONE})
    mean = np.full(37, 0.2)
    one, two, again = (
        new_network(MODEL, GALAXY_ZOO_2, path, mean, 0.0, seed) for seed in (0, 1, 0)
    )
    for name, value in one.body.state_dict().items():
        assert torch.equal(value, two.body.state_dict()[name])
    assert not torch.equal(one.head[3].weight, two.head[3].weight)
    assert torch.equal(one.head[3].weight, again.head[3].weight)


def test_damaged_starting_weights_are_refused(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_checked(starting_weights(BACKBONE, "random"), path, {})
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match=r"weights\.safetensors is damaged \(its tensors are not"):
        new_network(MODEL, GALAXY_ZOO_2, path, np.full(37, 0.2), 0.0, 0)


def test_without_weights_each_seed_has_a_body_of_its_own(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_checked(starting_weights(BACKBONE, "random"), path, {})
    model, mean = MODEL | {"weights": "random"}, np.full(37, 0.2)
    one, other, again = (
        new_network(model, GALAXY_ZOO_2, path, mean, 0.0, seed).body.state_dict()
        for seed in (0, 1, 0)
    )
    assert not torch.equal(one["conv1.0.weight"], other["conv1.0.weight"])
    assert same(one, again)


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "tree", "none"])
def test_a_new_network_starts_near_the_mean_label(tmp_path, output):
    path = tmp_path / "weights.safetensors"
    save_checked(starting_weights(BACKBONE, "random"), path, {"backbone": BACKBONE})
    rng = np.random.default_rng(0)
    shares = [rng.dirichlet(np.ones(len(q.answers)), 1) for q in GALAXY_ZOO_2.questions]
    mean = np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)[0]
    network = new_network(MODEL | {"output": output}, GALAXY_ZOO_2, path, mean, 0.0, seed=0).train()
    with torch.no_grad():
        predicted = network(torch.rand(64, 3, 32, 32)).numpy()
    assert np.abs(predicted.mean(axis=0) - mean).max() < 0.05
    assert predicted.std(axis=0).mean() > 0  # it is a start, not a constant


@pytest.mark.parametrize("backbone", PACKAGES)
def test_packaged_weights_fit_their_backbone_entry_by_entry(backbone):
    state, expected = packaged_weights(backbone), create_body(backbone).state_dict()
    assert {name: value.shape for name, value in state.items()} == {
        name: value.shape for name, value in expected.items()
    }
    # Entries of one shape are told apart by what they hold.
    for name, value in state.items():
        if name.endswith("running_var"):
            assert (value >= 0).all()
        if name.endswith("running_mean"):
            assert (value < 0).any()


def test_random_starting_weights_are_the_same_at_every_call():
    one, two = (starting_weights(BACKBONE, "random") for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_weights_of_another_architecture_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "weights.safetensors"
    save_checked(starting_weights(BACKBONE, "random"), path, {"backbone": BACKBONE})
    with pytest.raises(InputError, match="does not hold the weights of timm's resnet18"):
        starting_weights("resnet18", str(path))


def test_weights_that_timm_does_not_have_are_named_with_those_it_has():
    with pytest.raises(InputError, match=r"no weights 'tv_in2k' of resnet50; it has .*tv_in1k"):
        GalaxyNetwork("resnet50.tv_in2k", "fastai", "sigmoid", GALAXY_ZOO_2, 0.1)


def test_an_unknown_backbone_is_named_with_its_nearest_spellings():
    with pytest.raises(InputError, match=r"'resnet_50'.*nearest: .*resnet50"):
        starting_weights("resnet_50", "pretrained")
