"""The trees of Galaxy Zoo's surveys: complete, in order, and with questions of several parents."""

import numpy as np
import pytest

from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.parents import exclude_each_other, parents_of
from galaxyzoo.tree.questions import questions_of


@pytest.mark.parametrize("name", TREES)
def test_a_question_follows_answers_of_which_a_volunteer_gives_one(name):
    asked_by = {}
    for number, question in enumerate(questions_of(name)):
        parents = parents_of(question["parent"])
        assert set(parents) <= set(asked_by)
        for one in parents:
            for other in set(parents) - {one}:
                assert exclude_each_other(one, other, asked_by)
        asked_by |= {answer["column"]: (number, parents) for answer in question["answers"]}


# The questions of each catalogue's paper, and their answers altogether.
@pytest.mark.parametrize(
    ("name", "questions", "answers"),
    [
        ("galaxy_zoo_decals", 10, 34),
        ("galaxy_zoo_desi", 10, 34),
        ("galaxy_zoo_hubble", 18, 57),
        ("galaxy_zoo_candels", 17, 50),
        ("galaxy_zoo_ukidss", 10, 30),
        ("galaxy_zoo_euclid", 13, 46),
        ("galaxy_zoo_jwst", 12, 39),
    ],
)
def test_number_of_questions_and_answers(name, questions, answers):
    tree = tree_from(questions_of(name))
    assert (len(tree.questions), len(tree.columns)) == (questions, answers)


@pytest.mark.parametrize("name", TREES)
def test_each_answer_has_words_of_its_own_within_its_question(name):
    for question in questions_of(name):
        names = [answer["name"] for answer in question["answers"]]
        assert len(set(names)) == len(names)


def volunteers(tree, how_many):
    """Votes (1, columns) of volunteers who walk down the tree, as shares of all of them."""
    rng = np.random.default_rng(0)
    votes = np.zeros((1, len(tree.columns)))
    for _ in range(how_many):
        given = set()
        for i in tree.asking_order:
            if not tree.parents[i] or given & set(tree.parents[i]):
                answer = rng.integers(tree.slices[i].start, tree.slices[i].stop)
                given.add(int(answer))
                votes[0, answer] += 1
    return votes / how_many


@pytest.mark.parametrize("name", TREES)
def test_the_votes_of_volunteers_who_walk_down_the_tree_meet_its_sums(name):
    tree = tree_from(questions_of(name))
    votes = volunteers(tree, 300)
    np.testing.assert_allclose(tree.sum_errors(votes), 0, atol=1e-12)
    shares = [
        np.divide(votes[:, s], votes[:, s].sum(), out=np.ones_like(votes[:, s]))
        for s in tree.slices
    ]
    np.testing.assert_allclose(np.concatenate(tree.weighted(shares), axis=1), votes, atol=1e-12)
    nearest = tree.nearest_consistent(np.random.default_rng(1).random((5, len(tree.columns))))
    np.testing.assert_allclose(tree.sum_errors(nearest), 0, atol=1e-12)


def test_a_sentence_asks_a_question_of_several_parents_once():
    tree = tree_from(questions_of("galaxy_zoo_decals"))
    values = dict.fromkeys(tree.columns, 0.0) | {
        "smooth-or-featured_smooth": 0.9,
        "how-rounded_round": 0.8,
        "merging_merger": 0.7,
    }
    said = tree.describe(np.array(list(values.values())))
    assert said == "A smooth galaxy, completely round, merging."


def test_a_question_is_left_out_with_all_that_is_asked_below_it():
    setting = {"survey": "galaxy_zoo_hubble", "without": ["one-clump-brightest"]}
    left = {
        answer["column"] for question in questions_of(setting) for answer in question["answers"]
    }
    whole = {
        a["column"] for question in questions_of("galaxy_zoo_hubble") for a in question["answers"]
    }
    # As the tree is published: whether it is central, and, after that, symmetrical and embedded.
    below = ("one-clump", "brightest-clump", "galaxy-symmetrical", "clumps-embedded")
    assert whole - left == {column for column in whole if column.startswith(below)}


def test_hubbles_clumps_in_a_spiral_are_asked_what_disks_are():
    # As drawn on data.galaxyzoo.org (gz3): an arrangement in a spiral leads to the bar, another one
    # to the brightest clump, which leads to symmetry wherever it is.
    parents = {
        question["answers"][0]["column"].rpartition("_")[0]: set(parents_of(question["parent"]))
        for question in questions_of("galaxy_zoo_hubble")
    }
    spiral = "clump-configuration_spiral"
    for question in ("bar", "has-spiral-arms", "bulge-size"):
        assert parents[question] == {"disk-edge-on_no", spiral}
    others = {f"clump-configuration_{kind}" for kind in ("straight-line", "chain")}
    others |= {"clump-configuration_cluster-or-irregular", "clump-count_2"}
    assert parents["one-clump-brightest"] == others
    for question in ("galaxy-symmetrical", "clumps-embedded-larger-object"):
        assert {"brightest-clump-central_yes", "brightest-clump-central_no"} < parents[question]
