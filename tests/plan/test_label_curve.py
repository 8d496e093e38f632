"""`label_curve`: which variants it adds, and how they differ from the experiment."""

import copy

import pytest

from checkout import ROOT, TINY
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.probes import losses_of_two_kinds
from galaxyzoo.plan.variants import Experiments, experiments

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def planned(**changes) -> Experiments:
    """The plan of the tiny experiment with some keys changed."""
    return experiments(copy.deepcopy(TINY) | changes, SCHEMA)


def test_a_curve_adds_variants_with_fewer_galaxies_and_as_many_steps():
    plan = planned(label_curve=True)
    assert plan.curve == ("tiny-labels_25", "tiny-labels_50", "tiny")
    quarter, half, whole = (plan.configs[name] for name in plan.curve)
    assert [one["training_galaxies"] for one in (quarter, half, whole)] == [0.25, 0.5, None]
    for stage, base in zip(quarter["stages"], whole["stages"], strict=True):
        assert stage == base | {"epochs": 4 * base["epochs"]}
    assert [stage["epochs"] for stage in half["stages"]] == [
        2 * stage["epochs"] for stage in whole["stages"]
    ]
    assert "label_curve" not in whole


@pytest.mark.parametrize(("given", "shares"), [(30, [8, 15]), (0.4, [0.1, 0.2]), (1, [1, 1])])
def test_a_curve_is_of_the_galaxies_that_the_experiment_trains_on(given, shares):
    plan = planned(label_curve=True, training_galaxies=given)
    assert [plan.configs[name]["training_galaxies"] for name in plan.curve] == [*shares, given]


def test_nobody_asked():
    assert planned().curve == planned(label_curve=False).curve == ()
    assert len(planned(label_curve=False).configs) == 1


def test_a_name_that_the_curve_needs_is_taken():
    with pytest.raises(InputError, match="the name labels_25 is taken"):
        planned(label_curve=True, variants={"labels_25": {"validation": 0.3}})


def test_a_probe_whose_head_the_next_stage_reads_otherwise_is_told():
    votes, other = "dirichlet_multinomial", "cross_entropy"
    probe = {"name": "probe", "probe": {"views": 8}, "loss": other}
    stages = [probe, {"name": "all", "epochs": 2, "loss": votes}]
    config = {"experiment": "mine", "stages": stages}
    [told] = losses_of_two_kinds(config)
    assert told.startswith("mine: the probe probe has loss: cross_entropy, and all after it dirich")
    assert told.endswith("give the probe loss: dirichlet_multinomial")
    for alike in (votes, other):
        config["stages"] = [stage | {"loss": alike} for stage in stages]
        assert not [*losses_of_two_kinds(config)]
    config["stages"] = [stages[1], stages[1] | {"loss": other}]
    assert not [*losses_of_two_kinds(config)]
