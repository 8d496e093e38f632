"""Which experiment's folder holds each stage: a variant takes leading stages from its base.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from itertools import takewhile
from typing import Any

Config = Mapping[str, Any]

# What a stage depends on besides its seed and the stages before it.
DECISIVE = (
    *("survey", "validation", "augmentation", "model", "tree"),
    *("precision", "deterministic", "compile"),
)


def stage_owners(config: Config, base: Config) -> dict[tuple[int, str], str]:
    """The name of the experiment that trains each stage of `config`, by seed and stage name.

    It is the `base` for each leading stage that is the same there, else the experiment itself. Both
    configs are resolved ones.
    """
    owners = {}
    for seed in config["seeds"]:
        shared = shared_stages(config, base, seed)
        for position, stage in enumerate(config["stages"]):
            owner = base if position < shared else config
            owners[seed, stage["name"]] = owner["experiment"]
    return owners


def shared_stages(config: Config, base: Config, seed: int) -> int:
    """How many leading stages of a seed are the same in two resolved configs."""
    if seed not in base["seeds"] or any(config[key] != base[key] for key in DECISIVE):
        return 0
    pairs = zip(config["stages"], base["stages"], strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
