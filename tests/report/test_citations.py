"""What a report asks to cite: all that was used, and nothing that was not."""

from pathlib import Path

import pytest

from galaxyzoo.plan.config import load_schema
from galaxyzoo.report.citations import OF_TREES, citations
from galaxyzoo.tree.galaxy_zoo_trees import TREES

ROOT = Path(__file__).parents[2]
SOURCES = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")["$defs"]["sources"]
TABLES = [{"address": "https://example.org/zoo2MainSpecz.csv.gz"}]
HART = [{"address": "https://example.org/gz2_hart16.csv.gz"}]
SDSS, GZ2 = "Abazajian et al. 2009, ApJS 182, 543", "Willett et al. 2013, MNRAS 435, 2835"


def cited(source="simulation", tree="galaxy_zoo_2", model=None, tables=TABLES):
    model = {"backbone": "tf_efficientnet_lite0", "weights": "pretrained"} | (model or {})
    survey = {"name": "rings", "source": source, "gz2": {"tables": tables}}
    found = citations({"survey": survey, "tree": tree, "model": model})
    return "\n".join(citation.reference for citation in found)


@pytest.mark.parametrize("source", SOURCES)
def test_pictures_of_the_sdss_are_cited_where_they_are_used(source):
    assert (SDSS in cited(source)) == ("Sloan" in SOURCES[source]["data"])


@pytest.mark.parametrize("name", ["galaxy_zoo_2", *TREES])
def test_a_tree_is_cited_by_the_paper_that_the_docs_name(name):
    assert OF_TREES[name] in cited("own", tree=name)
    docs = (ROOT / "docs" / "own-galaxies.md").read_text(encoding="utf-8")
    [row] = [line for line in docs.splitlines() if line.startswith(f"| `{name}` |")]
    assert OF_TREES[name] in row


def test_a_part_of_a_tree_is_its_survey_s_and_a_tree_of_one_s_own_nobody_else_s():
    part = {"survey": "galaxy_zoo_hubble", "without": ["odd-feature"]}
    assert OF_TREES["galaxy_zoo_hubble"] in cited("own", tree=part)
    own = cited("own", tree=[{"text": "Ring?", "answers": [{"column": "a"}, {"column": "b"}]}])
    assert not any(paper in own for paper in OF_TREES.values())
    assert "rings: as its owners ask" in own


def test_each_of_several_surveys_is_cited_and_none_twice():
    surveys = [
        {"name": name, "source": source, "gz2": {"tables": HART}}
        for name, source in (("rings", "own"), ("a", "kaggle"), ("b", "gz2"), ("c", "simulation"))
    ]
    model = {"backbone": "tf_efficientnet_lite0", "weights": "random"}
    joined = {"survey": {"name": "all", "source": "joined"}, "surveys": surveys}
    found = citations(joined | {"tree": "galaxy_zoo_2", "model": model})
    references = [one.reference for one in found]
    assert references.count("rings: as its owners ask") == 1
    for part in ("The Galaxy Challenge, Kaggle", "zenodo.3565489", "Hart et al. 2016", SDSS):
        assert len([one for one in references if part in one]) == 1, part
    assert len(found) == len({*found})


def test_kaggle_s_and_galaxy_zoo_2_s_pictures_have_owners_of_their_own():
    for source in ("kaggle", "files"):
        assert "The Galaxy Challenge, Kaggle" in cited(source)
        assert GZ2 in cited(source)
    assert "zenodo.3565489" in cited("gz2")
    assert "Hart" not in cited("gz2")
    assert "Hart et al. 2016" in cited("gz2", tables=HART)


@pytest.mark.parametrize(
    ("model", "asked", "not_asked"),
    [
        ({}, "Russakovsky", "Zoobot"),
        ({"weights": "random"}, "Tan and Le", "ImageNet"),
        ({"backbone": "convnext_nano"}, "timm's page of convnext_nano", "Tan and Le"),
        ({"weights": "simulated", "simulated": {"weights": "pretrained"}}, "Russakovsky", "Zoobot"),
        ({"weights": "simulated", "simulated": {"weights": "random"}}, GZ2, "ImageNet"),
        ({"weights": "results/demo"}, "results/demo: as its makers ask", "ImageNet"),
        ({"backbone": "hf_hub:mwalmsley/zoobot-encoder"}, "JOSS 8(85), 5312", "ImageNet"),
    ],
)
def test_a_backbone_and_its_weights_are_cited_by_what_they_are(model, asked, not_asked):
    assert asked in cited(model=model)
    assert not_asked not in cited(model=model)
