"""A trial trains and predicts what a stage would, and tells how many galaxies it took how long."""

import pytest

from checkout import ROOT, TINY, changed
from galaxyzoo.engine.trial import prediction_trial, training_trial
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.stage_settings import stage_settings

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
VOTES = {"loss": "dirichlet_multinomial"}


@pytest.mark.parametrize("change", [{}, {"freeze": True}, {"ema": 0.9, "accumulate": 2}, VOTES])
def test_a_stage_is_tried_with_whole_epochs(change):
    stage = {"name": "all", "size": 32, "epochs": 1, "lr": 0.1, "batch_size": 4} | change
    model = TINY["model"] | ({"output": "softmax"} if change is VOTES else {})
    config = validated(changed(stages=[stage], model=model), SCHEMA)
    galaxies, seconds = training_trial(stage_settings(config, 0, 0), 1, 0.25, seconds=0.0)
    assert galaxies == 4  # a batch, once
    assert seconds > 0


def test_a_prediction_is_tried_with_all_views():
    config = validated(TINY, SCHEMA)
    settings = stage_settings(config, 0, len(config["stages"]) - 1)
    tta = config["tta"] | {"batch_size": 4}
    galaxies, seconds = prediction_trial(settings, tta, 64, 1, seconds=0.0)
    assert galaxies == 4
    assert seconds > 0
