"""The tree against its sums, on random values and on real votes."""

from pathlib import Path

import numpy as np
import pytest

from galaxyzoo.surveys.labels import read_labels
from galaxyzoo.tree.decision_tree import shared_out, tree_from
from galaxyzoo.tree.questions import questions_of, without_words
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE, RINGS, VOTES_FOR_TREE

SAMPLE = Path(__file__).parents[3] / "shared" / "galaxyzoo-sample"


def random_probabilities(rows: int = 500) -> np.ndarray:
    return np.random.default_rng(1).random((rows, len(GALAXY_ZOO_2.columns)))


def random_votes(rows: int = 500) -> np.ndarray:
    rng = np.random.default_rng(2)
    shares = [rng.dirichlet(np.ones(len(q.answers)), rows) for q in GALAXY_ZOO_2.questions]
    return np.concatenate(GALAXY_ZOO_2.weighted(shares), axis=1)


def row(**answers: float) -> np.ndarray:
    """Probabilities that are 0 but for the answers given, such as Class1_1=1."""
    values = np.zeros(len(GALAXY_ZOO_2.columns))
    for name, value in answers.items():
        values[GALAXY_ZOO_2.columns.index(name.replace("_", "."))] = value
    return values


def test_columns_are_kaggles():
    assert len(GALAXY_ZOO_2.columns) == 37
    assert GALAXY_ZOO_2.columns[:4] == ("Class1.1", "Class1.2", "Class1.3", "Class2.1")
    assert GALAXY_ZOO_2.columns[-1] == "Class11.6"


def test_weighted_shares_meet_the_sums_written_out():
    votes = random_votes()
    by_name = dict(zip(GALAXY_ZOO_2.columns, votes.T, strict=True))

    def total(question: int, answers: int) -> np.ndarray:
        return sum(by_name[f"Class{question}.{k}"] for k in range(1, answers + 1))

    # The sums as the competition's page states them, not as the table derives them.
    for question, answers, expected in [
        (1, 3, 1.0),
        (2, 2, by_name["Class1.2"]),
        (3, 2, by_name["Class2.2"]),
        (4, 2, by_name["Class2.2"]),
        (5, 4, by_name["Class2.2"]),
        (6, 2, 1.0),
        (7, 3, by_name["Class1.1"]),
        (8, 7, by_name["Class6.1"]),
        (9, 3, by_name["Class2.1"]),
        (10, 3, by_name["Class4.1"]),
        (11, 6, by_name["Class4.1"]),
    ]:
        np.testing.assert_allclose(total(question, answers), expected, atol=1e-12)
    assert GALAXY_ZOO_2.sum_errors(votes).max() < 1e-12


def test_sum_errors_name_the_question_that_is_off():
    votes = random_votes(1)
    votes[0, GALAXY_ZOO_2.columns.index("Class9.3")] += 0.25
    errors = GALAXY_ZOO_2.sum_errors(votes)[0]
    assert errors[8] == pytest.approx(0.25)
    assert np.delete(errors, 8).max() < 1e-12


def test_nearest_consistent_values_meet_the_sums_and_are_nearer_to_every_vote():
    given, votes = random_probabilities(), random_votes()
    nearest = GALAXY_ZOO_2.nearest_consistent(given)
    assert GALAXY_ZOO_2.sum_errors(nearest).max() < 1e-9
    assert nearest.min() >= 0

    def distance(values: np.ndarray) -> np.ndarray:
        return ((values - votes) ** 2).sum(axis=1)

    assert (distance(nearest) <= distance(given)).all()


def test_consistent_values_stay_as_they_are():
    votes = random_votes()
    np.testing.assert_allclose(GALAXY_ZOO_2.nearest_consistent(votes), votes, atol=1e-9)


def test_all_zeros_become_consistent_too():
    nearest = GALAXY_ZOO_2.nearest_consistent(np.zeros((1, 37)))
    assert GALAXY_ZOO_2.sum_errors(nearest).max() < 1e-9


def test_a_galaxy_is_described_by_the_answers_on_its_path():
    spiral = row(Class1_2=1, Class2_2=1, Class3_2=1, Class4_1=1, Class5_3=1, Class6_2=1)
    spiral += row(Class10_1=1, Class11_2=1)
    assert GALAXY_ZOO_2.describe(spiral) == (
        "A galaxy with features or a disc, without a bar, with a spiral pattern, tightly wound, "
        "two arms, an obvious bulge."
    )
    ring = row(Class1_1=1, Class7_1=1, Class6_1=1, Class8_1=1)
    assert GALAXY_ZOO_2.describe(ring) == (
        "A smooth galaxy, completely round, something odd, a ring."
    )
    assert GALAXY_ZOO_2.describe(row(Class1_3=1, Class6_2=1)) == "A star or an artifact."
    # Volunteers who said so were asked no more, not even whether it is odd.
    odd_star = row(Class1_3=0.9, Class1_1=0.1, Class6_1=1, Class8_6=1)
    assert GALAXY_ZOO_2.describe(odd_star) == "A star or an artifact."


