"""The same promises on a GPU: the same bits, stopped or not, resident or streamed."""

import numpy as np
import pytest
import torch

from galaxyzoo.engine.dataset import Galaxies, load_galaxies
from galaxyzoo.engine.devices import best_device, body_dtype, memory_for
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.schedule import one_cycle
from galaxyzoo.engine.training import Learner
from galaxyzoo.foundation.errors import InputError
from tiny_network import AUGMENTATION, STAGE, galaxies, new_tiny_network, pictures_of, same, train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]


def network_on_gpu() -> GalaxyNetwork:
    network = new_tiny_network()
    network.body_dtype = body_dtype("auto", best_device(), network.body, training=True)
    has_it = torch.cuda.is_bf16_supported(including_emulation=False)  # a T4 has not
    assert network.body_dtype == (torch.bfloat16 if has_it else torch.float32)
    return network.to(best_device(), memory_format=torch.channels_last)


def trained(data: Galaxies) -> dict[str, torch.Tensor]:
    network = network_on_gpu()
    train(network, data, STAGE | {"epochs": 3, "ema": 0.9})
    return network.state_dict()


def test_two_runs_agree_bit_for_bit():
    data = galaxies(device=best_device())
    assert same(trained(data), trained(data))


def test_streamed_galaxies_give_the_same_weights():
    resident, streamed = (galaxies(device=best_device(), streamed=s) for s in (False, True))
    assert resident.images.device == best_device()
    assert streamed.images.device.type == "cpu"
    assert same(trained(resident), trained(streamed))


def test_galaxies_stay_on_the_gpu_where_they_fit():
    crops = np.zeros((4, 40, 40, 3), np.uint8)
    rows, labels = np.arange(4), np.zeros((4, 37))
    data = load_galaxies(crops, labels, rows, 32, 1.0, best_device(), stream=False)
    assert data.images.device == data.labels.device == best_device()
    assert not data.streamed
    assert load_galaxies(crops, labels, rows, 32, 1.0, best_device(), stream=True).streamed


@pytest.mark.parametrize("stream", [False, True])
def test_crops_reach_the_gpu_as_they_are_and_some_that_were_left_out_do_later(stream):
    crops = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    data = load_galaxies(crops, np.zeros((40, 37)), np.arange(40), 32, 1.0, best_device(), stream)
    [*data.batches(data.rows(np.arange(40)[::-1].copy()).split(7)[:3])]
    np.testing.assert_array_equal(pictures_of(data), crops)


def test_a_stage_that_was_stopped_ends_in_the_same_bits():
    class Stop(Exception):
        pass

    def stop(done: int) -> None:
        if done == 2:
            raise Stop

    def learner() -> Learner:
        data = galaxies(device=best_device())
        return Learner(network_on_gpu(), data, STAGE | {"ema": 0.9}, AUGMENTATION, seed=0)

    whole, broken, resumed = learner(), learner(), learner()
    losses = whole.no_losses()
    whole.train_epoch(1, losses, 0, one_cycle, lambda done: None)
    with pytest.raises(Stop):
        broken.train_epoch(1, losses, 0, one_cycle, stop)
    resumed.restore(broken.state())
    resumed.train_epoch(1, losses, 2, one_cycle, lambda done: None)
    assert same(resumed.learned.state_dict(), whole.learned.state_dict())


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_step_never_waits_for_the_gpu(accumulate):
    stage = STAGE | {"ema": 0.9, "gradient_clip": 1.0, "accumulate": accumulate}
    lighting = AUGMENTATION | {"brightness": 0.1, "contrast": 0.1}
    learner = Learner(network_on_gpu(), galaxies(device=best_device()), stage, lighting, seed=0)
    losses = learner.no_losses()
    learner.train_epoch(1, losses, 0, one_cycle, lambda done: None)  # what is made once is made
    torch.cuda.set_sync_debug_mode("error")
    try:
        learner.train_epoch(2, losses, 0, one_cycle, lambda done: None)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_too_large_a_batch_is_a_sentence():
    with (
        pytest.raises(InputError, match=r"batches of 64 pictures of 32 px; lower batch_size"),
        memory_for(64, 32, "batch_size"),
    ):
        torch.empty(2**50, device=best_device())
