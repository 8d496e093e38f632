"""Classes at every threshold: ROC curves, precision and recall, against counts by hand."""

import numpy as np
import pytest

from galaxyzoo.evaluation.classes import precision_recall_table, roc_table
from galaxyzoo.tree.decision_tree import tree_from

TREE = tree_from([{"answers": [{"column": name} for name in ("round", "spiral", "ring")]}])
VOTED = np.eye(3)[[0, 0, 1, 1, 1]]
ROUND = np.array([0.9, 0.4, 0.6, 0.2, 0.1])
PREDICTED = np.column_stack([ROUND, 1 - ROUND, np.zeros(5)])


def test_the_area_is_the_chance_that_a_galaxy_of_the_class_scores_higher():
    table = roc_table(PREDICTED, VOTED, TREE)
    areas = table.groupby("class")["area"].first()
    assert areas.to_dict() == pytest.approx({"round": 5 / 6, "spiral": 5 / 6})  # 5 of 6 pairs
    rows = table[table["class"] == "round"].set_index("threshold")
    assert rows.loc[0.6, ["false_positive_rate", "true_positive_rate"]].tolist() == (
        pytest.approx([1 / 3, 1 / 2])
    )
    assert rows["galaxies"].tolist() == [2] * len(rows)


def test_precision_and_recall_are_of_the_galaxies_at_or_above_a_threshold():
    table = precision_recall_table(PREDICTED, VOTED, TREE)
    rows = table[table["class"] == "round"].set_index("threshold")
    assert rows.loc[0.4, ["precision", "recall"]].tolist() == pytest.approx([2 / 3, 1])
    assert rows.loc[0.9, ["precision", "recall"]].tolist() == pytest.approx([1, 1 / 2])
    # Over recall: 1/2 at a precision of 1, then 1/2 at one of 2/3.
    assert rows["average_precision"].iloc[0] == pytest.approx(5 / 6)


def test_a_class_of_no_galaxy_or_of_all_has_no_curve():
    assert set(roc_table(PREDICTED, VOTED, TREE)["class"]) == {"round", "spiral"}
    alone = np.eye(3)[[0] * 5]
    assert roc_table(PREDICTED, alone, TREE).empty
    assert precision_recall_table(PREDICTED, alone, TREE).empty