# Trees of one's own


def test_a_tree_from_the_config_has_its_columns_names_and_phrases():
    assert RING_TREE.columns == ("ring", "no", "inner", "outer", "other", "z")
    assert [q.number for q in RING_TREE.questions] == [1, 2, 3]
    assert [a.name for a in RING_TREE.answers.values()][:3] == ["ring", "no ring", "inner"]
    assert [a.phrase for a in RING_TREE.answers.values()][:3] == ["a ring", "", "inner"]
    assert RING_TREE.parents == ((), (0,), ())


def test_without_words_a_tree_has_the_same_columns_and_sums():
    bare = tree_from(without_words(RINGS))
    assert "ring?" not in str(without_words(RINGS))
    assert bare.columns == RING_TREE.columns
    np.testing.assert_array_equal(bare.sum_equations[0], RING_TREE.sum_equations[0])


def test_galaxy_zoo_2_is_a_tree_like_any_other_with_words_and_without():
    questions = questions_of("galaxy_zoo_2")
    assert questions_of(questions) == questions
    assert questions[0]["answers"][1]["phrase"] == "a galaxy with features or a disc"
    assert "galaxy" not in str(without_words(questions))
    bare = tree_from(without_words(questions))
    assert bare.columns == GALAXY_ZOO_2.columns
    assert bare.parents == GALAXY_ZOO_2.parents


@pytest.mark.parametrize("tree", [RING_TREE, VOTES_FOR_TREE, NUMBER_TREE])
def test_a_single_answer_sums_to_nothing_and_stays_between_0_and_1(tree):
    given = np.random.default_rng(0).normal(0.5, 1, (200, len(tree.columns)))
    nearest = tree.nearest_consistent(given)
    assert tree.sum_errors(nearest).max() < 1e-9
    assert nearest.min() >= 0
    assert nearest.max() <= 1
    np.testing.assert_allclose(tree.nearest_consistent(nearest), nearest, atol=1e-9)


def test_a_number_by_itself_is_only_clipped():
    given = np.array([[-0.5], [0.3], [1.5]])
    np.testing.assert_array_equal(NUMBER_TREE.nearest_consistent(given), [[0], [0.3], [1]])
    assert NUMBER_TREE.sum_errors(given).max() == 0


def test_what_a_single_answer_leads_to_sums_to_it():
    assert VOTES_FOR_TREE.sum_errors(np.array([[0.4, 0.3, 0.1]])).max() < 1e-12
    assert VOTES_FOR_TREE.sum_errors(np.array([[0.4, 0.3, 0.3]])).tolist() == pytest.approx(
        np.array([[0, 0.2]])
    )


@pytest.mark.parametrize(
    ("tree", "values", "sentence"),
    [
        (RING_TREE, [0.8, 0.2, 0.1, 0.5, 0.2, 0.046], "A ring, outer, redshift 0.05."),
        (RING_TREE, [0.3, 0.7, 0.1, 0.1, 0.1, 0.5], "Redshift 0.50."),
        (VOTES_FOR_TREE, [0.6, 0.4, 0.2], "Odd 0.60, arc."),
        (VOTES_FOR_TREE, [0.4, 0.3, 0.1], "Odd 0.40."),
    ],
)
def test_the_sentence_of_ones_own_tree_tells_answers_and_numbers(tree, values, sentence):
    assert tree.describe(np.array(values)) == sentence


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the real sample is not beside the repository")
def test_real_votes_meet_the_sums():
    labels = read_labels(SAMPLE / "training_solutions_rev1.zip", GALAXY_ZOO_2)
    assert GALAXY_ZOO_2.sum_errors(labels.to_numpy()).max() < 1e-5


def test_a_question_without_any_votes_is_shared_out_equally():
    shares = shared_out(np.array([[0.0, 0, 0, 0], [1, 1, 2, 0]]))
    np.testing.assert_array_equal(shares, [[0.25] * 4, [0.25, 0.25, 0.5, 0]])


def test_a_sentence_says_only_what_is_known():
    nan = np.nan
    for votes, sentence in (
        ([0.8, 0.2, 0.6, 0.1, 0.1, 0.25], "A ring, inner, redshift 0.25."),
        ([0.8, 0.2, 0.6, nan, 0.1, 0.25], "A ring, redshift 0.25."),
        ([0.8, nan, 0.6, 0.1, 0.1, nan], "No label of the first questions."),
    ):
        assert RING_TREE.describe(np.array(votes)) == sentence
    assert RING_TREE.favourite_path(np.array([nan, 0.2, 0.6, 0.1, 0.1, 0.3])) == [5]
