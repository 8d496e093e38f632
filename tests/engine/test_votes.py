"""Counted votes in training: their likelihood, how sure a network is of them, and weights."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import dirichlet_multinomial as scipys
from torch.nn.functional import softmax

from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.losses import LOSSES
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.prediction import predicted_dispersion
from galaxyzoo.engine.training import Learner
from galaxyzoo.engine.votes import (
    LARGEST_RAW,
    dirichlet_multinomial,
    dispersion,
    weights_of_votes,
)
from galaxyzoo.tree.decision_tree import tree_from
from tiny_network import AUGMENTATION, BACKBONE, CPU, STAGE, galaxies, same, train
from trees import GALAXY_ZOO_2, RINGS

NAN = float("nan")
RING_AND_KIND = tree_from(RINGS[:2])  # two answers, and three below the first
STAGE_OF_VOTES = STAGE | {"loss": "dirichlet_multinomial", "epochs": 12, "lr": 1e-2}


def random_votes(count: int, tree=RING_AND_KIND, seed: int = 0) -> torch.Tensor:
    """Votes (count, columns) float32, none on some questions."""
    rng = np.random.default_rng(seed)
    votes = rng.integers(0, 30, (count, len(tree.columns)))
    votes[: count // 4, tree.slices[-1]] = 0
    return torch.from_numpy(votes.astype(np.float32))


def likelihood_by_scipy(raw: torch.Tensor, votes: torch.Tensor, tree=RING_AND_KIND) -> float:
    """The negative log-likelihood of all questions, over the number of answers with votes."""
    total, answers = 0.0, 0
    for one, counted in zip(raw.double().numpy(), votes.double().numpy(), strict=True):
        for columns in tree.slices:
            asked = int(counted[columns].sum())
            if asked:
                total -= scipys.logpmf(counted[columns].astype(int), np.exp(one[columns]), asked)
                answers += columns.stop - columns.start
    return total / answers


@pytest.mark.parametrize("tree", [RING_AND_KIND, GALAXY_ZOO_2], ids=["own", "galaxy_zoo_2"])
@pytest.mark.parametrize("scale", [1.0, 3.0])
def test_the_loss_is_scipys_likelihood_over_the_answers_with_votes(tree, scale):
    raw = scale * torch.randn(12, len(tree.columns), generator=torch.Generator().manual_seed(1))
    votes = random_votes(12, tree)
    loss = dirichlet_multinomial(raw, votes, tree)
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(likelihood_by_scipy(raw, votes, tree), rel=1e-6)


def test_unknown_votes_and_questions_that_nobody_was_asked_count_nowhere():
    votes = torch.tensor(
        [[3.0, 5.0, 2.0, 1.0, 0.0], [4.0, 4.0, NAN, 1.0, 3.0], [0.0, 9.0, 0, 0, 0]]
    )
    raw = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    loss = dirichlet_multinomial(raw, votes, RING_AND_KIND)
    loss.backward()
    known = votes.clone()
    known[1, 2:] = 0
    assert loss.item() == pytest.approx(likelihood_by_scipy(raw.detach(), known), rel=1e-6)
    assert (raw.grad[1:, 2:] == 0).all()
    assert (raw.grad[:, :2] != 0).all()
    nothing = dirichlet_multinomial(raw, torch.full((3, 5), NAN), RING_AND_KIND)
    assert nothing.item() == 0


@pytest.mark.parametrize("size", [50.0, -50.0, 1e4])
def test_outputs_of_any_size_have_a_finite_loss_and_gradient(size):
    raw = torch.tensor([[size, -size, size, size, 0.0]], requires_grad=True)
    votes = torch.tensor([[40.0, 0.0, 20.0, 0.0, 20.0]])
    loss = dirichlet_multinomial(raw, votes, RING_AND_KIND)
    loss.backward()
    limited = raw.detach().clamp(-LARGEST_RAW, LARGEST_RAW)
    # Float64 leaves nine digits of such sums of logarithms.
    assert loss.item() == pytest.approx(likelihood_by_scipy(limited, votes), rel=1e-5, abs=1e-5)
    assert raw.grad.isfinite().all()


def test_its_minimum_has_the_mean_and_the_scatter_of_the_crowds():
    rng = np.random.default_rng(0)
    chances = rng.dirichlet([6.0, 3.0, 1.0], 4000)
    votes = np.array([rng.multinomial(40, one) for one in chances])
    tree = tree_from([{"answers": [{"column": one} for one in "abc"]}])
    raw = torch.zeros(1, 3, requires_grad=True)
    optimiser = torch.optim.LBFGS([raw], max_iter=60, line_search_fn="strong_wolfe")
    counts = torch.from_numpy(votes.astype(np.float32))

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = dirichlet_multinomial(raw.expand(4000, 3), counts, tree)
        loss.backward()
        return loss

    optimiser.step(closure)
    # The crowds were drawn so: standard errors of 4000 galaxies are some 2 %.
    np.testing.assert_allclose(raw.detach().exp()[0], [6, 3, 1], rtol=0.08)
    np.testing.assert_allclose(softmax(raw.detach(), 1)[0], [0.6, 0.3, 0.1], atol=0.01)


def test_dispersion_is_one_over_one_and_the_sum_of_concentrations():
    raw = torch.log(torch.tensor([[6.0, 3.0, 1.0, 2.0, 1.0]]))
    found = dispersion(raw, RING_AND_KIND)
    np.testing.assert_allclose(found, [[1 / 10, 1 / 5]], rtol=1e-6)  # 1 / (1 + 9), 1 / (1 + 4)


def test_a_galaxy_of_many_votes_counts_more_up_to_a_limit():
    votes = torch.tensor(
        [[2.0, 3, 2, 0, 0], [20, 30, 10, 10, 0], [NAN, 5, 0, 0, 0], [0, 0, 0, 0, 0]]
    )
    weights = weights_of_votes(votes, 10.0, RING_AND_KIND)
    # n / (n + 10), of the galaxy's question with most votes; an unknown vote is no vote.
    expected = [[5 / 15], [50 / 60], [5 / 15], [0]]
    torch.testing.assert_close(weights, torch.tensor(expected))


def with_votes(volunteers=40, streamed=False):
    """Galaxies whose votes are what their brightness says, for a tree of two answers."""
    data = galaxies(streamed=streamed)
    bright = data.labels[:, :1]
    rng = np.random.default_rng(3)
    counted = torch.from_numpy(rng.binomial(volunteers, bright.numpy()).astype(np.float32))
    votes = torch.cat([counted, volunteers - counted], dim=1)
    return replace(data, labels=torch.cat([bright, 1 - bright], dim=1), votes=votes)


TWO = tree_from([{"answers": [{"column": "bright"}, {"column": "dark"}]}])


def network_of_votes() -> GalaxyNetwork:
    torch.manual_seed(0)
    network = GalaxyNetwork(BACKBONE, "fastai", "softmax", TWO, 0.1)
    network.set_size(32)
    return network


def test_a_network_learns_votes_and_its_predictions_are_the_means():
    network, data = network_of_votes(), with_votes()
    history, _ = train(network, data, stage=STAGE_OF_VOTES)
    errors = history["valid_rmse"]
    assert errors.min() < errors.iloc[0] / 2
    images = data.images[:8] / 255
    raw = network.eval()(images, raw=True)
    torch.testing.assert_close(network(images), softmax(raw, dim=1))
    pixels = data.images.permute(0, 2, 3, 1).numpy()
    unsure = predicted_dispersion(network, pixels, np.arange(10), first_view(), 4, CPU)
    assert unsure.shape == (10, 1)
    assert ((unsure > 0) & (unsure < 1)).all()


def test_streamed_votes_end_in_the_same_bits():
    states = []
    for streamed in (False, True):
        network = network_of_votes()
        train(network, with_votes(streamed=streamed), stage=STAGE_OF_VOTES | {"epochs": 2})
        states.append(network.state_dict())
    assert same(*states)


@pytest.mark.parametrize("loss", ["mean_squared_error", "cross_entropy"])
def test_a_loss_weighs_galaxies_by_their_votes_and_the_mean_weight_in_training_is_1(loss):
    data = with_votes()
    votes = data.votes.clone()
    votes[::2] = torch.tensor([3.0, 2.0])
    data = replace(data, votes=votes)
    network = network_of_votes().eval()
    learner = Learner(network, data, STAGE | {"loss": loss, "vote_weights": 10.0}, AUGMENTATION, 0)
    images, labels, votes = next(data.batches([torch.arange(7)]))
    predicted, found = learner.predicted_and_loss(images / 255, labels, votes)
    # Half of the galaxies have 5 votes, half 40: 5 / 15 and 40 / 50, of which 17 / 30 is the mean.
    few, many = (5 / 15) / (17 / 30), (40 / 50) / (17 / 30)
    weights = torch.tensor([few, many, few, many, few, many, few])
    one = [LOSSES[loss](predicted[i : i + 1], labels[i : i + 1]) for i in range(7)]
    torch.testing.assert_close(found, (weights * torch.stack(one)).mean())
