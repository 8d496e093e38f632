"""`model.weights: simulated`: which experiment teaches it, under which name; what is refused."""

import copy

import pytest

from checkout import ROOT, TINY, changed
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan import paths
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.simulated_starts import teaching, teaching_in_words
from galaxyzoo.plan.starting_points import require_other_starts
from galaxyzoo.plan.variants import Experiments, experiments, plan_in_words

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
SIMULATED = {"weights": "simulated"}


def planned(model: dict, **changes) -> Experiments:
    """The plan of the tiny experiment with some keys of its model changed."""
    return experiments(changed(model=TINY["model"] | model, **changes), SCHEMA)


def start_of(model: dict) -> dict:
    """The config that teaches the start of the tiny experiment with some keys of its model."""
    return planned(model).starts["tiny"]


def test_the_recipe_is_the_issue_s():
    config = start_of({"weights": "simulated", "backbone": "tf_efficientnet_lite0"})
    [stage] = config["stages"]
    assert config["survey"]["simulation"]["galaxies"] == 20_000
    assert (stage["epochs"], stage["size"], stage["batch_size"]) == (8, 64, 64)
    assert (stage["lr"], stage["loss"], stage["freeze"]) == (3e-3, "cross_entropy", False)
    assert config["augmentation"]["zoom"] == [1.25, 1.9]
    assert config["model"]["weights"] == "pretrained"
    assert config["seeds"] == [0]
    words = teaching_in_words(config)
    assert "taught on 20,000 simulated galaxies first (8 epochs at 64 px), once for all" in words
    # The issue's 12 minutes of training and 6 of simulation; 20,000 crops of 224 * 224 * 3 bytes.
    assert "takes about 18 min on two cores, and 3.0 GB for the galaxies" in words
    more = start_of({"weights": "simulated", "simulated": {"galaxies": 40_000, "size": 128}})
    assert "takes about 108 min on" in teaching_in_words(more)  # 2 * (6 + 12 * 4)


def test_experiments_with_the_same_settings_share_a_start_and_others_have_their_own():
    name = start_of(SIMULATED)["experiment"]
    assert name.startswith("starts/simulated-test_resnet-")
    shared = planned(
        SIMULATED | {"head": "linear", "output": "softmax"}, experiment="other", seeds=[4]
    )
    assert [*shared.teaching] == [name]
    changes = [
        {"backbone": "test_vit"},
        *({"simulated": {key: 45}} for key in ("galaxies", "epochs", "size")),
        {"simulated": {"weights": "random"}},
    ]
    others = [start_of(SIMULATED | change) for change in changes]
    assert len({name, *(other["experiment"] for other in others)}) == 1 + len(changes)
    surveys = [other["survey"]["name"] for other in others]
    assert len(set(surveys)) == 2  # the survey is another where the galaxies are
    assert surveys.count(start_of(SIMULATED)["survey"]["name"]) == len(changes) - 1


def test_the_start_s_name_follows_its_whole_recipe():
    model = validated(changed(model=TINY["model"] | SIMULATED), SCHEMA)["model"]
    schema = copy.deepcopy(SCHEMA)
    decay = schema["properties"]["stages"]["items"]["properties"]["weight_decay"]
    decay["default"] = decay["default"] / 2
    assert teaching(model, schema)["experiment"] != teaching(model, SCHEMA)["experiment"]


