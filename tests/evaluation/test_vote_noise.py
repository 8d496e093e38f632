"""What the scatter of counted votes costs: by hand, and against chances that are known."""

import numpy as np
import pytest

from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.evaluation.vote_noise import vote_noise_floor
from galaxyzoo.tree.decision_tree import tree_from
from trees import GALAXY_ZOO_2

RING = tree_from([{"answers": [{"column": "ring"}, {"column": "no"}]}])
NAN = float("nan")


def walked(shares: list[np.ndarray], volunteers: int, seed: int) -> np.ndarray:
    """Votes (n, 37) of volunteers who walk down Galaxy Zoo 2's tree, drawn from known chances."""
    rng = np.random.default_rng(seed)
    votes = np.zeros((len(shares[0]), len(GALAXY_ZOO_2.columns)))
    for i in GALAXY_ZOO_2.asking_order:
        parents = list(GALAXY_ZOO_2.parents[i])
        asked = votes[:, parents].sum(axis=1) if parents else np.full(len(votes), volunteers)
        votes[:, GALAXY_ZOO_2.slices[i]] = rng.multinomial(asked.astype(int), shares[i])
    return votes


def test_one_question_by_hand():
    votes = np.array([[5.0, 5], [30, 10], [8, 0]])
    voted = votes / votes.sum(axis=1, keepdims=True)
    # p (1 - p) / (n - 1) of each galaxy; a hundred draws scatter about the root by some 5 %.
    expected = np.sqrt(np.mean([0.25 / 9, 0.75 * 0.25 / 39, 0]))
    assert vote_noise_floor(votes, voted, RING) == pytest.approx(expected, rel=0.15)


def test_down_the_tree_it_is_the_error_of_the_chances_that_votes_were_drawn_from():
    rng = np.random.default_rng(1)
    shares = [rng.dirichlet(np.ones(len(q.answers)), 400) for q in GALAXY_ZOO_2.questions]
    votes = walked(shares, 40, seed=2)
    truth = np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)
    floor = vote_noise_floor(votes, votes / 40, GALAXY_ZOO_2)
    assert floor == pytest.approx(rmse(truth, votes / 40), rel=0.05)  # 400 galaxies


def test_labels_that_are_masked_and_single_votes_count_nowhere():
    votes = np.array([[20.0, 20], [NAN, 5], [1, 0]])
    voted = np.array([[0.5, 0.5], [NAN, NAN], [1, 0]])
    one = vote_noise_floor(votes[:1], voted[:1], RING)
    assert vote_noise_floor(votes[:2], voted[:2], RING) == pytest.approx(one, rel=0.2)
    assert vote_noise_floor(votes[2:], voted[2:], RING) == 0
    assert np.isnan(vote_noise_floor(votes[1:2], voted[1:2], RING))
