"""Galaxy Zoo 2's vote fractions as weighted columns: against labels computed by hand."""

import gzip
import re

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.label_checks import SUM_TOLERANCE, label_faults
from galaxyzoo.surveys.missing_labels import labels_from_shares
from galaxyzoo.surveys.vote_fractions import read_vote_fractions
from gz2_catalogue import CLASS_OF_ANSWER, STEMS, catalogue_table, fractions_of
from trees import GALAXY_ZOO_2

# Votes of 40 volunteers by the answer's number in the catalogue; those who say star or artifact (2)
# are asked nothing else, and so 38 are asked whether anything is odd.
SPIRAL = {
    **{1: 10, 2: 28, 3: 2},
    **{4: 7, 5: 21},
    **{6: 6, 7: 15},
    **{8: 14, 9: 7},
    **{11: 3, 12: 12, 13: 6},
    **{14: 19, 15: 19},
    **{16: 2, 17: 5, 18: 3},
    **{19: 1, 20: 2, 21: 3, 22: 4, 23: 5, 24: 1, 38: 3},
    **{25: 4, 26: 1, 27: 2},
    **{28: 7, 29: 4, 30: 3},
    **{31: 1, 32: 8, 33: 1, 37: 4},
}
# Nobody saw a disc: questions 2 to 5 and 9 to 11 were asked of nobody; nor was anything odd.
ROUND = {1: 40, 15: 40, 16: 30, 17: 10}
STAR = {3: 40}


def expected_labels(votes: dict[int, int]) -> dict[str, float]:
    """Kaggle's columns: votes over all volunteers, or over all but those who said star."""
    everyone = votes.get(1, 0) + votes.get(2, 0) + votes.get(3, 0)
    not_star = everyone - votes.get(3, 0)
    return {
        column: votes.get(answer, 0)
        / (not_star if column[:7] in ("Class6.", "Class8.") else everyone)
        for answer, column in CLASS_OF_ANSWER.items()
    }


def read(path, id_column: str, votes: str) -> pd.DataFrame:
    """The labels alone, without the notes on them."""
    return read_vote_fractions(path, id_column, votes, "normalise")[0]


def write(table: pd.DataFrame, path):
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
@pytest.mark.parametrize("votes", ["fraction", "weighted_fraction"])
def test_labels_are_the_votes_over_all_volunteers(tmp_path, name, votes):
    table = catalogue_table({5: SPIRAL, 3: ROUND}, of=votes)
    labels = read(write(table, tmp_path / name), "dr7objid", votes)
    assert labels.index.tolist() == [5, 3]
    assert tuple(labels.columns) == GALAXY_ZOO_2.columns
    for galaxy, counted in ((5, SPIRAL), (3, ROUND)):
        expected = pd.Series(expected_labels(counted))[labels.columns]
        # The table has three decimals, and an answer at most four questions above it.
        np.testing.assert_allclose(labels.loc[galaxy], expected, atol=4 * 5e-4)
    assert label_faults(labels, GALAXY_ZOO_2) == {}


def test_sums_hold_to_rounding_although_the_table_has_three_decimals(tmp_path):
    thirds = {1: 3, 15: 3, 16: 1, 17: 1, 18: 1}
    path = write(catalogue_table({1: thirds}), tmp_path / "t.csv")
    labels = read(path, "dr7objid", "fraction")
    assert labels.loc[1, "Class7.1"] == pytest.approx(1 / 3, abs=1e-12)
    assert GALAXY_ZOO_2.sum_errors(labels.to_numpy()).max() < 1e-12


def test_debiased_fractions_are_renormalised_within_each_question(tmp_path):
    table = catalogue_table({1: SPIRAL})
    debiased = {1: 0.2, 2: 0.6, 3: 0.0, 4: 0.3, 5: 0.3, 14: 0.1, 15: 1.5, 16: 0.9, 25: 0.1, 27: 0.3}
    debiased |= {6: 0.5, 9: 0.5, 11: 0.2, 24: 0.5}
    for answer, stem in STEMS.items():
        table[f"{stem}_debiased"] = debiased.get(answer, 0.0)
    labels = read(write(table, tmp_path / "t.csv"), "dr7objid", "debiased").loc[1]
    # Each is its share of the question's sum, times its parent: by hand from the numbers above.
    expected = {
        **{"Class1.1": 0.25, "Class1.2": 0.75, "Class2.1": 0.375, "Class2.2": 0.375},
        **{"Class3.1": 0.375, "Class4.2": 0.375, "Class5.2": 0.375},
        **{"Class6.1": 0.0625, "Class6.2": 0.9375, "Class7.1": 0.25, "Class8.6": 0.0625},
        **{"Class9.1": 0.09375, "Class9.3": 0.28125},
    }
    for column in labels.index:
        assert labels[column] == pytest.approx(expected.get(column, 0.0), abs=1e-12), column


