"""Which experiment's folder holds each stage: a variant takes leading stages from its base.

A stage is the base's if all that it depends on, as the rules see it, is equal there.
Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any

from galaxyzoo.plan.stage_settings import stage_dependencies

Config = Mapping[str, Any]


def stage_owners(config: Config, base: Config) -> dict[tuple[int, str], str]:
    """The name of the experiment that trains each stage of `config`, by seed and stage name.

    It is the `base` for each leading stage that is equal there, else the experiment itself. Both
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
    """How many leading stages of a seed are equal in two resolved configs."""
    if seed not in base["seeds"]:
        return 0
    stages = min(len(config["stages"]), len(base["stages"]))
    for position in range(stages):
        both = (stage_dependencies(one, seed, position) for one in (config, base))
        if next(both) != next(both):
            return position
    return stages
