"""Variants of an experiment, each laid over its config as it was written, and their ensemble."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import (
    OF_A_CATALOGUE,
    OF_A_RUN,
    OF_ALL_VARIANTS,
    VARIANT_OF,
    Schema,
    factor_of_epochs,
    validated,
)
from galaxyzoo.plan.joined_surveys import part_configs
from galaxyzoo.plan.simulated_starts import teaching
from galaxyzoo.plan.stage_owners import stage_owners
from galaxyzoo.plan.stage_settings import survey_settings
from galaxyzoo.plan.starting_points import starts_simulated

Config = dict[str, Any]

BASE = "base"
ENSEMBLE = "ensemble"
VALIDATION = "validation"  # weights that are fitted on validation galaxies
# What is the same in all variants: which there are, and how they are run.
FIXED = (
    *(*OF_ALL_VARIANTS, VARIANT_OF, *OF_A_CATALOGUE, *OF_A_RUN),
    *("experiment", "stream", "save_minutes"),
)
MOST_IN_A_GRID = 1000
# Shares of the training galaxies, by the name of the variant that is trained on these.
OF_THE_CURVE = {"labels_25": 0.25, "labels_50": 0.5}
HOLD_OUT = ("holdout", "holdout_seed", "fair_ids")


class Experiments(NamedTuple):
    """The experiments of one run.

    `configs` holds the resolved configs by the experiment's name, the base first. `members` are
    the names of the ensemble's experiments, none if there is no ensemble. `weights` holds theirs,
    which sum to 1, or is `validation` if they are to be fitted. `starts` holds the resolved config
    that teaches the simulated start of each experiment that begins with one. `owners` holds, for
    each experiment, these included, the name of the one that trains each of its stages, by seed and
    stage. `curve` are the names of those that show what more labels bring, by ascending number of
    labels, the base last; none if nobody asked.
    """

    configs: dict[str, Config]
    members: tuple[str, ...]
    weights: dict[str, float] | str
    starts: dict[str, Config]
    owners: dict[str, dict[tuple[int, str], str]]
    curve: tuple[str, ...] = ()

    @property
    def teaching(self) -> dict[str, Config]:
        """The configs of the experiments that teach simulated starts, by their own names."""
        return {config["experiment"]: config for config in self.starts.values()}

    @property
    def trained(self) -> dict[str, Config]:
        """The configs of all experiments that have networks: the run's, and what teaches starts."""
        return self.configs | self.teaching

    @property
    def base(self) -> str:
        """The name of the experiment over which the variants are laid."""
        return next(iter(self.configs))

    @property
    def ensemble(self) -> str:
        """The name under which the ensemble has its results."""
        return f"{self.base}-{ENSEMBLE}"


def experiments(config: Config, schema: Schema, find: Callable[[str], str] = str) -> Experiments:
    """The experiments of a config as it was written: the base, its variants and their ensemble.

    `find` turns a path of the config into that of the file. Raises InputError with one line for
    each mistake, which names the variant that it is in.
    """
    base = validated(config, schema, find)
    problems, configs = [], {BASE: base}
    written = {key: value for key, value in config.items() if key not in OF_ALL_VARIANTS}
    on_a_curve = curve_changes(config, base) if config.get("label_curve") else {}
    variants = [*all_changes(config.get("variants", {}), config.get("grid", {}))]
    for name, changes in [*variants, *on_a_curve.items()]:
        experiment = f"{base['experiment']}-{name}"
        try:
            require_new(name, changes, configs)
            variant = laid_over(written, changes) | {"experiment": experiment}
            configs[name] = validated(variant, schema, find) | {VARIANT_OF: base["experiment"]}
        except InputError as error:
            problems += [f"variant {name}, {line}" for line in str(error).splitlines()]
    members, weights = members_and_weights(config.get("ensemble", []))
    problems = problems or [
        *shared_survey_names(configs),
        *member_problems(members, configs, fitted=weights == VALIDATION),
    ]
    if problems:
        raise InputError("\n".join(problems))
    names = {name: configs[name]["experiment"] for name in members}
    starts = {
        one["experiment"]: teaching(one["model"], schema)
        for one in configs.values()
        if starts_simulated(one["model"])
    }
    owners = {one["experiment"]: stage_owners(one, base) for one in configs.values()}
    return Experiments(
        {one["experiment"]: one for one in configs.values()},
        tuple(names.values()),
        weights
        if isinstance(weights, str)
        else {names[name]: weight for name, weight in weights.items()},
        starts,
        owners | {one["experiment"]: stage_owners(one, one) for one in starts.values()},
        tuple(configs[name]["experiment"] for name in (*on_a_curve, BASE) if on_a_curve),
    )


