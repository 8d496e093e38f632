"""Which file of which experiment: an ensemble, variants and surveys of several sources."""

from checkout import ROOT, changed
from galaxyzoo.plan import paths
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.variants import experiments

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
OTHER_SKY = {"galaxies": 40, "test_galaxies": 0, "volunteers": 40, "seed": 2}
PLAN = experiments(
    changed(
        variants={
            "slow": {"stages": {"all_large": {"lr": 0.001}}, "seeds": [1]},
            "narrow": {"survey": {"name": "narrow", "crop": 96}},
            "sky": {"survey": {"name": "sky", "simulation": OTHER_SKY}},
            "files": {"survey": {"name": "real", "source": "files"}, "files": "folder"},
        },
        ensemble=["base", "slow"],
    ),
    SCHEMA,
)


def test_an_ensemble_averages_bags_and_has_all_networks_of_its_members():
    assert paths.networks(PLAN, "tiny-ensemble") == [("tiny", 0), ("tiny", 1), ("tiny-slow", 1)]
    bags = [f"results/{name}/bag/test.parquet" for name in ("tiny", "tiny-slow")]
    assert paths.bag_members(PLAN, "tiny-ensemble", "test") == bags
    own = [f"results/tiny/seed{seed}/predictions/test_tta.parquet" for seed in (0, 1)]
    assert paths.bag_members(PLAN, "tiny", "test") == own
    assert paths.config_of(PLAN, "tiny-ensemble")["experiment"] == "tiny"


def test_a_stage_starts_from_the_one_before_wherever_that_was_trained():
    names = [stage["name"] for stage in PLAN.configs["tiny"]["stages"]]
    before = [paths.previous_weights(PLAN, "tiny-slow", 1, i) for i in (1, 2, 3)]
    assert before == [f"results/tiny/seed1/stages/{name}.pt" for name in names[:3]]
    assert paths.last_weights(PLAN, "tiny-slow", 1) == "results/tiny-slow/seed1/stages/all_large.pt"
    assert paths.chains(PLAN) == 2 + 1 + 3 * 2


def test_surveys_share_raw_files_where_their_source_is_the_same():
    assert paths.raw_surveys(PLAN) == {"tiny": "tiny", "narrow": "tiny", "sky": "sky"} | {
        "real": "real"
    }
    assert paths.surveys(PLAN)["real"]["files"] == "folder"
