"""Held-out galaxies ranked, and which of them stand on the sheets."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.evaluation.held_out import held_out
from galaxyzoo.evaluation.rankings import (
    SHEET_GALAXIES,
    SHEETS,
    disagreements,
    galaxy_errors,
    ranked_galaxies,
    sheet_positions,
)
from held_out_galaxies import ranked, table, votes
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE


def test_a_galaxy_s_error_is_over_its_own_columns():
    voted = votes(3)
    predicted = voted + np.array([[0.0], [0.1], [-0.2]])
    np.testing.assert_allclose(galaxy_errors(predicted, voted), [0, 0.1, 0.2], atol=1e-12)


def test_disagreement_is_over_the_answers_that_one_sentence_alone_tells():
    voted = np.array([[0.9, 0.1, 0.02, 0.03, 0.85, 0.2]] * 3)
    predicted = np.array(
        [
            [0.7, 0.3, 0.1, 0.1, 0.5, 0.2],  # says the same, if less surely
            [0.7, 0.3, 0.1, 0.4, 0.2, 0.2],  # another kind: 0.85 and 0.2 of "other"
            [0.2, 0.8, 0.1, 0.0, 0.1, 0.9],  # no ring, whose kind is not asked; and farther away
        ]
    )
    found = disagreements(predicted, voted, RING_TREE)
    np.testing.assert_allclose(found, [0, 0.65, 0.75])


def test_a_number_that_both_tell_is_disagreed_upon_by_its_difference():
    found = disagreements(np.array([[0.9]]), np.array([[0.25]]), NUMBER_TREE)
    np.testing.assert_allclose(found, [0.65])


def test_ranked_galaxies_say_what_was_voted_and_predicted():
    labels = table(votes(3, 2), [7, 6, 5])
    galaxies = held_out(labels, pd.Series([7, 5]), GALAXY_ZOO_2, "holdout.csv")
    found = ranked_galaxies(galaxies, votes(2, 1))
    assert found["GalaxyID"].tolist() == [5, 7]
    assert found["row"].tolist() == [2, 0]
    np.testing.assert_array_equal(found["voted_Class1.1"], labels["Class1.1"][[2, 0]])
    np.testing.assert_array_equal(found["predicted_Class11.6"], votes(2, 1)[:, -1])
    assert found["crowd"][0] == GALAXY_ZOO_2.describe(votes(3, 2)[2])
    assert found["network"][1] == GALAXY_ZOO_2.describe(votes(2, 1)[1])


def test_sheets_hold_the_best_the_worst_even_steps_between_and_the_most_disagreed_upon():
    rng = np.random.default_rng(0)
    galaxies = pd.DataFrame(
        {"rmse": rng.permutation(120) / 120, "disagreement": rng.permutation(120) / 120}
    )
    ranks = {
        name: 120 * galaxies[column].to_numpy()[sheet_positions(galaxies, name)]
        for name, column in zip(SHEETS, ("rmse", "rmse", "rmse", "disagreement"), strict=True)
    }
    np.testing.assert_allclose(ranks["best"], np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["worst"], 119 - np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["typical"], 5 + 10 * np.arange(SHEET_GALAXIES))
    np.testing.assert_allclose(ranks["disagreed"], 119 - np.arange(SHEET_GALAXIES))


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_of_few_galaxies_holds_each_once(name):
    assert sorted(sheet_positions(ranked(3), name)) == [0, 1, 2]
