"""`surveys`: several surveys of one experiment, and what cannot be joined, by key and names."""

import copy
import re

import pytest

from checkout import ROOT, TINY
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan import paths
from galaxyzoo.plan.config import counts_votes, has_classes, load_schema, validated
from galaxyzoo.plan.joined_surveys import part_configs, surveys_of
from galaxyzoo.plan.own_configs import retraining_differences
from galaxyzoo.plan.stage_settings import survey_settings
from galaxyzoo.plan.variants import experiments, laid_over
from trees import RINGS

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
SKY = {"galaxies": 40, "test_galaxies": 7, "volunteers": 40, "seed": 1}
NEAR = {"name": "near", "source": "simulation", "simulation": SKY}
FAR = {"name": "far", "source": "simulation", "simulation": {"galaxies": 60, "seed": 2}}
OWN = {"images": "images", "table": "t.csv", "image_column": "id", "labels": "gz2_debiased"}
MINE = {"name": "mine", "source": "own", "own": OWN}
BOTH = {"name": "both", "source": "joined", "crop": 96, "holdout": 0.3}


def joined(*surveys: dict, **changes) -> dict:
    """The tiny experiment on several surveys, with some keys changed, as its author writes it."""
    config = copy.deepcopy(TINY) | {"surveys": copy.deepcopy([*surveys]) or [NEAR, FAR]}
    return laid_over(config, {"survey": BOTH}) | changes


def own(name: str, **keys) -> dict:
    return {"name": name, "source": "own", "own": OWN | {"table": f"{name}.csv"} | keys}


def test_each_survey_has_the_keys_of_all_unless_it_says_otherwise():
    config = validated(joined(NEAR, FAR | {"holdout": 0.2}), SCHEMA)
    near, far = config["surveys"]
    assert (near["crop"], near["holdout"], near["on_bad_galaxy"]) == (96, 0.3, "stop")
    assert (far["crop"], far["holdout"]) == (96, 0.2)
    assert near["simulation"]["volunteers"] == 40  # the schema's default
    assert "gz2" not in near
    assert "simulation" not in config["survey"]


def test_a_resolved_config_is_resolved_to_itself():
    config = validated(joined(), SCHEMA)
    assert validated(config, SCHEMA) == config


def test_without_surveys_a_config_says_nothing_of_them():
    assert validated(TINY | {"surveys": None}, SCHEMA) == validated(TINY, SCHEMA)
    assert "surveys" not in validated(TINY, SCHEMA)


def test_an_experiment_on_one_of_them_is_as_if_it_were_alone():
    config = validated(joined(NEAR, {"name": "k", "source": "files"}, files="folder"), SCHEMA)
    near, kaggle = part_configs(config)
    alone = validated(laid_over(TINY, {"survey": NEAR | {"crop": 96, "holdout": 0.3}}), SCHEMA)
    assert survey_settings(near) == survey_settings(alone)
    assert (near["files"], kaggle["files"]) == (None, "folder")
    assert surveys_of(alone) == [alone["survey"]]
    assert part_configs(alone) == []


@pytest.mark.parametrize(
    ("config", "key", "told"),
    [
        (joined(surveys=None), "surveys", "at least two surveys"),
        (TINY | {"surveys": [NEAR, FAR]}, "surveys", "survey.source: joined"),
        (joined(NEAR), "surveys", "at least two surveys"),
        (joined(NEAR, NEAR | {"simulation": {"seed": 3}}), "surveys", "named 'near'"),
        (joined(NEAR, FAR | {"name": "both"}), "surveys", "named 'both'"),
        (joined(NEAR, NEAR | {"name": "again"}), "surveys[1]", "again has the same galaxies"),
        (joined(NEAR, BOTH | {"name": "more"}), "surveys[1].source", "any other source"),
        (joined(NEAR, FAR | {"crop": 128}), "surveys[1].crop", "128 of far is not survey.crop, 96"),
        (joined(NEAR, FAR | {"on_bad_galaxy": "skip"}), "surveys[1].on_bad_galaxy", "far"),
        (joined(NEAR, FAR | {"labelled_by": "experts"}), "survey.labelled_by", "experts (far)"),
        (joined(NEAR, own("mine", bands=["r"])), "surveys[1].own.bands", "near has i, r, g"),
        (joined(own("a"), own("b", bands=["z", "r", "g"])), "surveys[1].own.bands", "b z, r, g"),
        (joined(own("a"), own("b", stretch={"q": 9.0})), "surveys[1].own.stretch", "'q': 9.0"),
        (
            joined(NEAR, own("mine", training_scale=0.03)),
            "surveys[1].own.training_scale",
            "near has 0.02 radii per pixel, and mine 0.03",
        ),
        (joined(NEAR, own("mine", sizes="resize")), "surveys[1].own.sizes", "near has crop"),
        (joined(NEAR, own("mine", carry=["survey"])), "surveys[1].own.carry", "other columns"),
        (joined(NEAR, own("mine", labels="class")), "surveys[1].own.class_column", "missing"),
        (joined(tree=RINGS), "tree", "Galaxy Zoo 2's tree"),
        (joined(published_on=["kaggle"]), "surveys[0].source", "published_on"),
        (joined(NEAR, {"name": "k", "source": "files"}), "files", "missing"),
        (joined(files="folder"), "files", "not allowed"),
        (joined(NEAR, FAR | {"holdout": 0.999}), "surveys[1].holdout", "leave none"),
        (joined(NEAR, FAR | {"seed": 4}), "surveys[1].seed", "unknown key"),
    ],
)
def test_what_cannot_be_joined_is_a_line_that_names_the_key(config, key, told):
    with pytest.raises(InputError) as error:
        validated(config, SCHEMA)
    lines = [line for line in str(error.value).splitlines() if told in line]
    assert lines, str(error.value)
    assert re.search(rf"(?<![\w.]){re.escape(key)}(?![\w\[])", lines[0]), lines[0]


