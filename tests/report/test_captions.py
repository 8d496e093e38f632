"""The captions of Snakemake's report: whole sentences about those who labelled the galaxies."""

from types import SimpleNamespace

import pytest
from jinja2 import Environment, StrictUndefined

from checkout import ROOT
from crowd_words import crowd_words
from galaxyzoo.plan.labellers import WORDS

FOLDER = ROOT / "workflow" / "report"
CAPTIONS = sorted(path.name for path in FOLDER.glob("*.rst"))


def caption(name: str, labelled_by: str) -> str:
    """A caption as Snakemake renders it, on one line."""
    settings = {"words": WORDS[labelled_by], "seeds": [0, 1], "seed": 0, "size": 64}
    params = SimpleNamespace(settings=settings)
    job = SimpleNamespace(
        params=params, config=settings, wildcards=SimpleNamespace(stage="head_64")
    )
    text = (FOLDER / name).read_text(encoding="utf-8")
    rendered = Environment(undefined=StrictUndefined).from_string(text).render(snakemake=job)
    return " ".join(rendered.split())


@pytest.mark.parametrize("labelled_by", WORDS)
@pytest.mark.parametrize("name", CAPTIONS)
def test_only_volunteers_are_a_crowd_that_votes(name, labelled_by):
    text = caption(name, labelled_by)
    assert text[0].isupper()
    if labelled_by != "volunteers":
        assert crowd_words(text) == []


def test_volunteers_and_others_are_told_of_in_whole_sentences():
    said = {name: caption("coverage.rst", name) for name in WORDS}
    assert said["volunteers"] == (
        "How often the 90 % interval of each answer's prediction holds the crowd's vote, on "
        "held-out galaxies, for the fraction (the share of the votes on its own question) and for "
        "the joint probability. Bars are Wilson's 95 % interval over the galaxies that have a "
        "vote. The line is what was promised."
    )
    assert "prediction holds the experts' label, on held-out" in said["experts"]
    assert "prediction holds the simulation's label, on" in said["simulation"]
    assert "prediction holds the earlier network's label, on" in said["network"]
