"""Which labels are masked, why, and what stays: by hand, from the cells of a table."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.missing_labels import (
    ABOVE,
    FAR,
    FEW,
    FEW_ASKED,
    IN_PART,
    KNOWN,
    MASK,
    NO_LABEL,
    NORMALISE,
    NORMALISED,
    labels_as_given,
    labels_from_shares,
    masked_labels,
    read_notes,
    write_notes,
)
from galaxyzoo.tree.decision_tree import tree_from
from trees import GALAXY_ZOO_2

NAN = np.nan
# a or b; those who say b: c or d; those who say d: e or f; and a number.
TREE = tree_from(
    [
        {"answers": [{"column": "a"}, {"column": "b"}]},
        {"answers": [{"column": "c"}, {"column": "d"}], "parent": "b"},
        {"answers": [{"column": "e"}, {"column": "f"}], "parent": "d"},
        {"answers": [{"column": "z"}]},
    ]
)


def from_shares(*cells, far_sums=None):
    """Labels and notes of one galaxy, from a share of each answer."""
    return [one[0].tolist() for one in labels_from_shares(np.array([cells]), TREE, far_sums)]


def as_given(*cells):
    return [one[0].tolist() for one in labels_as_given(np.array([cells]), TREE)]


def same(found, values, notes):
    np.testing.assert_allclose(found[0], values, atol=1e-12)
    assert found[1] == notes


def test_shares_that_are_all_known_are_multiplied_down_the_tree():
    found = from_shares(0.2, 0.8, 0.25, 0.75, 1.0, 0.0, 0.3)
    same(found, [0.2, 0.8, 0.2, 0.6, 0.6, 0, 0.3], [KNOWN] * 7)


def test_a_question_with_an_answer_missing_is_masked_with_all_below_it():
    found = from_shares(0.2, 0.8, 0.25, NAN, 0.5, 0.5, 0.3)
    notes = [KNOWN, KNOWN, IN_PART, NO_LABEL, ABOVE, ABOVE, KNOWN]
    same(found, [0.2, 0.8, NAN, NAN, NAN, NAN, 0.3], notes)


def test_a_number_that_is_missing_masks_itself():
    found = from_shares(0.2, 0.8, 0.25, 0.75, 1.0, 0.0, NAN)
    same(found, [0.2, 0.8, 0.2, 0.6, 0.6, 0, NAN], [KNOWN] * 6 + [NO_LABEL])


@pytest.mark.parametrize("cells", [(NAN, NAN), (0.0, 0.0), (0.5, 0.5), (NAN, 3.0)])
def test_below_an_answer_that_nobody_gave_all_is_0_whatever_the_cells(cells):
    found = from_shares(1.0, 0.0, *cells, *cells, 0.3, far_sums=MASK)
    same(found, [1, 0, 0, 0, 0, 0, 0.3], [KNOWN] * 7)


@pytest.mark.parametrize("few", [0.004, FEW_ASKED])
def test_where_few_were_asked_and_none_answered_the_answers_are_masked(few):
    found = from_shares(1 - few, few, 0, 0, 0.5, 0.5, 0.3)
    notes = [KNOWN, KNOWN, FEW, FEW, ABOVE, ABOVE, KNOWN]
    same(found, [1 - few, few, NAN, NAN, NAN, NAN, 0.3], notes)


def test_where_more_were_asked_and_none_answered_it_is_a_fault():
    found = from_shares(0.89, 0.11, 0, 0, 0, 0, 0.3)
    same(found, [0.89, 0.11, 0, 0, 0, 0, 0.3], [KNOWN] * 7)
    labels = pd.DataFrame([found[0]], index=[5], columns=TREE.columns)
    assert label_faults(labels, TREE) == {
        5: "question 2's answers sum to 0.000000, not to b = 0.110000"
    }


@pytest.mark.parametrize(
    ("total", "is_far"), [(0.89, True), (0.91, False), (1.09, False), (1.8, True)]
)
def test_a_sum_far_from_1_is_noted_and_masked_if_asked(total, is_far):
    cells = (0.2, 0.8, 0.25 * total, 0.75 * total, 1.0, 0.0, 0.3)
    kept = from_shares(*cells, far_sums=NORMALISE)
    note = NORMALISED if is_far else KNOWN
    same(kept, [0.2, 0.8, 0.2, 0.6, 0.6, 0, 0.3], [KNOWN, KNOWN, note, note, KNOWN, KNOWN, KNOWN])
    same(from_shares(*cells), kept[0], [KNOWN] * 7)  # votes: their sums mean nothing
    masked = from_shares(*cells, far_sums=MASK)
    if is_far:
        notes = [KNOWN, KNOWN, FAR, FAR, ABOVE, ABOVE, KNOWN]
        same(masked, [0.2, 0.8, NAN, NAN, NAN, NAN, 0.3], notes)
    else:
        same(masked, kept[0], [KNOWN] * 7)


def test_weighted_labels_are_kept_each_by_itself():
    found = as_given(0.2, NAN, 0.3, NAN, 0.1, 0.2, NAN)
    notes = [KNOWN, NO_LABEL, KNOWN, NO_LABEL, KNOWN, KNOWN, NO_LABEL]
    same(found, [0.2, NAN, 0.3, NAN, 0.1, 0.2, NAN], notes)


def test_weighted_labels_below_0_are_0_where_they_are_missing_and_kept_where_they_are_not():
    same(as_given(1, 0, NAN, NAN, NAN, 0, 0.3), [1, 0, 0, 0, 0, 0, 0.3], [KNOWN] * 7)
    contradicting = as_given(1, 0, 0.5, NAN, NAN, 0, 0.3)
    same(contradicting, [1, 0, 0.5, 0, 0, 0, 0.3], [KNOWN] * 7)
    labels = pd.DataFrame([contradicting[0]], index=[5], columns=TREE.columns)
    assert label_faults(labels, TREE) == {
        5: "question 2's answers sum to 0.500000, not to b = 0.000000"
    }


def test_weighted_labels_that_are_all_0_where_few_were_asked_are_masked_with_what_is_below():
    notes = [KNOWN, KNOWN, FEW, FEW, ABOVE, ABOVE, KNOWN]
    same(as_given(0.95, 0.05, 0, 0, 0, 0, 0.3), [0.95, 0.05, NAN, NAN, NAN, NAN, 0.3], notes)
    same(as_given(0.8, 0.2, 0, 0, 0, 0, 0.3), [0.8, 0.2, 0, 0, 0, 0, 0.3], [KNOWN] * 7)


def test_good_labels_and_labels_made_of_shares_stay_as_they_are(random_labels):
    good = random_labels(range(20)).to_numpy()
    np.testing.assert_array_equal(labels_as_given(good, GALAXY_ZOO_2)[0], good)
    rng = np.random.default_rng(0)
    shares = rng.random((300, 37)).round(1)  # with zeros
    shares[rng.random(shares.shape) < 0.1] = NAN
    made, _ = labels_from_shares(shares, GALAXY_ZOO_2, MASK)
    np.testing.assert_array_equal(labels_as_given(made, GALAXY_ZOO_2)[0], made)


def test_notes_travel_by_galaxy_and_say_more_than_the_labels_alone(tmp_path):
    made = labels_from_shares(
        np.array([[0.2, 0.8, 0.25, NAN, 0.5, 0.5, 0.3], [0.2, 0.8, 0.3, 0.7, 1, 0, NAN]] * 2),
        TREE,
        None,
    )
    ids = pd.Index([7, 587722981742084144, 7, 5], name="GalaxyID")
    labels, notes = (pd.DataFrame(one, ids, list(TREE.columns)) for one in made)
    write_notes(notes, tmp_path / "notes.csv")
    read = read_notes(tmp_path / "notes.csv", TREE.columns)
    values, told = masked_labels(labels, read, TREE)
    pd.testing.assert_frame_equal(values, labels)
    pd.testing.assert_frame_equal(told, notes)
    _, by_labels = masked_labels(labels, None, TREE)
    assert by_labels.iloc[0].tolist() == [KNOWN, KNOWN, *[NO_LABEL] * 4, KNOWN]


def test_there_may_be_no_notes(tmp_path):
    ids = pd.Index([3, 4], name="GalaxyID")
    labels = pd.DataFrame([[0.2, 0.8, 0, 0.8, 0.8, 0, 1]] * 2, ids, list(TREE.columns))
    write_notes((labels * 0).astype(np.uint8), tmp_path / "notes.csv")
    _, told = masked_labels(labels, read_notes(tmp_path / "notes.csv", TREE.columns), TREE)
    assert (told == KNOWN).all(axis=None)
    assert (told.index == ids).all()


@pytest.mark.parametrize("content", ["GalaxyID,a\n1,\n", "GalaxyID,a,b,c,d,e,f,z\n1,?,,,,,,\n", ""])
def test_notes_of_another_kind_are_refused(tmp_path, content):
    (tmp_path / "notes.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"notes\.csv is not as it was written"):
        read_notes(tmp_path / "notes.csv", TREE.columns)
