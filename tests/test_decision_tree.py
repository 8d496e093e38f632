"""The tree against its sums, on random values and on real votes."""

from pathlib import Path

import numpy as np
import pytest

from galaxyzoo.decision_tree import GALAXY_ZOO_2
from galaxyzoo.kaggle_files import read_solutions

SAMPLE = Path(__file__).parents[2] / "shared" / "galaxyzoo-sample"


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


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the real sample is not beside the repository")
def test_real_votes_meet_the_sums():
    labels = read_solutions(SAMPLE / "training_solutions_rev1.zip", GALAXY_ZOO_2)
    assert GALAXY_ZOO_2.sum_errors(labels.to_numpy()).max() < 1e-5