def test_variants_begin_with_starts_of_their_own_backbones():
    variants = {
        "vit": {"model": {"backbone": "test_vit"}},
        "further": {"model": {"simulated": {"epochs": 9}}},
        "plain": {"model": {"weights": "random"}},
        "slow": {"stages": {"all_large": {"lr": 0.001}}},
    }
    plan = planned(SIMULATED, variants=variants, ensemble=["base", "vit"])
    names = {name: plan.starts[name]["experiment"] for name in plan.starts}
    assert [*names] == ["tiny", "tiny-vit", "tiny-further", "tiny-slow"]
    assert names["tiny"] == names["tiny-slow"]
    assert len(plan.teaching) == 3
    weights = paths.starting_weights_names(plan)
    assert weights["tiny"] == names["tiny"].removeprefix("starts/")
    assert weights["tiny-plain"] == "test_resnet-random"
    assert weights[names["tiny-vit"]] == "test_vit-pretrained"
    last = f"results/{names['tiny']}/seed0/stages/all.pt"
    assert paths.network_weights(plan, names["tiny"]) == [last]
    # A variant with another start takes no stage of the base's; the same start is shared.
    owners = {name: set(plan.owners[name].values()) for name in plan.configs}
    assert owners["tiny-further"] == {"tiny-further"}
    assert owners["tiny-slow"] == {"tiny", "tiny-slow"}
    # What teaches starts is neither scored nor counted with the run's experiments.
    assert not set(plan.teaching) & set(plan.configs)
    words = "\n".join(plan_in_words(plan))
    assert "34 stages to train; the variants take 6 from tiny" in words
    assert paths.chains(plan) == 5 * 2
    assert not any("starts/" in path for path in paths.all_stages(plan, [".csv"]))


def test_a_start_s_survey_has_raw_files_of_its_own_in_every_run():
    """Even if an experiment of one run simulates the same galaxies under its own name."""
    survey = start_of(SIMULATED)["survey"]
    same = TINY["survey"] | {"simulation": survey["simulation"]}
    plan = planned(SIMULATED, survey=same)
    assert paths.raw_surveys(plan) == {name: name for name in ("tiny", survey["name"])}
    seen = paths.have_seen_galaxy_zoo(plan, SCHEMA)
    assert seen == dict.fromkeys(plan.trained, False)


def test_an_encoder_that_may_have_seen_galaxy_zoo_is_told_behind_a_simulated_start():
    encoder = {"weights": "hf-hub:mwalmsley/zoobot-encoder-test"}
    plan = planned(SIMULATED | {"simulated": encoder})
    assert paths.have_seen_galaxy_zoo(plan, SCHEMA) == dict.fromkeys(plan.trained, True)


def test_settings_of_a_simulated_start_are_kept_where_there_is_one_alone():
    given = {"simulated": {"epochs": 3}}
    with_one, without = (planned(given | {"weights": w}) for w in ("simulated", "random"))
    assert with_one.configs["tiny"]["model"]["simulated"] == {
        "galaxies": 20_000,
        "epochs": 3,
        "size": 64,
        "weights": "pretrained",
    }
    assert validated(with_one.configs["tiny"], SCHEMA) == with_one.configs["tiny"]
    assert "simulated" not in without.configs["tiny"]["model"]
    assert without.starts == {}


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ({"simulated": {"galaxies": 30}}, r"simulated.galaxies: 30 is not allowed; .* at least 40"),
        ({"simulated": {"size": 300}}, r"simulated.size: 300 is not allowed; .* from 32 to 224"),
        ({"simulated": {"weights": "mine.pt"}}, r"simulated.weights: 'mine.pt' is not allowed"),
        ({"simulated": {"zoom": 2}}, r"unknown key model.simulated.zoom; allowed: galaxies, ep"),
        (
            {"backbone": "vit_small_patch14_dinov2"},
            r"model.simulated.size: 64 px is not a whole number of patches of vit_small_patch14",
        ),
    ],
)
def test_what_cannot_be_taught_is_refused_before_any_job(model, sentence):
    with pytest.raises(InputError, match=sentence):
        planned(SIMULATED | model)


def test_no_experiment_of_the_run_starts_from_the_file_of_what_it_teaches(tmp_path):
    name = start_of(SIMULATED)["experiment"]
    file = tmp_path / name / "seed0" / "stages" / "all.pt"
    file.parent.mkdir(parents=True)
    file.touch()
    plan = planned(SIMULATED, variants={"v": {"model": {"weights": str(file)}}})
    with pytest.raises(
        InputError, match=f"tiny-v would start from .*, which is a result of {name}"
    ):
        require_other_starts(plan.trained, tmp_path)
