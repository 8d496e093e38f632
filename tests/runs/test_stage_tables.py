"""What is known of an experiment's stages, its own and those that it takes from its base."""

import numpy as np
import pandas as pd
import pytest
import yaml

from checkout import ROOT, TINY
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.runs.stage_tables import stage_costs, stage_paths

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
BASE = validated(TINY | {"experiment": "one", "stages": TINY["stages"][:2]}, SCHEMA)


def test_a_variant_s_stages_are_its_base_s_up_to_the_first_that_differs(tmp_path):
    stages = [BASE["stages"][0], BASE["stages"][1] | {"lr": [0.1, 0.2]}]
    variant = BASE | {"experiment": "one-fast", "variant_of": "one", "seeds": [1, 2]}
    folder = tmp_path / "one-fast"
    with pytest.raises(InputError, match="it takes stages from one, of which it is a variant"):
        stage_paths(folder, variant | {"stages": stages})
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "config.yaml").write_text(yaml.safe_dump(BASE), encoding="utf-8")
    assert stage_paths(folder, variant | {"stages": stages}) == {
        (1, "head"): tmp_path / "one" / "seed1" / "stages" / "head",
        (1, "all"): folder / "seed1" / "stages" / "all",
        (2, "head"): folder / "seed2" / "stages" / "head",
        (2, "all"): folder / "seed2" / "stages" / "all",
    }
    assert stage_paths(tmp_path / "one", BASE)[0, "all"] == tmp_path / "one/seed0/stages/all"


def test_costs_are_of_all_seeds_and_epochs():
    timings = {
        seed: {"all": pd.DataFrame({"seconds": [10, 20], "images_per_second": [100 * seed, 90]})}
        for seed in (1, 2)
    }
    benchmarks = {
        seed: {"all": pd.DataFrame({"s": [40 + seed], "max_rss": [memory]})}
        for seed, memory in ((1, 900.0), (2, np.nan))
    }
    [row] = stage_costs(timings, benchmarks).to_dict("records")
    expected = ["all", 41.5, 30, 95, 900]
    assert list(row.values()) == expected