def curve_changes(config: Config, base: Config) -> dict[str, Config]:
    """The changes of each variant that is trained on a share of the labels, by its name.

    `config` is as it was written, and `base` is resolved. As fewer galaxies are passed more often,
    all are trained for about as many steps, and differ in the number of labels alone.
    """
    whole = base["training_galaxies"]
    scale = factor_of_epochs(config.get("epochs_scale", 1))
    return {
        name: {
            "training_galaxies": share_of(whole, share),
            "epochs_scale": scale / share,
        }
        for name, share in OF_THE_CURVE.items()
    }


def share_of(training_galaxies: float | None, share: float) -> float:
    """`training_galaxies` for a share of those that a config trains on: a number, or a share."""
    if training_galaxies is None or training_galaxies < 1:
        return share * (training_galaxies or 1)
    return max(1, round(share * training_galaxies))


def all_changes(
    variants: Mapping[str, Config], grid: Mapping[str, Any]
) -> Iterator[tuple[str, Config]]:
    """Name and changes of each variant: those written out, then the product of the grid's lists.

    A variant of the grid is named by its values, as `output_tree-lr_0.001`: each after the last
    part of its key, or after the whole key if two keys end alike.
    """
    yield from variants.items()
    if not grid:
        return
    lists = dict(grid_lists(grid))
    count = math.prod(map(len, lists.values()))
    if count > MOST_IN_A_GRID:
        raise InputError(
            f"config: grid: its lists have {count:,} combinations; allowed: at most "
            f"{MOST_IN_A_GRID:,}"
        )
    last = [path[-1] for path in lists]
    labels = [path[-1] if last.count(path[-1]) == 1 else "_".join(path) for path in lists]
    for values in product(*lists.values()):
        named = zip(labels, values, strict=True)
        changes: Config = {}
        for path, value in zip(lists, values, strict=True):
            inner = changes
            for key in path[:-1]:
                inner = inner.setdefault(key, {})
            inner[path[-1]] = value
        yield "-".join(f"{label}_{in_a_name(value)}" for label, value in named), changes


