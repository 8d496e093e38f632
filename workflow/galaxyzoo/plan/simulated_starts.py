"""The experiment that teaches `model.weights: simulated`: a network on a simulated survey.

No vote of anybody reaches it. Its name holds a hash of all its settings, so that experiments with
the same settings share one, and others have another. Its folder is in `results/starts/`.
"""

import hashlib
import json
import re
from typing import Any

from galaxyzoo.plan.config import Schema, validated
from galaxyzoo.plan.stage_settings import stage_dependencies, survey_settings
from galaxyzoo.plan.starting_points import HASH_DIGITS, SIMULATED

Config = dict[str, Any]

FOLDER = "starts"  # in that of all results, beside the folders of experiments
SEED, STAGE = 0, "all"
CROP_PX = 224
# Galaxies that are held out, which split and checkpoint ask for, and then that are validated on.
APART = 0.02


def teaching(model: Config, schema: Schema) -> Config:
    """The resolved config of the experiment that teaches the start of a resolved `model`.

    Its recipe is for the pictures of Kaggle's scale that the simulation makes.
    """
    simulated = model["simulated"]
    sky = {"galaxies": simulated["galaxies"], "test_galaxies": 0, "volunteers": 40, "seed": 1849}
    survey = {"name": SIMULATED, "source": "simulation", "simulation": sky}
    stage = {"name": STAGE, "size": simulated["size"], "epochs": simulated["epochs"]}
    config = validated(
        {
            "experiment": SIMULATED,
            "seeds": [SEED],
            "validation": APART,
            "survey": survey | {"crop": CROP_PX, "holdout": APART},
            "model": {
                "backbone": model["backbone"],
                "weights": simulated["weights"],
                "head": "linear",
                "output": "sigmoid",
            },
            "augmentation": {"rotation": 360, "flip": True, "zoom": [1.25, 1.9]},
            "stages": [stage | {"lr": 3.0e-3, "loss": "cross_entropy", "batch_size": 64}],
        },
        schema,
    )
    named = re.sub(r"[^A-Za-z0-9_.-]", "-", model["backbone"])
    name = f"{SIMULATED}-{named}-{digest(stage_dependencies(config, SEED, 0))}"
    its_survey = f"{SIMULATED}_{simulated['galaxies']}_{digest(survey_settings(config))}"
    config["survey"]["name"] = its_survey
    return config | {"experiment": f"{FOLDER}/{name}"}


def digest(settings: Config) -> str:
    """A hash of settings, in hexadecimal digits."""
    text = json.dumps(settings, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]


def teaching_in_words(config: Config) -> str:
    """What a run tells before it teaches a start, by the resolved config of that experiment.

    Times and sizes are those of its default settings, as docs/fine-tuning.md has them, in
    proportion.
    """
    stage, galaxies = config["stages"][0], config["survey"]["simulation"]["galaxies"]
    epochs, size_px = stage["epochs"], stage["size"]
    minutes = galaxies / 20_000 * (6 + 12 * epochs * size_px**2 / (8 * 64**2))
    gigabytes = galaxies * CROP_PX**2 * 3 / 1e9
    return (
        f"{config['model']['backbone']} is taught on {galaxies:,} simulated galaxies first "
        f"({epochs} epoch{'s' * (epochs > 1)} at {size_px} px), once for all experiments of this "
        f"folder that begin so, and kept in results/{config['experiment']}: with "
        f"tf_efficientnet_lite0, that takes about {minutes:.0f} min on two cores, and "
        f"{gigabytes:.1f} GB for the galaxies"
    )
