"""Columns of catalogues as they are downloaded, found for the trees at hand."""

from pathlib import Path

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.published_columns import published_columns
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.questions import questions_of

TABLE = Path("catalogue.parquet")


def found_in(names: list[str], tree: str, labels: str, without: tuple[str, ...] = ()) -> list[str]:
    setting = {"survey": tree, "without": without} if without else tree
    return published_columns(TABLE, names, tree_from(questions_of(setting)), tree, labels)


def names_of(tree: str, campaign: str = "", ending: str = "", without: str = "") -> list[str]:
    """The columns of a made-up table, as DESI's catalogue and Galaxy Zoo Evo name them."""
    return [
        f"{asked.question}{campaign}_{answer}{ending}"
        for asked in TREES[tree]
        if asked.question != without
        for answer in asked.answers
    ]


@pytest.mark.parametrize("tree", TREES)
def test_fractions_are_found_in_tree_order(tree):
    names = names_of(tree, ending="_fraction")
    totals = [f"{asked.question}_total-votes" for asked in TREES[tree]]
    assert found_in(["iauname", *reversed(names), *totals], tree, "shares") == names
    assert [name.removesuffix("_fraction") for name in names] == list(
        tree_from(questions_of(tree)).columns
    )


def test_a_table_with_three_campaigns_gives_those_of_the_tree():
    campaigns = ("-dr12", "-dr5", "-dr8")
    names = [name for one in campaigns for name in names_of("galaxy_zoo_desi", one, "_fraction")]
    for tree, campaign in [("galaxy_zoo_decals", "-dr5"), ("galaxy_zoo_desi", "-dr8")]:
        found = found_in(names, tree, "shares")
        assert found == names_of("galaxy_zoo_desi", campaign, "_fraction")


def test_underscores_and_capitals_are_the_same_and_votes_serve_where_no_fractions_are():
    votes = [name.replace("-", "_").upper() for name in names_of("galaxy_zoo_euclid", "-euclid")]
    assert found_in(votes, "galaxy_zoo_euclid", "shares") == votes
    with_both = votes + names_of("galaxy_zoo_euclid", "-euclid", "_fraction")
    found = found_in(with_both, "galaxy_zoo_euclid", "shares")
    assert found == names_of("galaxy_zoo_euclid", "-euclid", "_fraction")


def test_votes_are_found_beside_fractions():
    votes = names_of("galaxy_zoo_desi", "-dr8")
    with_both = [*names_of("galaxy_zoo_desi", "-dr8", "_fraction"), *votes]
    totals = [f"{asked.question}-dr8_total-votes" for asked in TREES["galaxy_zoo_desi"]]
    assert found_in([*with_both, *totals], "galaxy_zoo_desi", "votes") == votes
    hubble = [
        f"t{asked.task:02}_some_words_a{number:02}_other_words_{kind}"
        for asked in TREES["galaxy_zoo_hubble"]
        for number, _ in enumerate(asked.answers, 1)
        for kind in ("count", "weight", "fraction")
    ]
    found = found_in(hubble, "galaxy_zoo_hubble", "votes")
    assert found == [name for name in hubble if name.endswith("_count")]


def test_hubbles_and_candelss_own_catalogues_name_columns_by_number():
    hubble = [
        f"t{asked.task:02}_some_words_a{number:02}_other_words_{kind}fraction"
        for asked in TREES["galaxy_zoo_hubble"]
        for number, _ in enumerate(asked.answers, 1)
        for kind in ("", "weighted_", "debiased_", "best_")
    ]
    found = found_in(hubble, "galaxy_zoo_hubble", "shares")
    assert found == [name for name in hubble if name.endswith("other_words_fraction")]
    debiased = found_in(hubble, "galaxy_zoo_hubble", "debiased")
    assert debiased == [name for name in hubble if name.endswith("_debiased_fraction")]
    # As its catalogue has them: the answers of CANDELS are numbered from 0.
    candels = [
        f"t{asked.task:02}_some_words_a{number}_other_words_{kind}frac"
        for asked in TREES["galaxy_zoo_candels"]
        for number, _ in enumerate(asked.answers)
        for kind in ("", "weighted_")
    ]
    found = found_in(candels, "galaxy_zoo_candels", "shares")
    assert found == [name for name in candels if name.endswith("other_words_frac")]


def test_a_question_without_columns_is_named_and_may_be_left_out_of_the_tree():
    names = names_of("galaxy_zoo_hubble", ending="_fraction", without="odd-feature")
    with pytest.raises(InputError, match=r"odd-feature_dust-lane; .* without: \[odd-feature\]\}"):
        found_in(names, "galaxy_zoo_hubble", "shares")
    assert found_in(names, "galaxy_zoo_hubble", "shares", ("odd-feature",)) == names


def test_missing_answers_and_twofold_ones_are_refused():
    tree = "galaxy_zoo_decals"
    names = names_of(tree, ending="_fraction")
    with pytest.raises(InputError, match="no column for bar_weak; add"):
        found_in([n for n in names if n != "bar_weak_fraction"], tree, "shares")
    with pytest.raises(InputError, match="bar_weak_fraction and bar-dr5_weak_fraction are both"):
        found_in([*names, "bar-dr5_weak_fraction"], tree, "shares")
    with pytest.raises(InputError, match=r"no column for any answer .* columns are ra, dec"):
        found_in(["ra", "dec"], tree, "shares")
