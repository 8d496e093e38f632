"""Columns of catalogues as they are downloaded, found for the trees at hand."""

from pathlib import Path

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.published_columns import published_columns
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.questions import questions_of

TABLE = Path("catalogue.parquet")


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
    assert published_columns(TABLE, ["iauname", *reversed(names), *totals], tree, "shares") == names
    assert [name.removesuffix("_fraction") for name in names] == list(
        tree_from(questions_of(tree)).columns
    )


def test_a_table_with_three_campaigns_gives_those_of_the_tree():
    campaigns = ("-dr12", "-dr5", "-dr8")
    names = [name for one in campaigns for name in names_of("galaxy_zoo_desi", one, "_fraction")]
    for tree, campaign in [("galaxy_zoo_decals", "-dr5"), ("galaxy_zoo_desi", "-dr8")]:
        found = published_columns(TABLE, names, tree, "shares")
        assert found == names_of("galaxy_zoo_desi", campaign, "_fraction")


def test_underscores_and_capitals_are_the_same_and_votes_serve_where_no_fractions_are():
    votes = [name.replace("-", "_").upper() for name in names_of("galaxy_zoo_euclid", "-euclid")]
    assert published_columns(TABLE, votes, "galaxy_zoo_euclid", "shares") == votes
    with_both = votes + names_of("galaxy_zoo_euclid", "-euclid", "_fraction")
    found = published_columns(TABLE, with_both, "galaxy_zoo_euclid", "shares")
    assert found == names_of("galaxy_zoo_euclid", "-euclid", "_fraction")


def test_hubbles_and_candelss_own_catalogues_name_columns_by_number():
    hubble = [
        f"t{asked.task:02}_some_words_a{number:02}_other_words_{kind}fraction"
        for asked in TREES["galaxy_zoo_hubble"]
        for number, _ in enumerate(asked.answers, 1)
        for kind in ("", "weighted_", "debiased_", "best_")
    ]
    found = published_columns(TABLE, hubble, "galaxy_zoo_hubble", "shares")
    assert found == [name for name in hubble if name.endswith("other_words_fraction")]
    debiased = published_columns(TABLE, hubble, "galaxy_zoo_hubble", "debiased")
    assert debiased == [name for name in hubble if name.endswith("_debiased_fraction")]
    # As its catalogue has them: the answers of CANDELS are numbered from 0.
    candels = [
        f"t{asked.task:02}_some_words_a{number}_other_words_{kind}frac"
        for asked in TREES["galaxy_zoo_candels"]
        for number, _ in enumerate(asked.answers)
        for kind in ("", "weighted_")
    ]
    found = published_columns(TABLE, candels, "galaxy_zoo_candels", "shares")
    assert found == [name for name in candels if name.endswith("other_words_frac")]


def test_a_question_may_be_missing_as_a_whole():
    names = names_of("galaxy_zoo_hubble", ending="_fraction", without="odd-feature")
    found = published_columns(TABLE, names, "galaxy_zoo_hubble", "shares")
    assert found == [*names, *[None] * 7]


def test_missing_answers_and_twofold_ones_are_refused():
    tree = "galaxy_zoo_decals"
    names = names_of(tree, ending="_fraction")
    with pytest.raises(InputError, match="none for bar_weak;"):
        published_columns(TABLE, [n for n in names if n != "bar_weak_fraction"], tree, "shares")
    with pytest.raises(InputError, match="bar_weak_fraction and bar-dr5_weak_fraction are both"):
        published_columns(TABLE, [*names, "bar-dr5_weak_fraction"], tree, "shares")
    with pytest.raises(InputError, match=r"no column for any answer .* columns are ra, dec"):
        published_columns(TABLE, ["ra", "dec"], tree, "shares")
