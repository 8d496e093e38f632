"""What experts miss: counts of majorities, and samples by threshold."""

import numpy as np
import pytest

from galaxyzoo.evaluation.confusion import confusion_table, selection_table
from galaxyzoo.tree.decision_tree import tree_from
from held_out_galaxies import votes
from trees import GALAXY_ZOO_2, NUMBER_TREE

TREE = tree_from(
    [
        {"answers": [{"column": "smooth"}, {"column": "disc"}]},
        {"parent": "disc", "answers": [{"column": "bar"}, {"column": "none"}]},
    ]
)
VOTED = np.array(
    [[0.9, 0.1, 0.1, 0.0], [0.2, 0.8, 0.6, 0.2], [0.4, 0.6, 0.1, 0.5], [0.5, 0.5, 0.3, 0.2]]
)
PREDICTED = np.array(
    [[0.7, 0.3, 0.1, 0.2], [0.1, 0.9, 0.8, 0.1], [0.6, 0.4, 0.3, 0.1], [0.9, 0.1, 0.1, 0.0]]
)


def counts(number):
    table = confusion_table(PREDICTED, VOTED, TREE)
    return table[table["question"] == number].set_index(["voted", "predicted"])["galaxies"]


def test_majorities_are_counted_as_voted_and_predicted():
    assert counts(1).to_dict() == {
        ("smooth", "smooth"): 2,
        ("smooth", "disc"): 0,
        ("disc", "smooth"): 1,
        ("disc", "disc"): 1,
    }


def test_a_question_counts_the_galaxies_about_which_half_were_asked():
    assert counts(2).sum() == 3
    assert counts(2)["none", "bar"] == 1
    table = confusion_table(votes(50), votes(50, 1), GALAXY_ZOO_2)
    assert table.groupby("question")["galaxies"].sum()[[1, 6]].tolist() == [50, 50]


def test_a_number_has_no_majority():
    values = np.array([[0.2], [0.9]])
    assert confusion_table(values, values, NUMBER_TREE).empty
    assert selection_table(values, values, NUMBER_TREE).empty


def test_completeness_and_purity_are_of_the_predicted_fraction():
    table = selection_table(PREDICTED, VOTED, TREE).set_index(["answer", "threshold"])
    smooth = table.loc[("smooth", 0.7)]
    assert (smooth["voted"], smooth["selected"]) == (2, 2)
    assert (smooth["completeness"], smooth["purity"]) == (1, 1)
    bar = table.loc[("bar", 0.7)]  # fractions 8/9, 3/4 and 1
    assert (bar["voted"], bar["selected"]) == (2, 3)
    assert bar["purity"] == pytest.approx(2 / 3)
    # Above all of a fraction, nothing can be selected.
    assert table.index.get_level_values("threshold").isin([0.5, 0.6, 0.7, 0.8, 0.9]).all()
    assert table.loc[("none", 0.5)]["completeness"] == 0
    assert np.isnan(table.loc[("none", 0.5)]["purity"])
