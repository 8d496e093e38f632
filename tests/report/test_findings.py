"""The findings: sentences that say what the numbers say, also where they say little or nothing."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.evaluation.confusion import confusion_table
from galaxyzoo.plan.labellers import VOLUNTEERS
from galaxyzoo.report.findings import (
    against,
    jumps,
    of_answers,
    of_comparison,
    of_confusion,
    of_intervals,
    of_labels,
    of_properties,
    of_questions,
    of_result,
    of_training,
)
from trees import NUMBER_TREE, RING_TREE


def metrics(bag, floor=None):
    rmse = {"bag": bag, "mean_label": 0.16, "central_pixel": 0.14, "vote_noise_floor": floor}
    return {"rmse": rmse, "subset": {"galaxies": 1400}}


def test_an_error_that_is_worse_than_the_mean_label_s_is_said_to_be_above_it():
    assert of_result(metrics(0.2), "Bag", VOLUNTEERS) == (
        "On 1,400 held-out galaxies, the bag's error is 0.20000: 25 % above that of the mean "
        "label, and 43 % above that of the central pixel."
    )
    assert of_result(metrics(0.08, 0.05), "Ensemble", VOLUNTEERS).endswith(
        "votes alone is 0.05000."
    )


def test_questions_that_gain_most_and_least_are_named():
    errors = {"questions": {"1": 0.05, "2": 0.09, "3": 0.2}}
    labels = {"questions_mean_label": {"1": 0.1, "2": 0.1, "3": 0.1}}
    told = of_questions(errors | labels, RING_TREE)
    assert "most over the mean label on question 1, “Is there a ring?”: 50 % below it" in told
    assert "least on question 3, “How far away is it?”: 100 % above it" in told
    only = {"questions": {"1": 0.05}, "questions_mean_label": {"1": 0.1}}
    assert "question 1, “How bright is it?”: 50 % below it." in of_questions(only, NUMBER_TREE)


def test_answers_are_counted_against_the_mean_label():
    table = pd.DataFrame(
        {"question": [1, 1], "answer": ["a", "b"], "rmse": [0.1, 0.3], "rmse_mean_label": [0.2] * 2}
    )
    assert of_answers(table) == (
        "The bag's error is below the mean label's on 1 of 2 answers; its largest is that of “b” "
        "(question 1), 0.30000."
    )


def test_a_tree_of_numbers_alone_has_no_majority_to_mistake():
    values = np.array([[0.4]])
    assert "No question was put" in of_confusion(
        confusion_table(values, values, NUMBER_TREE), VOLUNTEERS
    )


STAGES = [
    {"keep": "last", "name": "head", "size": 64, "freeze": True},
    {"keep": "last", "name": "upper", "size": 64, "freeze": {"but_last": 2}},
    {"keep": "last", "name": "all", "size": 64, "freeze": False},
    {"keep": "last", "name": "large", "size": 128, "freeze": False},
    {"keep": "last", "name": "again", "size": 128, "freeze": False},
]


@pytest.mark.parametrize(
    ("began", "reason"),
    [
        ("upper", "the head and the last 2 blocks begin to change, where before only the head did"),
        ("all", "all layers begin to change, where before only the head and the last 2 blocks did"),
        ("large", "its pictures are 128 px wide, and the network learnt from 64 px, and the"),
        ("again", "the learning rate, which had fallen, rises again."),
    ],
)
def test_a_jump_names_what_is_new_in_its_stage(began, reason):
    of_seed = {
        stage["name"]: pd.DataFrame({"valid_rmse": [0.3 if stage["name"] == began else 0.1, 0.1]})
        for stage in STAGES
    }
    [told] = jumps(STAGES, {0: of_seed, 1: of_seed})
    start = f"In the first epoch of {began} the error jumps from 0.10000 to 0.30000: "
    assert told.startswith(start + reason)


def test_training_of_one_stage_and_of_one_that_makes_it_worse():
    assert "After its one stage, all, " in of_training([{"name": "all", "valid_rmse": 0.1}])
    worse = [{"name": "a", "valid_rmse": 0.1}, {"name": "b", "valid_rmse": 0.2}]
    assert "rises from 0.10000 after the first stage to 0.20000" in of_training(worse)


def test_experiments_are_better_worse_or_not_told_apart():
    scores = pd.DataFrame(
        {
            "experiment": ["base", "one", "two", "three"],
            "difference_low": [0, -0.02, 0.01, -0.01],
            "difference_high": [0, -0.01, 0.02, 0.01],
        }
    )
    told = of_comparison(scores, "base")
    assert told.startswith("Of 3 experiments compared with base, the base, 1 has a clearly lower")
    assert "1 a clearly higher one; 1 cannot be told apart" in told
    assert of_comparison(scores[:1], None) == "There is nothing to compare with base."


def test_an_error_is_above_one_of_0_by_no_percentage():
    assert against(0.1, 0.0) == "0.10000 above"
    assert against(0.0, 0.0) == "as low as"
    assert against(0.053, 0.1) == "47 % below"


def masked(answers, masks=True):
    """A row of `masked_table`, of question 7."""
    columns = ["question", "answers", "of_galaxies", "masked"]
    return pd.DataFrame([[7, answers, 900, masks]], columns=columns)


def test_labels_that_are_missing_are_counted_with_their_question():
    both = pd.concat([masked(3), masked(1234).assign(question=8)])
    assert of_labels(both).startswith(
        "1,237 answers of 900 galaxies have no label, most of them of question 8"
    )
    assert of_labels(masked(1)).startswith("1 answer of 900 galaxies has no label")
    assert of_labels(masked(5, masks=False)) == "Every answer of all 900 galaxies has a label."


def test_answers_without_labels_are_not_counted_as_worse():
    nan = float("nan")
    table = pd.DataFrame(
        {
            "question": [1, 2],
            "answer": ["a", "b"],
            "rmse": [0.1, nan],
            "rmse_mean_label": [0.2, nan],
        }
    )
    assert "below the mean label's on 1 of 1 answer;" in of_answers(table)


def test_intervals_that_no_label_judges_are_not_given_a_number():
    known = {"coverage": 0.91}
    metrics = {"intervals": {"percent": 90, "fraction": {"coverage": None}, "joint": known}}
    assert of_intervals(metrics, VOLUNTEERS).endswith("in 91.0 % of joint probabilities.")
    metrics["intervals"]["joint"] = {"coverage": None}
    assert of_intervals(metrics, VOLUNTEERS).startswith("No held-out galaxy has a label")


def test_where_the_error_is_lowest_and_highest_is_told_in_that_order():
    bins = pd.DataFrame(
        [
            ("agreement", 0.9, 1.0, 0.05),
            ("agreement", 0.5, 0.6, 0.11),
            ("redshift", 0.1, 0.2, 0.08),
        ],
        columns=["property", "lowest", "highest", "rmse"],
    )
    said = of_properties(bins, VOLUNTEERS)
    low, high = said.split(" and highest ")
    assert low.endswith("0.9 to 1 (0.05000)")
    assert high.endswith("0.5 to 0.6 (0.11000).")
    assert "of redshift 0.1 to 0.2" in of_properties(bins[2:], VOLUNTEERS)


def test_the_questions_that_are_named_best_and_worst_are_told_or_the_only_one():
    columns = ["question", "voted", "predicted", "galaxies"]
    rows = [(1, "a", "a", 9), (1, "a", "b", 1), (2, "c", "c", 1), (2, "c", "d", 3)]
    said = of_confusion(pd.DataFrame(rows, columns=columns), VOLUNTEERS)
    assert "for 90 % of 10 galaxies on question 1, the best, and for 25 % of 4 galaxies" in said
    only = of_confusion(pd.DataFrame(rows[:2], columns=columns), VOLUNTEERS)
    assert only.endswith("for 90 % of 10 galaxies on question 1.")
