"""A probe's head is the best one for the body's features, and its penalty is chosen fairly."""

import math
from itertools import chain

import numpy as np
import pandas as pd
import pytest
import torch

from galaxyzoo.engine import probe_features
from galaxyzoo.engine.checkpoints import save_checkpoint
from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.output_layers import OUTPUT_LAYERS
from galaxyzoo.engine.probe import PENALTIES, Head, by_ridge, by_steps, chosen, fit_probe, scale_of
from galaxyzoo.engine.probe_features import in_first_view, kept_features
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.stage_loss import StageLoss
from galaxyzoo.engine.training import pooled_rmse
from tiny_network import AUGMENTATION, BACKBONE, MODEL, galaxies, same
from trees import GALAXY_ZOO_2

VIEWS = 2
PROBE = {
    "name": "probe",
    "size": 32,
    "probe": {"views": VIEWS},
    "loss": "mean_squared_error",
    "class_weights": None,
    "vote_weights": None,
    "batch_size": 16,
}


def linear_network(output: str) -> GalaxyNetwork:
    """The same network with a linear head at every call, of some output layer."""
    torch.manual_seed(0)
    network = GalaxyNetwork(BACKBONE, "linear", output, GALAXY_ZOO_2, 0.0)
    network.set_size(32)
    return network


def patchy(count: int = 64) -> Galaxies:
    """Galaxies whose labels are missing here and there, of some answers together."""
    whole = galaxies(count)
    labels = whole.labels.clone()
    labels[::3, :2], labels[::5, 7] = math.nan, math.nan
    return Galaxies(whole.images, labels, whole.device)


def with_votes() -> Galaxies:
    """Galaxies with counted votes, from one to 60 of the first question, and labels of these."""
    whole = galaxies()
    rng = np.random.default_rng(5)
    votes = torch.from_numpy(rng.integers(1, 20, whole.labels.shape).astype(np.float32))
    return Galaxies(whole.images, whole.labels, whole.device, votes=votes)


@pytest.fixture
def saved(tmp_path):
    return SavedState(tmp_path / "probe.state", {}, save_minutes=5)


def probed(network, saved, train, valid=None, stage=PROBE):
    """Run a probe; its tables, of one row each."""
    tables = []
    valid = valid or galaxies(24)
    fit_probe(
        network, train, valid, stage, AUGMENTATION, 0, saved, lambda *both: tables.extend(both)
    )
    return tables


def kept_of(network, saved, train, stage=PROBE):
    """What a probe fits: kept features, the head it begins with, and the loss."""
    kept = kept_features(network, train, stage, AUGMENTATION, 0, saved)
    layer = network.head[-1]
    begun = Head(layer.weight.detach().clone(), layer.bias.detach().clone(), math.inf)
    return kept, begun, StageLoss(network, train, stage)


@pytest.mark.parametrize("stage", [PROBE, PROBE | {"vote_weights": 20.0}])
def test_ridge_is_least_squares_on_the_augmented_system(saved, stage):
    """NumPy's least squares of the rows and, for the penalty, of one more row for each weight."""
    weighs = stage["vote_weights"] is not None
    train = with_votes() if weighs else patchy()
    kept, begun, loss = kept_of(linear_network("none"), saved, train, stage)
    scale, features = scale_of(kept), np.array(kept.table)
    x = (features - scale.mean.numpy()) * scale.factor.numpy()
    labels = np.tile(train.labels.numpy(), (VIEWS, 1)).astype(np.float64)
    left = labels - begun.raw(torch.from_numpy(features)).numpy()
    weights = np.ones(len(kept))
    if weighs:
        most = [train.votes.numpy()[:, s].sum(axis=1) for s in GALAXY_ZOO_2.slices]
        most = np.max(most, axis=0)
        weights = np.tile(most / (most + 20) / np.mean(most / (most + 20)), VIEWS)
    heads = {head.penalty: head for head in by_ridge(kept, begun, loss)}
    assert list(heads) == list(PENALTIES)
    for penalty in (PENALTIES[1], PENALTIES[4]):
        strength = penalty * (~np.isnan(labels)).sum() / labels.shape[1]
        for column in (0, 7, 20):
            known = ~np.isnan(labels[:, column])
            root = np.sqrt(weights[known])[:, None]
            rows = root * np.c_[x[known], np.ones(known.sum())]
            of_weights = np.sqrt(strength) * np.eye(x.shape[1], x.shape[1] + 1)
            targets = np.r_[root[:, 0] * left[known, column], np.zeros(x.shape[1])]
            solution = np.linalg.lstsq(np.r_[rows, of_weights], targets, rcond=None)[0]
            expected = begun.raw(torch.from_numpy(features))[:, column].numpy() + (
                np.c_[x, np.ones(len(x))] @ solution
            )
            found = heads[penalty].raw(torch.from_numpy(features))[:, column]
            np.testing.assert_allclose(found, expected, atol=2e-5)