def test_one_who_is_true_of_all_is_said_of_all():
    by_others = [NEAR | {"labelled_by": "simulation"}, FAR | {"labelled_by": "experts"}]
    of_several = laid_over(joined(*by_others), {"survey": {"labelled_by": "labellers"}})
    assert validated(of_several, SCHEMA)["survey"]["labelled_by"] == "labellers"


def test_what_is_known_of_all_galaxies_is_known_of_each_survey():
    assert counts_votes(validated(joined(), SCHEMA))
    assert not counts_votes(validated(joined(NEAR, MINE), SCHEMA))
    kinds = [own(name, labels="class", class_column="kind") for name in ("a", "b")]
    assert has_classes(validated(joined(*kinds, tree={"classes": ["x", "y"]}), SCHEMA))
    assert not has_classes(validated(joined(), SCHEMA))


def test_a_run_has_the_joined_survey_after_its_parts_each_with_raw_files_of_its_own():
    plan = experiments(joined(), SCHEMA)
    assert [*paths.surveys(plan)] == ["near", "far", "both"]
    assert paths.raw_surveys(plan) == {"near": "near", "far": "far", "both": "both"}


def test_networks_have_seen_galaxy_zoo_if_one_of_the_surveys_is_of_it():
    seen = {"tiny": False}
    assert paths.have_seen_galaxy_zoo(experiments(joined(), SCHEMA), SCHEMA) == seen
    config = joined(NEAR, {"name": "kaggle", "source": "kaggle"})
    assert paths.have_seen_galaxy_zoo(experiments(config, SCHEMA), SCHEMA) == {"tiny": True}


def test_what_retrains_is_told_where_surveys_were_joined_or_no_longer_are():
    one, both = validated(TINY, SCHEMA), validated(joined(), SCHEMA)
    for before, now in ((one, both), (both, one)):
        told = " ".join(retraining_differences(before, now))
        assert "survey.source" in told
        assert "surveys" in told


def variant(**changes) -> dict:
    return joined(variants={"v": changes})


def test_variants_on_the_same_surveys_share_them_and_their_stages():
    plan = experiments(variant(tta={"rotations": 1}), SCHEMA)
    assert set(plan.owners["tiny-v"].values()) == {"tiny"}
    other = [NEAR, FAR | {"name": "farther", "simulation": {"seed": 3}}]
    plan = experiments(variant(surveys=other, survey={"name": "others"}), SCHEMA)
    assert set(plan.owners["tiny-v"].values()) == {"tiny-v"}
    assert [*paths.surveys(plan)] == ["near", "far", "both", "farther", "others"]


def test_a_variant_may_be_on_one_of_them_alone():
    plan = experiments(variant(survey=NEAR, surveys=None), SCHEMA)
    assert [*paths.surveys(plan)] == ["near", "far", "both"]


def test_a_name_of_a_survey_stands_for_one_thing_in_all_variants():
    other = [NEAR, FAR | {"simulation": {"seed": 3}}]
    with pytest.raises(InputError, match=r"'far' is the survey of base, which has another simul"):
        experiments(variant(surveys=other, survey={"name": "others"}), SCHEMA)
    with pytest.raises(InputError, match=r"'both' is the survey of base, which has another surv"):
        experiments(variant(surveys=[NEAR, FAR | {"name": "farther"}]), SCHEMA)


def test_members_of_an_ensemble_hold_out_the_same_galaxies_of_each_survey():
    def members(**changes) -> dict:
        return variant(**changes) | {"ensemble": ["base", "v"]}

    named = [NEAR | {"name": "near_wide"}, FAR | {"name": "far_wide"}]
    wide = {"survey": {"name": "wide", "crop": 128}, "surveys": named}
    assert experiments(members(**wide), SCHEMA).members == ("tiny", "tiny-v")
    named[0] = named[0] | {"holdout": 0.2}
    with pytest.raises(InputError, match="v has another surveys than base"):
        experiments(members(**wide), SCHEMA)
