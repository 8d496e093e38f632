"""Labels that cannot be: each is found, and said in words."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.surveys.label_checks import label_faults
from trees import GALAXY_ZOO_2, RING_TREE


def test_good_labels_have_no_faults(random_labels):
    assert label_faults(random_labels(range(50)), GALAXY_ZOO_2) == {}


def test_answers_that_all_or_none_gave_are_good_labels():
    certain = np.zeros(len(GALAXY_ZOO_2.columns))
    for column in ("Class1.1", "Class6.2", "Class7.1"):
        certain[GALAXY_ZOO_2.columns.index(column)] = 1
    labels = pd.DataFrame([certain], index=[5], columns=GALAXY_ZOO_2.columns)
    assert label_faults(labels, GALAXY_ZOO_2) == {}


def test_a_repeated_id_is_named_once_with_the_number_of_its_rows(random_labels):
    assert label_faults(random_labels([5, 9, 5, 7, 5]), GALAXY_ZOO_2) == {5: "has 3 rows of labels"}


def test_a_missing_label_is_no_fault_and_a_galaxy_without_any_is(random_labels):
    labels = random_labels([5, 6, 7])
    labels.loc[6, "Class8.7"] = np.nan
    labels.loc[7] = np.nan
    assert label_faults(labels, GALAXY_ZOO_2) == {7: "has no label"}


@pytest.mark.parametrize("missing", ["Class7.3", "Class1.1"])
def test_a_sum_is_checked_only_where_all_answers_and_the_parent_are_known(random_labels, missing):
    labels = random_labels([5])
    labels.loc[5, "Class7.1"] += 0.5 - labels.loc[5, "Class7.1"]  # too many of question 7
    assert "question 7's answers sum to" in label_faults(labels, GALAXY_ZOO_2)[5]
    labels.loc[5, missing] = np.nan
    assert label_faults(labels, GALAXY_ZOO_2) == {}


def test_infinity_beside_a_missing_label_is_named(random_labels):
    labels = random_labels([5])
    labels.loc[5, ["Class1.1", "Class6.1"]] = [np.nan, np.inf]
    assert label_faults(labels, GALAXY_ZOO_2) == {5: "Class6.1 is inf, outside [0, 1]"}


@pytest.mark.parametrize("value", [-0.001, 1.001, np.inf])
def test_a_value_that_is_no_probability_is_named_with_its_column(random_labels, value):
    labels = random_labels([5, 6, 7])
    labels.loc[7, "Class2.1"] = value
    assert label_faults(labels, GALAXY_ZOO_2) == {7: f"Class2.1 is {value}, outside [0, 1]"}


def test_a_question_without_parent_must_sum_to_1(random_labels):
    labels = random_labels([5, 6])
    labels.loc[5, ["Class6.1", "Class6.2"]] = labels.loc[5, ["Class6.1", "Class6.2"]] * 0.75
    assert label_faults(labels, GALAXY_ZOO_2) == {
        5: "question 6's answers sum to 0.750000, not to 1"
    }


def test_a_question_with_a_parent_must_sum_to_its_value(random_labels):
    labels = random_labels([5, 6])
    labels.loc[6, GALAXY_ZOO_2.columns[15:18]] = 0.0
    parent = labels.loc[6, "Class1.1"]
    expected = f"question 7's answers sum to 0.000000, not to Class1.1 = {parent:.6f}"
    assert label_faults(labels, GALAXY_ZOO_2) == {6: expected}


@pytest.mark.parametrize("question", range(11))
def test_each_question_is_checked_to_a_thousandth(random_labels, question):
    columns = list(GALAXY_ZOO_2.questions[question].columns)
    labels = random_labels([5])
    labels[columns] *= 1 - 0.0009 / labels[columns].sum(axis=1).iloc[0]
    assert label_faults(labels, GALAXY_ZOO_2) == {}
    labels = random_labels([5])
    labels[columns] *= 1 - 0.0011 / labels[columns].sum(axis=1).iloc[0]
    assert f"question {question + 1}'s answers sum to" in label_faults(labels, GALAXY_ZOO_2)[5]


def test_faults_come_by_ascending_id(random_labels):
    labels = random_labels([9, 3, 7, 3])
    labels.loc[[9, 7], "Class1.1"] = 2.0
    assert list(label_faults(labels, GALAXY_ZOO_2)) == [3, 7, 9]


def test_labels_are_held_against_the_tree_in_use():
    rows = {
        1: [0.8, 0.2, 0.1, 0.5, 0.2, 0.3],
        2: [0.8, 0.2, 0.1, 0.5, 0.2, 1.3],
        3: [0.8, 0.2, 0.1, np.nan, 0.2, np.nan],
        4: [0.8, 0.2, 0.1, 0.5, 0.4, 0.3],
    }
    labels = pd.DataFrame.from_dict(rows, orient="index", columns=RING_TREE.columns)
    assert label_faults(labels, RING_TREE) == {
        2: "z is 1.3, outside [0, 1]",
        4: "question 2's answers sum to 1.000000, not to ring = 0.800000",
    }