def test_steps_end_where_the_closed_form_is(saved):
    kept, begun, loss = kept_of(linear_network("none"), saved, galaxies())
    pairs = zip(by_ridge(kept, begun, loss), by_steps(kept, begun, loss), strict=True)
    for ridge, steps in [pair for pair in pairs if pair[0].penalty > 1e-5]:
        for rows in kept:
            np.testing.assert_allclose(
                ridge.raw(rows.features), steps.raw(rows.features), atol=1e-3
            )


def test_the_logistic_head_has_no_slope_left(saved):
    """At the minimum, the gradient of the mean cross-entropy is the penalty's, and opposite."""
    train = patchy()
    kept, begun, loss = kept_of(
        linear_network("sigmoid"), saved, train, PROBE | {"loss": "cross_entropy"}
    )
    head = next(by_steps(kept, begun, loss))
    scale, features = scale_of(kept), torch.from_numpy(np.array(kept.table))
    labels = train.labels.repeat(VIEWS, 1)
    known = ~labels.isnan()
    residuals = torch.where(known, head.raw(features).sigmoid() - labels.nan_to_num(), 0.0)
    x = (features - scale.mean) * scale.factor
    slope = residuals.double().T @ x.double() / known.sum()
    move = (head.weight - begun.weight) / scale.factor
    np.testing.assert_allclose(slope, -2 * head.penalty * move / len(move), atol=5e-6)
    np.testing.assert_allclose(residuals.sum(dim=0) / known.sum(), 0, atol=5e-5)


@pytest.mark.parametrize("output", OUTPUT_LAYERS)
def test_the_checkpoint_predicts_what_features_times_weights_give(tmp_path, saved, output):
    network, valid = linear_network(output), patchy(24)
    before = pooled_rmse(network, valid, 16)
    body = {name: value.clone() for name, value in network.body.state_dict().items()}
    history, timing = probed(network, saved, patchy(), valid)
    assert same(network.body.state_dict(), body)
    assert history["valid_rmse"].item() < before
    assert history["valid_rmse"].item() == pytest.approx(pooled_rmse(network, valid, 16), rel=1e-5)
    assert (len(history), len(timing)) == (1, 1)

    path = tmp_path / "seed0" / "stages" / "probe.pt"
    path.parent.mkdir(parents=True)
    model = MODEL | {"head": "linear", "output": output}
    save_checkpoint(network, path, model, {})
    again = restored_network(path, model, GALAXY_ZOO_2)
    features = in_first_view(again, valid, 16)
    raw = features @ again.head[-1].weight.T + again.head[-1].bias
    errors = OUTPUT_LAYERS[output].probabilities(raw, GALAXY_ZOO_2) - valid.labels
    error = errors[~valid.labels.isnan()].square().mean().sqrt().item()
    assert history["valid_rmse"].item() == pytest.approx(error, rel=1e-5)


