"""How many answers are masked, and whether galaxies with a masked answer are like the others."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from galaxyzoo.surveys.masked_tables import (
    differences_in_words,
    masked_in_words,
    masked_table,
    not_at_random,
)
from galaxyzoo.surveys.missing_labels import MASK, labels_as_given, labels_from_shares
from trees import RING_TREE

NAN = np.nan


def tables(labels):
    """Labels and notes as the tables that a survey has of them."""
    index = pd.RangeIndex(1, len(labels.values) + 1, name="GalaxyID")
    return [pd.DataFrame(one, index, list(RING_TREE.columns)) for one in labels]


def test_masked_answers_are_counted_by_question_and_reason():
    cells = [
        [0.2, 0.8, 0.1, 0.1, NAN, 0.5],
        [0.2, 0.8, 0.5, 0.2, 0.3, NAN],
        [0.0, 1.0, NAN, NAN, NAN, 0.5],
        [0.05, 0.95, 0.0, 0.0, 0.0, 0.5],
        [0.5, NAN, 0.5, 0.2, 0.3, NAN],
        [0.3, 0.3, 0.5, 0.2, 0.3, 0.1],
    ]
    _, notes = tables(labels_from_shares(np.array(cells), RING_TREE, MASK))
    table = masked_table(notes, RING_TREE)
    found = {(row.question, row.reason.split(",")[0]): row for row in table.itertuples()}
    counts = {key: (row.galaxies, row.answers) for key, row in found.items()}
    assert counts == {
        (1, "no label was given"): (1, 1),
        (1, "another answer of the question has no label"): (1, 1),
        (1, "the question's fractions do not sum to 0.9 to 1.1"): (1, 2),
        (2, "no label was given"): (1, 1),
        (2, "another answer of the question has no label"): (1, 2),
        (2, "an answer above has no label"): (2, 6),
        (2, "at most 0.1 of all were asked"): (1, 3),
        (3, "no label was given"): (2, 2),
    }
    assert (table["of_galaxies"] == 6).all()
    assert table["masked"].all()
    lines = masked_in_words(table)
    assert len(lines) == 3
    assert lines[2] == (
        "question 3, answers without a label: 2 in 2 of 6 galaxies (no label was given)"
    )


def test_what_is_only_divided_by_its_sum_is_told_apart():
    cells = np.array([[0.3, 0.3, 0.5, 0.2, 0.3, 0.1]])
    labels, notes = tables(labels_from_shares(cells, RING_TREE, "normalise"))
    table = masked_table(notes, RING_TREE)
    assert table["masked"].tolist() == [False]
    assert not labels.isna().any(axis=None)


def test_without_masked_answers_there_is_nothing_to_tell():
    labels, notes = tables(labels_as_given(np.array([[0.2, 0.8, 0.1, 0.05, 0.05, 0.5]]), RING_TREE))
    table = masked_table(notes, RING_TREE)
    assert table.empty
    assert masked_in_words(table) == []
    assert not_at_random(labels, notes, RING_TREE, labels[[]]).empty


def redshifts_missing(where):
    """Ring votes of 300 galaxies, whose redshift is missing where a function of the votes says."""
    rng = np.random.default_rng(0)
    ring = rng.random(300).round(2)
    kinds = ring[:, None] * rng.dirichlet([1, 1, 1], 300)
    z = np.where(where(ring, rng), NAN, rng.random(300))
    return tables(labels_as_given(np.column_stack([ring, 1 - ring, kinds, z]), RING_TREE))


def test_missing_that_depends_on_another_answer_is_found_and_told():
    labels, notes = redshifts_missing(lambda ring, rng: ring + rng.normal(0, 0.2, 300) > 0.8)
    table = not_at_random(labels, notes, RING_TREE, labels[[]])
    assert set(table["question"]) == {3}
    assert set(table["column"][:2]) == {"ring", "no"}  # the strongest; the kinds follow from it
    first = table[table["column"] == "ring"].iloc[0]
    lacking = labels["z"].isna()
    with_label, without_label = labels.loc[~lacking, "ring"], labels.loc[lacking, "ring"]
    assert (first.with_label, first.without_label) == (len(with_label), len(without_label))
    pairs = without_label.to_numpy()[:, None] - with_label.to_numpy()
    larger = (pairs > 0).mean() + 0.5 * (pairs == 0).mean()
    assert first.larger == pytest.approx(larger)
    # Five pairs are compared: the columns of the other two questions.
    assert first.chance == pytest.approx(5 * mannwhitneyu(without_label, with_label).pvalue)
    sentence = differences_in_words(table[table["column"] == "ring"])[0]
    assert f"ring is larger in {100 * larger:.0f} % of pairs" in sentence
    assert "without a label of question 3" in sentence


def test_a_number_that_is_carried_along_is_compared_too_and_told_by_its_name():
    labels, notes = redshifts_missing(lambda ring, rng: rng.random(300) < 0.3)
    lacking = labels["z"].isna().to_numpy()
    rng = np.random.default_rng(1)
    magnitude = rng.normal(17, 1, 300) + 2 * lacking
    magnitude[::10] = NAN  # empty cells, which are not compared
    carried = pd.DataFrame({"r": magnitude, "dec": rng.random(300)}, labels.index)
    [row] = not_at_random(labels, notes, RING_TREE, carried).to_dict("records")
    assert (row["question"], row["column"]) == (3, "r")
    known = ~np.isnan(magnitude)
    without, given = magnitude[known & lacking], magnitude[known & ~lacking]
    assert (row["without_label"], row["with_label"]) == (len(without), len(given))
    # Seven are compared: five columns of the other two questions, and both that are carried.
    assert row["chance"] == pytest.approx(7 * mannwhitneyu(without, given).pvalue)
    [sentence] = differences_in_words(pd.DataFrame([row]))
    assert "without a label of question 3 are not like the others: r is larger in" in sentence


def test_a_column_of_an_answer_that_is_carried_along_is_compared_once():
    labels, notes = redshifts_missing(lambda ring, rng: ring + rng.normal(0, 0.2, 300) > 0.8)
    expected = not_at_random(labels, notes, RING_TREE, labels[[]])
    found = not_at_random(labels, notes, RING_TREE, 7 * labels[["ring"]])
    pd.testing.assert_frame_equal(
        found.sort_values("column"),
        expected.sort_values("column"),
        check_index_type=False,
        check_like=True,
    )


def test_missing_at_random_is_not_told():
    labels, notes = redshifts_missing(lambda ring, rng: rng.random(300) < 0.3)
    assert not_at_random(labels, notes, RING_TREE, labels[[]]).empty


def test_that_few_were_asked_is_no_news():
    labels, notes = tables(
        labels_as_given(
            np.array([[0.05, 0.95, 0, 0, 0, 0.5], [0.9, 0.1, 0.3, 0.3, 0.3, 0.5]] * 60), RING_TREE
        )
    )
    assert labels["inner"].isna().sum() == 60
    assert not_at_random(labels, notes, RING_TREE, labels[[]]).empty


def test_missing_at_random_below_an_answer_that_nobody_gave_is_not_told():
    """There a missing label is known to be 0, so that galaxies without one were all asked."""
    rng = np.random.default_rng(0)
    ring = np.where(rng.random(300) < 0.5, 0, rng.uniform(0.2, 1, 300))
    kinds = ring[:, None] * rng.dirichlet([1, 1, 1], 300)
    given = np.column_stack([ring, 1 - ring, kinds, rng.random(300)])
    labels, notes = tables(
        labels_as_given(np.where(rng.random(given.shape) < 0.3, NAN, given), RING_TREE)
    )
    assert not_at_random(labels, notes, RING_TREE, labels[[]]).empty
