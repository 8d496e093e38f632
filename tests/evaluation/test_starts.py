"""What starting weights learnt of the galaxies that judge a result, counted and in words."""

import pytest

from galaxyzoo.evaluation.starts import (
    UNKNOWN_IN_WORDS,
    starts_in_words,
    taught_in_words,
    what_starts_learnt,
)


@pytest.mark.parametrize(
    ("seen_galaxy_zoo", "sentences"), [(False, []), (True, [UNKNOWN_IN_WORDS])]
)
def test_weights_without_a_list_learnt_nothing_that_is_known(seen_galaxy_zoo, sentences):
    found = what_starts_learnt([], None, None, None, seen_galaxy_zoo, [])
    assert (found["galaxies"], found["holdout_seen"], found["test_seen"]) == (0, 0, 0)
    assert starts_in_words(found) == sentences


def test_galaxies_that_were_learnt_are_told():
    seen = {"learnt": "known", "galaxies": 9, "holdout_seen": 3, "test_seen": 4, "origins": []}
    held_out, test = starts_in_words(seen)
    assert held_out.startswith("The starting weights learnt 3 of the held-out galaxies")
    assert test.startswith("The starting weights learnt 4 of the test galaxies")


def test_a_simulated_start_is_told_with_the_code_that_taught_it_and_with_what_it_began():
    encoder = {"weights": "hf-hub:c/d", "galaxy_zoo_names": ["gz2"]}
    origin = {
        "weights": "simulated",
        "simulated": {"galaxies": 20_000, "epochs": 8, "size": 64, "weights": "hf-hub:c/d"},
        "taught": {"commit": "4f2a", "diff": None},
        "begun_with": encoder,
    }
    assert taught_in_words(origin) == (
        "The starting weights were taught by this workflow, at commit 4f2a, on 20,000 simulated "
        "galaxies with simulated votes (8 epochs at 64 px): no volunteer's vote was among these."
    )
    edited = origin | {"taught": {"commit": None, "diff": "0a1b.diff"}}
    assert "at an unknown commit with uncommitted changes, on" in taught_in_words(edited)
    seen = {"learnt": "unknown", "galaxies": 9, "holdout_seen": 0, "test_seen": 0}
    [_, told] = starts_in_words(seen | {"origins": [origin]})
    assert told.startswith("The card of hf-hub:c/d names gz2: if it learnt Galaxy Zoo's votes")