def test_two_probes_end_in_the_same_bits_and_another_seed_in_others(tmp_path):
    heads = []
    for run, seed in (("a", 0), ("b", 0), ("c", 1)):
        network = linear_network("sigmoid")
        saved = SavedState(tmp_path / f"{run}.state", {}, save_minutes=5)
        fit_probe(
            network, galaxies(), galaxies(24), PROBE, AUGMENTATION, seed, saved, lambda *_: None
        )
        heads.append(network.head.state_dict())
    assert same(heads[0], heads[1])
    assert not same(heads[0], heads[2])


def test_a_probe_that_was_stopped_goes_on_after_its_last_whole_view(saved, monkeypatch):
    undisturbed, stopped = linear_network("none"), linear_network("none")
    probed(undisturbed, saved, galaxies())
    probe_features.features_file(saved.path).unlink()
    saved.remove()

    seen = []
    real = probe_features.features_in

    def counted(*arguments):
        for batch in real(*arguments):
            seen.append(len(batch))
            if len(seen) == 6:  # in the second view, of four batches
                raise KeyboardInterrupt
            yield batch

    monkeypatch.setattr(probe_features, "features_in", counted)
    with pytest.raises(KeyboardInterrupt):
        kept_features(stopped, galaxies(), PROBE, AUGMENTATION, 0, saved)
    monkeypatch.setattr(probe_features, "features_in", real)
    assert saved.load()["views"] == 1
    probed(stopped, saved, galaxies())
    assert same(stopped.state_dict(), undisturbed.state_dict())


def test_the_penalty_with_the_lowest_validation_error_is_chosen():
    errors = dict(zip("abcdef", [5.0, 3.0, 4.0, 2.0, 2.5, 6.0], strict=True))
    heads = [Head(None, None, name) for name in errors]
    asked = []

    def error_of(head):
        asked.append(head.penalty)
        return errors[head.penalty]

    best, lowest, tried = chosen(heads[0], iter(heads[1:]), error_of)
    assert (best.penalty, lowest, tried) == ("d", 2.0, 6)
    asked.clear()
    worse = chain(heads[1:], map(heads.__getitem__, [0] * 5))
    assert chosen(heads[3], worse, error_of)[0].penalty == "d"
    assert asked == ["d", "b", "c"]  # two in turn are no better


def test_a_head_that_no_penalty_betters_stays_as_it_was(saved):
    """Validation galaxies that are like none to train on: dark ones are called bright."""
    train = galaxies()
    network = linear_network("sigmoid")
    before = {name: value.clone() for name, value in network.state_dict().items()}
    predicted = network(train.images[:24] / 255.0).detach()
    valid = Galaxies(train.images[:24], torch.zeros_like(predicted), train.device)
    with torch.no_grad():
        network.head[-1].bias.fill_(-20)  # already right about them
    before["head.2.bias"] = network.head[-1].bias.clone()
    history, _ = probed(network, saved, train, valid)
    assert same(network.state_dict(), before)
    assert history["penalty"].item() == math.inf


def test_votes_may_be_learnt_by_a_probe(saved):
    stage = PROBE | {"loss": "dirichlet_multinomial"}
    network, train = linear_network("softmax"), with_votes()
    kept, begun, loss = kept_of(network, saved, train, stage)

    def likelihood(head):
        return sum(
            loss.predicted_and_loss(head.raw(rows.features), rows.labels, rows.votes)[1].item()
            for rows in kept
        )

    heads = [head for head, _ in zip(by_steps(kept, begun, loss), range(4), strict=False)]
    fitted = [likelihood(head) for head in heads]
    assert fitted[0] < likelihood(begun)
    assert fitted == sorted(fitted, reverse=True)


def test_the_tables_of_a_probe_can_be_read_again(tmp_path, saved):
    history, timing = probed(linear_network("none"), saved, galaxies())
    assert list(history) == ["epoch", "train_loss", "valid_loss", "valid_rmse", "lr", "penalty"]
    assert history["lr"].isna().all()
    history.to_csv(tmp_path / "probe.csv", index=False)
    read = pd.read_csv(tmp_path / "probe.csv")
    pd.testing.assert_frame_equal(read, history)
    assert (timing[["images_per_second", "seconds"]] > 0).all(axis=None)
