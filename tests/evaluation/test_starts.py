"""What starting weights learnt of the galaxies that judge a result, counted and in words."""

import pytest

from galaxyzoo.evaluation.starts import UNKNOWN_IN_WORDS, starts_in_words, what_starts_learnt


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