def grid_lists(
    grid: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    """Each key of a grid, as its path, with its list of values. Raises InputError for no list."""
    for key, value in grid.items():
        path = (*above, str(key))
        if isinstance(value, Mapping):
            yield from grid_lists(value, path)
        elif isinstance(value, list) and value:
            yield path, value
        else:
            raise InputError(
                f"config: grid.{'.'.join(path)}: {value!r} is not allowed; allowed: a list of "
                "values"
            )


def in_a_name(value: Any) -> str:  # noqa: ANN401  (any YAML value)
    """A value as part of a variant's name: letters, digits, `_`, `-` and `.` only."""
    if isinstance(value, list):
        return "_".join(in_a_name(item) for item in value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", text)


def require_new(name: str, changes: Config, configs: Mapping[str, Config]) -> None:
    """Raise InputError if a variant's name is taken, or if it changes what is the same in all."""
    if name in (*configs, BASE, ENSEMBLE):
        raise InputError(f"config: the name {name} is taken; allowed: a name of its own")
    fixed = [key for key in FIXED if key in changes]
    if fixed:
        raise InputError(
            f"config: {', '.join(fixed)} cannot vary: all variants have the same; allowed: in the "
            "experiment itself"
        )


def laid_over(config: Config, changes: Config) -> Config:
    """A config with some keys changed: mappings key by key, all else as a whole.

    `stages` may be a mapping of some stages by their names. Raises InputError if there is no stage
    of such a name.
    """
    merged = dict(config)
    for key, value in changes.items():
        if key == "stages" and isinstance(value, Mapping):
            merged[key] = stages_laid_over(config[key], value)
        elif isinstance(value, Mapping) and isinstance(config.get(key), Mapping):
            merged[key] = laid_over(config[key], value)
        else:
            merged[key] = value
    return merged


def stages_laid_over(stages: Sequence[Config], changes: Mapping[str, Config]) -> list[Config]:
    """A list of stages with some keys of some stages changed, which are given by their names."""
    names = [stage["name"] for stage in stages]
    for name, keys in changes.items():
        if name not in names:
            raise InputError(
                f"config: stages: no stage is named {name!r}; allowed: {', '.join(names)}"
            )
        if not isinstance(keys, Mapping):
            raise InputError(
                f"config: stages.{name}: {keys!r} is not allowed; allowed: a mapping of the keys "
                "to change"
            )
    return [laid_over(stage, changes.get(stage["name"], {})) for stage in stages]


def shared_survey_names(configs: Mapping[str, Config]) -> Iterator[str]:
    """One line for each name of a survey that stands for two things."""
    surveys: dict[str, tuple[str, Config]] = {}
    named = [(name, one) for name, own in configs.items() for one in (own, *part_configs(own))]
    for name, config in named:
        survey = survey_settings(config)
        survey |= survey.pop("survey")
        first, settings = surveys.setdefault(survey["name"], (name, survey))
        keys = dict.fromkeys((*survey, *settings))
        if others := [key for key in keys if survey.get(key) != settings.get(key)]:
            yield (
                f"variant {name}, config: survey.name: {survey['name']!r} is the survey of "
                f"{first}, which has another {', '.join(others)}; allowed: a name of its own"
            )


def members_and_weights(
    ensemble: Sequence[str] | Mapping[str, Any],
) -> tuple[list[str], dict[str, float] | str]:
    """Names and weights of an ensemble's members: equal weights if it is a list of names."""
    if isinstance(ensemble, Mapping) and ensemble.get("weights") == VALIDATION:
        return ensemble["members"], VALIDATION
    weights = ensemble if isinstance(ensemble, Mapping) else dict.fromkeys(ensemble, 1)
    total = sum(weights.values())
    return list(weights), {name: weight / total for name, weight in weights.items()}


def member_problems(
    members: Sequence[str], configs: Mapping[str, Config], fitted: bool
) -> Iterator[str]:
    """One line for each member that is no variant, or that holds out other galaxies.

    Members whose weights are `fitted` must also have a seed in common: its validation galaxies.
    """
    for name in members:
        if name not in configs:
            yield (f"config: ensemble: no variant is named {name!r}; allowed: {', '.join(configs)}")
    surveys = {name: scored_on(configs[name]) for name in members if name in configs}
    for name, survey in surveys.items():
        first, reference = next(iter(surveys.items()))
        if others := [key for key in survey if survey[key] != reference.get(key)]:
            yield (
                f"config: ensemble: {name} has another {', '.join(others)} than {first}; allowed: "
                "members with the same answers that hold out the same galaxies"
            )
    seeds = [set(configs[name]["seeds"]) for name in members if name in configs]
    if fitted and not set.intersection(*seeds):
        yield (
            "config: ensemble.weights: the members have no seed in common, so each was trained on "
            "the others' validation galaxies; allowed: members with the same seeds"
        )


def scored_on(config: Config) -> dict[str, Any]:
    """Which galaxies and answers an experiment is scored on, by the keys of its config."""
    if parts := part_configs(config):
        return {"surveys": [*map(scored_on, parts)]}
    survey, settings = config["survey"], survey_settings(config)
    keys = (*HOLD_OUT, "source", survey["source"])
    raw = {f"survey.{key}": survey.get(key) for key in keys}
    return raw | {key: settings[key] for key in ("files", "tree")}


def require_own_folders(plan: Experiments, results: Path) -> None:
    """Raise InputError if the folder of an experiment of the run holds results of another one.

    Their names are the same where one has a variant's name in its own: `a-b` with the variant `c`,
    `a` with the variant `b-c`, and an experiment `a-b-c`.
    """
    bases = {name: config.get(VARIANT_OF) for name, config in plan.configs.items()}
    if plan.members:
        bases[plan.ensemble] = plan.base
    for name, base in bases.items():
        path = results / name / "config.yaml"
        if path.is_file() and (held := written_base(path)) != base:
            of = f"a variant of {held}" if held else "an experiment of its own"
            raise InputError(
                f"config: {path.parent} holds {of}, and this run would write "
                f"{f'a variant of {base}' if base else 'another experiment'} there; give it "
                "another name, or move that folder away"
            )


def written_base(path: Path) -> str | None:
    """The base of the variant whose resolved config is in a file; None if it is no variant's."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((line for line in lines if line.startswith(f"{VARIANT_OF}:")), f"{VARIANT_OF}:")
    return yaml.safe_load(line)[VARIANT_OF]


def plan_in_words(plan: Experiments) -> Iterator[str]:
    """Lines that tell which experiments a run has; none for an experiment without variants."""
    if len(plan.configs) == 1:
        return
    variants = list(plan.configs)[1:]
    stages = sum(len(plan.owners[name]) for name in plan.configs)
    shared = sum(list(plan.owners[name].values()).count(plan.base) for name in variants)
    counted = "1 variant" if len(variants) == 1 else f"{len(variants)} variants"
    yield f"{plan.base} and {counted} of it: {', '.join(variants)}"
    yield f"{stages - shared} stages to train; the variants take {shared} from {plan.base}"
    if plan.weights == VALIDATION:
        yield f"{plan.ensemble}: the ensemble of {', '.join(plan.members)}, with fitted weights"
    elif plan.members:
        members = (f"{name} ({weight:.3g})" for name, weight in plan.weights.items())
        yield f"{plan.ensemble}: the ensemble of {', '.join(members)}"
