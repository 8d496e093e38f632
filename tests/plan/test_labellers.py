"""The words for who labelled a survey: a phrase for each place, and none of a crowd but for one."""

import pytest

from checkout import ROOT
from crowd_words import crowd_words
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.labellers import VOLUNTEERS, WORDS, words_of

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
OTHERS = [name for name in WORDS if name != "volunteers"]


def test_the_config_allows_those_for_whom_there_are_words():
    key = SCHEMA["properties"]["survey"]["properties"]["labelled_by"]
    assert key["enum"] == list(WORDS)
    assert words_of({"labelled_by": key["default"]}) == words_of({}) == VOLUNTEERS


@pytest.mark.parametrize("name", OTHERS)
def test_no_word_of_a_crowd_is_said_of_others(name):
    assert WORDS[name].keys() == VOLUNTEERS.keys()
    assert crowd_words(" ".join(WORDS[name].values())) == []
    assert crowd_words(" ".join(VOLUNTEERS.values()))
