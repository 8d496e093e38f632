"""Labels that nobody gave count in no loss, gradient or error of training."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from galaxyzoo.engine.losses import LOSSES
from galaxyzoo.engine.lr_find import lr_find
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.training import Learner, pooled_rmse
from tiny_network import AUGMENTATION, STAGE, galaxies, new_tiny_network, same, train

NAN = float("nan")


def with_gaps(count: int = 64, streamed: bool = False):
    """Galaxies of whose labels a third is missing, none of them of the first column."""
    data = galaxies(count, streamed=streamed)
    missing = torch.from_numpy(np.random.default_rng(0).random(data.labels.shape) < 1 / 3)
    missing[:, 0] = False
    return replace(data, labels=data.labels.masked_fill(missing, NAN))


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_the_mean_over_the_labels_that_there_are(name):
    rng = torch.Generator().manual_seed(0)
    labels = torch.rand(8, 5, generator=rng)
    labels[torch.rand(8, 5, generator=rng) < 0.4] = NAN
    predicted = torch.rand(8, 5, generator=rng, requires_grad=True)
    loss = LOSSES[name](predicted, labels)
    loss.backward()
    known = ~labels.isnan()
    alone = predicted.detach()[known].requires_grad_()
    expected = LOSSES[name](alone, labels[known])  # as if the cells were not there
    expected.backward()
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(predicted.grad[known], alone.grad)
    assert (predicted.grad[~known] == 0).all()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_the_gradient_of_a_masked_answer_is_0_whatever_is_predicted(name, value):
    predicted = torch.tensor([[0.5, value]], requires_grad=True)
    LOSSES[name](predicted, torch.tensor([[0.25, NAN]])).backward()
    assert predicted.grad[0, 0].isfinite()
    assert predicted.grad[0, 1] == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_a_stage_learns_from_the_labels_that_there_are(loss):
    network, data = new_tiny_network(), with_gaps()
    first = pooled_rmse(network, data, 16)
    stage = STAGE | {"epochs": 12, "loss": loss}
    history, _ = train(network, data, stage=stage)
    assert np.isfinite(history.to_numpy()).all()
    assert history["valid_rmse"].iloc[-1] < first / 2
    # What is masked was learnt from the answers beside it: all labels of a galaxy are the same.
    assert pooled_rmse(network, galaxies(), 16) < first / 2


def test_the_validation_error_is_over_the_labels_that_there_are():
    network, data = new_tiny_network(), with_gaps()
    whole = galaxies()
    known = ~data.labels.isnan()
    squared = [
        pooled_rmse(network, replace(whole, images=whole.images[[i]], labels=one[None]), 1) ** 2
        * int(there.sum())
        for i, (one, there) in enumerate(zip(data.labels, known, strict=True))
    ]
    expected = (sum(squared) / int(known.sum())) ** 0.5
    assert pooled_rmse(network, data, 16) == pytest.approx(expected, rel=1e-5)


def test_a_column_without_labels_is_not_learnt_and_stops_nothing():
    data = with_gaps()
    data.labels[:, 5] = NAN
    network = new_tiny_network()
    history, _ = train(network, data)
    assert np.isfinite(history.to_numpy()).all()


class Stopped(Exception):
    """A stage was stopped after it saved its state."""


@pytest.mark.parametrize("streamed", [False, True])
def test_a_stage_that_goes_on_ends_in_the_same_bits(tmp_path, streamed):
    data = with_gaps(streamed=streamed)
    undisturbed, network = new_tiny_network(), new_tiny_network()
    expected, _ = train(undisturbed, data)
    saved = SavedState(tmp_path / "stage.state", {}, save_minutes=0)
    save = saved.save

    def save_and_stop(state):
        save(state)
        if len(state["history"]) == 1 and len(state["losses"]) == 2:
            raise Stopped

    saved.save = save_and_stop
    with pytest.raises(Stopped):
        train(new_tiny_network(), data, saved=saved)
    history, _ = train(network, data, saved=SavedState(saved.path, {}, save_minutes=5))
    assert same(network.state_dict(), undisturbed.state_dict())
    pd.testing.assert_frame_equal(history, expected)


def test_the_learning_rate_finder_takes_what_is_known():
    learner = Learner(new_tiny_network(), with_gaps(), STAGE, AUGMENTATION, seed=0)
    assert np.isfinite(lr_find(learner)["loss"].iloc[:10]).all()