@pytest.mark.parametrize("cells", [0.0, np.nan])
def test_a_question_below_an_answer_that_nobody_gave_is_0_whatever_its_cells(tmp_path, cells):
    table = catalogue_table({1: ROUND})
    below = [STEMS[answer] + "_fraction" for answer in (4, 5, 6, 7, 25, 26, 27, 28, 29, 30)]
    table[below] = cells
    labels = read(write(table, tmp_path / "t.csv"), "dr7objid", "fraction")
    unasked = [f"Class{q}.{k}" for q in (2, 3, 4, 5, 8, 9, 10, 11) for k in range(1, 8)]
    assert (labels[[c for c in unasked if c in labels]].to_numpy() == 0).all()
    assert label_faults(labels, GALAXY_ZOO_2) == {}


def test_a_question_unanswered_though_its_parent_was_given_is_for_the_label_checks_to_judge():
    fractions = fractions_of([STAR, SPIRAL, {**ROUND, 16: 0, 17: 0}])
    made = labels_from_shares(fractions, GALAXY_ZOO_2, None)
    labels = pd.DataFrame(made.values, columns=GALAXY_ZOO_2.columns)
    assert np.isfinite(labels.to_numpy()).all()
    assert label_faults(labels, GALAXY_ZOO_2) == {
        0: "question 6's answers sum to 0.000000, not to 1",
        2: "question 7's answers sum to 0.000000, not to Class1.1 = 1.000000",
    }


def test_any_fractions_meet_the_trees_sums():
    fractions = np.random.default_rng(3).random((500, 37))
    labels, _ = labels_from_shares(fractions, GALAXY_ZOO_2, None)
    assert GALAXY_ZOO_2.sum_errors(labels).max() < SUM_TOLERANCE / 1e6
    assert ((labels >= 0) & (labels <= 1)).all()


def test_the_numbers_in_a_columns_name_count_and_not_its_words_or_place(tmp_path):
    table = catalogue_table({1: SPIRAL, 2: ROUND})
    expected = read(write(table, tmp_path / "t.csv"), "dr7objid", "debiased")
    renamed = table[table.columns[::-1]].rename(
        columns=lambda name: name.replace("dust_lane", "x_y")
    )
    found = read(write(renamed, tmp_path / "r.csv"), "dr7objid", "debiased")
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_an_id_of_64_bits_is_read_exactly(tmp_path):
    ids = [587722981742084144, 587722981742084145]  # the same, as floating-point numbers
    path = write(catalogue_table(dict.fromkeys(ids, ROUND)), tmp_path / "t.csv")
    assert read(path, "dr7objid", "fraction").index.tolist() == ids


def test_missing_columns_are_named(tmp_path):
    table = catalogue_table({1: ROUND}).drop(
        columns=[
            "t08_odd_feature_a38_dust_lane_debiased",
            "t01_smooth_or_features_a01_smooth_debiased",
        ]
    )
    path = write(table, tmp_path / "t.csv")
    named = "no column t01_..._a01_..._debiased (Class1.1), t08_..._a38_..._debiased (Class8.7);"
    with pytest.raises(InputError, match=re.escape(named)):
        read(path, "dr7objid", "debiased")
    read(path, "dr7objid", "fraction")
    with pytest.raises(InputError, match=r"t\.csv has no column objid;"):
        read(path, "objid", "fraction")


def test_weighted_fractions_are_not_taken_for_fractions(tmp_path):
    table = catalogue_table({1: ROUND})
    path = write(
        table.drop(columns=["t07_rounded_a16_completely_round_fraction"]), tmp_path / "t.csv"
    )
    with pytest.raises(InputError, match=r"no column t07_\.\.\._a16_\.\.\._fraction \(Class7"):
        read(path, "dr7objid", "fraction")


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        ("-0.1", "-0.1 is not a number of at least 0"),
        ("many", "'many' is not a number"),
        ("inf", "inf is"),
    ],
)
def test_a_cell_that_is_no_fraction_is_named(tmp_path, cell, wrong):
    table = catalogue_table({1: ROUND, 2: SPIRAL}).astype(object)
    table.loc[1, "t04_spiral_a09_no_spiral_debiased"] = cell
    path = write(table, tmp_path / "t.csv")
    with pytest.raises(InputError) as error:
        read(path, "dr7objid", "debiased")
    assert f"t.csv, row 2, column t04_spiral_a09_no_spiral_debiased: {wrong}" in str(error.value)


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(b"a,b\n" * 1000, mtime=0)[:-9], b""])
def test_a_table_that_is_not_whole_is_named(tmp_path, content):
    (tmp_path / "t.csv.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"t\.csv\.gz (is not a whole gzip file|cannot be read)"):
        read(tmp_path / "t.csv.gz", "dr7objid", "fraction")
