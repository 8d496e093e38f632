"""What is off unless a config asks for it: each option does what it says."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from galaxyzoo.engine.augmentation import random_lights, random_maps
from galaxyzoo.engine.checkpoints import handed_on_moments, save_checkpoint
from galaxyzoo.engine.devices import memory_for
from galaxyzoo.engine.ema import WeightAverage
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.losses import LOSSES, balanced
from galaxyzoo.engine.lr_find import lr_find, suggested_lr
from galaxyzoo.engine.network import GalaxyNetwork, layer_groups, layers
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.schedule import SchedulePoint, cosine, one_cycle
from galaxyzoo.engine.training import Learner, adam, pooled_rmse, train_stage
from galaxyzoo.engine.transforms import relight
from galaxyzoo.foundation.errors import InputError
from tiny_network import (
    AUGMENTATION,
    CPU,
    MODEL,
    STAGE,
    galaxies,
    new_tiny_network,
    same,
    train,
    weights_after,
)
from trees import GALAXY_ZOO_2


def test_the_average_of_weights_warms_up():
    network = nn.Linear(1, 1, bias=False)
    average = WeightAverage(network, decay=0.3)
    seen = []
    for value in (1.0, 2.0, 3.0, 4.0):
        nn.init.constant_(network.weight, value)
        average.update()
        seen.append(average.network.weight.item())
    # By hand: the first is copied; then decays of 2/11, 3/12 and (4/13, more than 0.3) 0.3.
    second = 2 / 11 * 1 + 9 / 11 * 2
    third = 0.25 * second + 0.75 * 3
    assert seen == pytest.approx([1, second, third, 0.3 * third + 0.7 * 4])


def unlike_training(data):
    """The same pictures with the opposite labels: whoever learns from the others errs more."""
    return dataclasses.replace(data, labels=1 - data.labels)


def part_way(data):
    """The same pictures with labels half as far from their mean, which training passes by."""
    return dataclasses.replace(data, labels=(data.labels + data.labels.mean(dim=0)) / 2)


def kept(stage, path, stop_after=None, validation=part_way):
    """The history and network of a stage that is validated on galaxies unlike those of training."""
    network, data, tables = new_tiny_network(), galaxies(), []
    learner = Learner(network, data, STAGE | {"epochs": 5} | stage, AUGMENTATION, seed=0)

    def write_tables(history, timing):
        tables.append(history)
        if len(history) == stop_after:
            raise KeyboardInterrupt

    saved = SavedState(path, {}, save_minutes=0)
    train_stage(learner, validation(data), saved, write_tables)
    return tables[-1], network


def test_the_best_epoch_is_kept_where_the_last_is_worse(tmp_path):
    last, ended = kept({}, tmp_path / "last.state")
    best, network = kept({"keep": "best"}, tmp_path / "best.state")
    # Training itself is the same.
    pd.testing.assert_frame_equal(best.drop(columns="begun_rmse"), last)
    errors = best["valid_rmse"]
    assert errors.min() < min(errors.iloc[-1], best["begun_rmse"].iloc[0])
    other = part_way(galaxies())
    assert pooled_rmse(network, other, 16) == pytest.approx(errors.min(), rel=1e-6)
    assert pooled_rmse(ended, other, 16) == pytest.approx(errors.iloc[-1], rel=1e-6)


def test_a_stage_without_a_better_epoch_ends_with_the_weights_that_it_began_with(tmp_path, caplog):
    stage, path = {"keep": "best", "ema": 0.5}, tmp_path / "kept.state"
    with pytest.raises(KeyboardInterrupt):
        kept(stage, path, stop_after=2, validation=unlike_training)
    table, network = kept(stage, path, validation=unlike_training)
    assert (table["valid_rmse"] > table["begun_rmse"]).all()
    assert same(network.state_dict(), new_tiny_network().state_dict())
    assert "no epoch of stage" in caplog.text


def test_a_stage_that_was_stopped_after_its_best_epoch_still_keeps_it(tmp_path):
    _, expected = kept({"keep": "best", "ema": 0.5}, tmp_path / "whole.state")
    with pytest.raises(KeyboardInterrupt):
        kept({"keep": "best", "ema": 0.5}, tmp_path / "stopped.state", stop_after=4)
    _, resumed = kept({"keep": "best", "ema": 0.5}, tmp_path / "stopped.state")
    assert same(resumed.state_dict(), expected.state_dict())


def test_cross_entropy_is_minimised_and_squared_errors_are_told():
    squared, crossed = new_tiny_network(), new_tiny_network()
    stage = STAGE | {"epochs": 1, "lr": 1e-9}  # so that the predictions stay what they were
    tables = [
        train(network, stage=stage | {"loss": loss})[0]
        for network, loss in ((squared, "mean_squared_error"), (crossed, "cross_entropy"))
    ]
    assert tables[0]["train_loss"].tolist() == pytest.approx(tables[1]["train_loss"].tolist())
    assert not same(squared.state_dict(), crossed.state_dict())
    predicted, labels = torch.tensor([[0.5, 0.9, 0.0]]), torch.tensor([[0.5, 0.2, 0.0]])
    # By hand: the mean of ln 2, of -(0.2 ln 0.9 + 0.8 ln 0.1), and of a thousandth of a thousandth.
    expected = (math.log(2) - 0.2 * math.log(0.9) - 0.8 * math.log(0.1) + 1e-6) / 3
    assert LOSSES["cross_entropy"](predicted, labels).item() == pytest.approx(expected)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_sure_and_wrong_prediction_has_a_finite_loss_and_gradient(value):
    predicted = torch.full((1, 1), value, requires_grad=True)
    loss = LOSSES["cross_entropy"](predicted, 1 - predicted.detach())
    loss.backward()
    assert loss.isfinite()
    assert predicted.grad.isfinite()


@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_multiplies_its_galaxys_part_of_the_loss(name):
    labels = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    predicted = torch.tensor([[0.9, 0.2], [0.4, 0.5]])
    first, second = (LOSSES[name](predicted[i : i + 1], labels[i : i + 1]) for i in (0, 1))
    weighted = LOSSES[name](predicted, labels, torch.tensor([[0.5], [1.5]]))
    assert weighted.item() == pytest.approx((0.5 * first + 1.5 * second).item() / 2)


def test_balanced_weights_count_every_class_the_same_and_have_a_mean_of_1():
    labels = torch.eye(3)[[0, 0, 0, 0, 0, 0, 1, 1]]  # six, two and none of a class
    weights = balanced(labels)
    assert weights.flatten().tolist() == pytest.approx([8 / 12, 8 / 4, 0])
    assert (labels @ weights).mean().item() == pytest.approx(1)


def test_balanced_classes_are_learnt_with_other_gradients_from_the_same_start():
    data = galaxies()
    answers = torch.from_numpy(np.repeat([0, 1], [56, 8]))
    classes = dataclasses.replace(data, labels=torch.eye(37)[answers])
    plain, weighted = new_tiny_network(), new_tiny_network()
    stage = STAGE | {"epochs": 1}
    train(plain, classes, stage)
    train(weighted, classes, stage | {"class_weights": "balanced"})
    assert not same(plain.state_dict(), weighted.state_dict())
    rare = [
        network.eval()(classes.images[:, :, :32, :32].float() / 255)[:, 1].mean().item()
        for network in (plain, weighted)
    ]
    assert rare[1] > rare[0]


def test_what_is_counted_is_copied_and_not_averaged():
    network = nn.BatchNorm1d(1)
    average = WeightAverage(network, decay=0.9)
    for count in (3, 7):
        network.num_batches_tracked.fill_(count)
        average.update()
        assert average.network.num_batches_tracked == count


def test_ema_is_what_is_validated_and_handed_on():
    network, data = new_tiny_network(), galaxies()
    history, _ = train(network, data, STAGE | {"ema": 0.9})
    assert history["valid_rmse"].iloc[-1] == pytest.approx(pooled_rmse(network, data, 16))
    assert not same(network.state_dict(), weights_after({}))


def test_moments_that_are_handed_on_change_the_next_stage_and_are_all_it_needs(tmp_path):
    data, stage = galaxies(), STAGE | {"hand_on_moments": True}
    first = Learner(new_tiny_network(), data, stage, AUGMENTATION, seed=0)
    first.train_epoch(1, first.no_losses(), 0, one_cycle, lambda done: None)
    path = tmp_path / "seed0" / "stages" / "first.pt"
    path.parent.mkdir(parents=True)
    save_checkpoint(first.network, path, MODEL, {}, first.moments)

    def second(moments):
        network = restored_network(path, MODEL, GALAXY_ZOO_2, STAGE["dropout"])
        learner = Learner(network, data, stage | {"lr": 1e-4}, AUGMENTATION, 0, moments)
        learner.train_epoch(2, learner.no_losses(), 0, one_cycle, lambda done: None)
        return learner

    moments = handed_on_moments(path)
    resumed, anew = second(moments), second(None)
    assert not same(resumed.network.state_dict(), anew.network.state_dict())
    steps = len(data) // STAGE["batch_size"]
    assert {int(one["step"]) for one in resumed.moments.values()} == {2 * steps}
    assert {int(one["step"]) for one in anew.moments.values()} == {steps}
    assert {group["max_lr"] for group in resumed.optimiser.param_groups} == {1e-4}
    # The same as an optimiser that was never put away.
    first.optimiser.param_groups[:] = [
        group | {"max_lr": 1e-4} for group in first.optimiser.param_groups
    ]
    first.train_epoch(2, first.no_losses(), 0, one_cycle, lambda done: None)
    assert same(first.network.state_dict(), resumed.network.state_dict())


def test_gradient_clip_shortens_long_gradients_and_leaves_short_ones():
    def moved(gradient_clip):
        start = new_tiny_network().state_dict()
        end = weights_after({"gradient_clip": gradient_clip, "weight_decay": 0.0, "epochs": 1})
        return (end["head.7.weight"] - start["head.7.weight"]).norm()

    # Adam divides by the gradient's own size, but for an eps of 1e-8: shorter gradients than that
    # no longer move the weights.
    assert moved(1e-12) < 0.01 * moved(None)
    assert same(weights_after({"gradient_clip": 1e6}), weights_after({}))


def test_cosine_falls_from_the_maximum_without_cycles():
    points = [cosine(step, 10) for step in range(10)]
    assert points[0].lr_factor == 1
    assert points[5].lr_factor == pytest.approx(0.5)
    assert points[9].lr_factor == pytest.approx((1 + math.cos(0.9 * math.pi)) / 2)
    assert {point.momentum for point in points} == {0.9}
    history, _ = train(new_tiny_network(), stage=STAGE | {"schedule": "cosine", "epochs": 4})
    # 4 batches an epoch: the last step of each is 3, 7, 11 and 15 of 16.
    expected = [STAGE["lr"] * (1 + math.cos(math.pi * i / 16)) / 2 for i in (3, 7, 11, 15)]
    assert history["lr"].tolist() == pytest.approx(expected)


def test_layer_decay_lowers_the_rate_from_layer_to_layer():
    network = GalaxyNetwork("test_vit", "fastai", "sigmoid", GALAXY_ZOO_2, dropout=0.0)
    optimiser = adam(network, STAGE | {"layer_decay": 0.5})
    rates = [group["max_lr"] for group in optimiser.param_groups]
    # patch embedding, six blocks with the last norm counted to the last, head
    assert rates == pytest.approx([STAGE["lr"] * 0.5**i for i in range(len(rates))][::-1])
    assert len(rates) == len(layers(network)) == 8
    head = {id(p) for p in optimiser.param_groups[-1]["params"]}
    assert head == {id(p) for p in network.head.parameters()}
    assert not same(weights_after({"layer_decay": 0.5}), weights_after({}))


def test_accumulated_batches_are_as_one_large_batch():
    def weights(**stage):
        network = new_tiny_network("test_vit", dropout=0.0)
        for i, layer in enumerate(network.head):  # what a batch shares among its galaxies
            if isinstance(layer, nn.BatchNorm1d):
                network.head[i] = nn.Identity()
        train(network, galaxies(56), STAGE | stage)
        return network.state_dict()

    apart = weights(batch_size=8, accumulate=2)
    whole = weights(batch_size=16, accumulate=1)
    # 56 galaxies: 3 steps of 16 in both, and 8 are left over, which accumulation does not drop.
    assert not same(apart, whole)
    first = weights(batch_size=8, accumulate=7)
    other = weights(batch_size=56, accumulate=1)
    for name in first:
        torch.testing.assert_close(first[name], other[name], rtol=0, atol=2e-4)


def test_shift_moves_pictures_by_up_to_so_many_widths():
    settings = AUGMENTATION | {"rotation": 0.0, "flip": False, "zoom": [1.0, 1.0], "shift": 0.1}
    maps = random_maps(2000, settings, 1)
    shifts = maps[:, :, 2] / 2  # the picture is 2 wide in the maps' coordinates
    assert np.abs(shifts).max() <= 0.1
    assert shifts.std() == pytest.approx(0.1 / math.sqrt(3), rel=0.05)  # uniform over 0.2
    assert not same(
        weights_after({}, augmentation=settings),
        weights_after({}, augmentation=settings | {"shift": 0.0}),
    )


def test_lighting_changes_brightness_and_contrast():
    grey = torch.tensor([0.25, 0.5, 0.75]).view(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert relight(grey, torch.tensor([[0.0, 1.0]])) == pytest.approx(grey, abs=1e-6)
    brighter = relight(grey, torch.tensor([[math.log(0.6 / 0.4), 1.0]]))
    assert brighter[0, 1, 0, 0].item() == pytest.approx(0.6)
    assert (brighter > grey).all()
    contrasted = relight(grey, torch.tensor([[0.0, 2.0]]))[0, :, 0, 0]
    # logit(0.75) = ln 3; twice that is ln 9, of which the logistic function is 0.9.
    assert contrasted.tolist() == pytest.approx([0.1, 0.5, 0.9])
    both = relight(grey, torch.tensor([[math.log(3), 2.0]]))[0, :, 0, 0]
    # fastai 1 adds first: logits of -ln 3, 0 and ln 3 become 0, ln 3 and ln 9, then 0, ln 9, ln 81.
    assert both.tolist() == pytest.approx([0.5, 0.9, 81 / 82])


def test_lights_are_drawn_as_fastai_does():
    offset, factor = random_lights(4000, AUGMENTATION | {"brightness": 0.1, "contrast": 0.2}, 1).T
    assert np.abs(offset).max() <= math.log(0.6 / 0.4) + 1e-6
    assert (offset > 0).mean() == pytest.approx(0.5, abs=0.04)
    assert 0.8 - 1e-6 <= factor.min() <= factor.max() <= 1.25 + 1e-6
    assert np.median(factor) == pytest.approx(1, abs=0.02)
    assert random_lights(4000, AUGMENTATION, 1) is None
    lit = weights_after({}, augmentation=AUGMENTATION | {"contrast": 0.2})
    assert not same(lit, weights_after({}))


def test_a_compiled_network_learns_the_same():
    network = new_tiny_network(dropout=0.0)  # whose draws compiled code makes otherwise
    network.compile(backend="aot_eager")  # all but torch's own kernels, which take a minute to make
    torch._dynamo.utils.counters.clear()
    history, _ = train(network, stage=STAGE | {"epochs": 1})
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > 0
    plain, _ = train(new_tiny_network(dropout=0.0), stage=STAGE | {"epochs": 1})
    # Other kernels round otherwise: float32 over four steps.
    assert history["train_loss"].tolist() == pytest.approx(plain["train_loss"].tolist(), rel=1e-3)
    assert list(network.state_dict()) == list(new_tiny_network().state_dict())


def test_streamed_galaxies_give_the_same_weights():
    resident, streamed = (
        weights_after({}, data=galaxies(streamed=streamed)) for streamed in (False, True)
    )
    assert same(resident, streamed)


def test_a_gpu_without_memory_names_the_batch_size_and_the_setting_to_lower():
    with (
        pytest.raises(
            InputError, match=r"batches of 64 pictures of 224 px; lower the stage's batch"
        ),
        memory_for(64, 224, "the stage's batch_size"),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_where_no_setting_helps_a_gpu_without_memory_the_error_says_what_does():
    with (
        pytest.raises(InputError, match=r"end what else runs on it, or .* --resources gpu=0$"),
        memory_for(32, 224, None),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory")


@pytest.mark.parametrize("backbone", ["test_vit", "test_convnext", "test_efficientnet"])
def test_other_backbones_learn_and_go_on_at_another_size(tmp_path, backbone):
    network, data = new_tiny_network(backbone), galaxies()
    groups = layer_groups(network)
    assert all(groups)
    parameters = [p for group in groups for p in group]
    assert len({id(p) for p in parameters}) == len(parameters) == len(list(network.parameters()))
    first = pooled_rmse(network, data, 16)
    history, _ = train(network, data, STAGE | {"epochs": 8})
    assert history["valid_rmse"].iloc[-1] < 0.7 * first
    save_checkpoint(network, tmp_path / "stage.pt", MODEL | {"backbone": backbone}, {})
    restored = restored_network(tmp_path / "stage.pt", MODEL | {"backbone": backbone}, GALAXY_ZOO_2)
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(restored.eval()(images), network.eval()(images), rtol=0, atol=0)
    restored.set_size(64)
    assert restored(torch.rand(2, 3, 64, 64)).shape == (2, 37)


def test_a_size_that_a_backbone_cannot_take_is_a_sentence():
    network = GalaxyNetwork("test_vit", "fastai", "sigmoid", GALAXY_ZOO_2, dropout=0.0)
    with pytest.raises(InputError, match=r"test_vit cannot take pictures of 40 px .* patch size"):
        network.set_size(40)


@pytest.mark.parametrize("backbone", ["test_resnet", "test_vit"])
def test_features_are_those_of_each_place_with_the_channels_second(backbone):
    network = new_tiny_network(backbone, dropout=0.0).eval()
    features = network.features(torch.rand(2, 3, 32, 32))
    assert features.shape[:2] == (2, network.body.num_features)
    places = network.body.forward_features(torch.zeros(1, 3, 32, 32)).numel() // features.shape[1]
    own = getattr(network.body, "num_prefix_tokens", 0)  # of no place
    assert features[0, 0].numel() == places - own


def test_the_finder_suggests_a_learning_rate_that_learns():
    stage = STAGE | {"batch_size": 8}
    found = lr_find(Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0))
    assert found["lr"].iloc[0] == pytest.approx(1e-7)
    ratios = found["lr"].to_numpy()[1:] / found["lr"].to_numpy()[:-1]
    assert ratios == pytest.approx(np.full(len(ratios), 1e8 ** (1 / 99)))  # 1e-7 to 10 in 100
    suggested = suggested_lr(found)
    assert found["lr"].iloc[10] <= suggested < found["lr"].iloc[found["loss"].argmin()]
    errors = [
        train(new_tiny_network(), stage=stage | {"lr": lr, "epochs": 3})[0]["valid_rmse"].iloc[-1]
        for lr in (suggested / 100, suggested)
    ]
    assert errors[1] < 0.85 * errors[0]  # of noise, learnt by heart and seen turned
    again = lr_find(Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0))
    assert found.equals(again)


def test_the_finder_smooths_the_losses_of_its_batches():
    stage = STAGE | {"batch_size": 8}
    learner = Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0)
    rates = lr_find(learner)["lr"] / learner.optimiser.param_groups[-1]["max_lr"]
    losses = learner.no_losses()
    Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0).train_epoch(
        1, losses, 0, lambda step, steps: SchedulePoint(rates[step], 0.95), lambda done: None
    )
    # fastai's smoothing: weights of 0.98 ** age, divided by their sum.
    expected = [
        np.average(losses[:count].numpy(), weights=0.98 ** np.arange(count)[::-1])
        for count in range(1, len(losses) + 1)
    ]
    again = Learner(new_tiny_network(), galaxies(), stage, AUGMENTATION, seed=0)
    assert lr_find(again)["loss"][: len(losses)].tolist() == pytest.approx(expected, rel=1e-5)


def test_the_suggestion_is_in_the_middle_of_the_longest_fall():
    lr = np.geomspace(1e-7, 10, 100)
    noise = 0.01 * (-1.0) ** np.arange(100)
    loss = np.interp(np.arange(100), [0, 40, 70, 99], [1.0, 1.0, 0.4, 4.0]) + noise
    # It falls from batch 40 to 70, whose middle is 55; the noise moves that by a few batches.
    suggested = suggested_lr(pd.DataFrame({"lr": lr, "loss": loss}))
    assert lr[48] <= suggested <= lr[62]
    with pytest.raises(InputError, match="the loss did not fall in 100 batches"):
        suggested_lr(pd.DataFrame({"lr": lr, "loss": np.arange(100.0)}))


def test_a_learner_is_restored_in_the_middle_of_accumulated_batches():
    data, stage = galaxies(), STAGE | {"batch_size": 8, "accumulate": 3, "ema": 0.5}

    class Stop(Exception):
        pass

    def stop_after(batches):
        def after_batch(done):
            if done == batches:
                raise Stop

        return after_batch

    def learner():
        return Learner(new_tiny_network(), data, stage, AUGMENTATION, seed=0)

    whole, broken, resumed = learner(), learner(), learner()
    losses, some = whole.no_losses(), whole.no_losses()
    whole.train_epoch(1, losses, 0, cosine, stop_after(100))
    with pytest.raises(Stop):
        broken.train_epoch(1, some, 0, cosine, stop_after(5))
    resumed.restore(broken.state())
    resumed.train_epoch(1, some, 5, cosine, stop_after(100))
    assert torch.equal(some, losses)
    assert same(resumed.learned.state_dict(), whole.learned.state_dict())
    assert whole.train.device == CPU
