"""Which file of which experiment: paths of results, for the experiments of one run.

Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from galaxyzoo.plan.joined_surveys import part_configs, surveys_of
from galaxyzoo.plan.probes import is_trained
from galaxyzoo.plan.stage_settings import columns_and_parents
from galaxyzoo.plan.starting_points import starting_weights_name
from galaxyzoo.plan.variants import Experiments

Config = Mapping[str, Any]


def experiment_file(name: str) -> str:
    """Path of a file of an experiment, with the experiment as a wildcard."""
    return f"results/{{experiment}}/{name}"


def survey_file(name: str) -> str:
    """Path of a file that is shared by all experiments on a survey, which is a wildcard."""
    return f"results/surveys/{{survey}}/{name}"


def catalogue_file(name: str) -> str:
    """Path of a file of a catalogue, with the experiment and the catalogue as wildcards."""
    return f"results/{{experiment}}/catalogues/{{catalogue}}/{name}"


def config_of(plan: Experiments, experiment: str) -> Config:
    """The resolved config of an experiment; of the ensemble, that of its first member."""
    return plan.trained[plan.members[0] if experiment == plan.ensemble else experiment]


def surveys(plan: Experiments) -> dict[str, Config]:
    """The surveys of a run by name, each as the resolved config of the first experiment on it.

    Before a survey that is joined are those that it is joined of.
    """
    found: dict[str, Config] = {}
    for config in plan.trained.values():
        for one in (*part_configs(config), config):
            found.setdefault(one["survey"]["name"], one)
    return found


def raw_surveys(plan: Experiments) -> dict[str, str]:
    """For each survey, by name, the survey whose folder holds its raw files.

    That is the first in the run with the same source, settings of the source, and answers. That of
    a simulated start has its own, since other runs read it too.
    """
    owners = {config["survey"]["name"]: config["survey"]["name"] for config in plan.starts.values()}
    sources: list[tuple[str, Any]] = []
    for name, config in surveys(plan).items():
        if name in owners:
            continue
        survey = config["survey"]
        source = survey["source"]
        several = config.get("surveys")  # of which each joined survey has files of its own
        raw = (source, survey.get(source), config["files"], columns_and_parents(config), several)
        owners[name] = next((owner for owner, other in sources if other == raw), name)
        sources.append((name, raw))
    return owners


def seed_files(plan: Experiments, experiment: str, name: str) -> list[str]:
    """Paths of a file for each seed of an experiment."""
    seeds = config_of(plan, experiment)["seeds"]
    return [f"results/{experiment}/seed{seed}/{name}" for seed in seeds]


def stage_files(plan: Experiments, experiment: str, name: str) -> list[str]:
    """Paths of a file for each stage of each seed, in its owner's folder; none of an ensemble.

    `name` is written with `{seed}` and `{stage}`.
    """
    return [
        f"results/{owner}/{name.format(seed=seed, stage=stage)}"
        for (seed, stage), owner in plan.owners.get(experiment, {}).items()
    ]


def all_stages(plan: Experiments, endings: Sequence[str]) -> list[str]:
    """Paths of files of every stage of the run, each once: its weights' path with other endings."""
    stems = [
        path
        for experiment in plan.configs
        for path in stage_files(plan, experiment, "seed{seed}/stages/{stage}")
    ]
    return [f"{stem}{ending}" for stem in dict.fromkeys(stems) for ending in endings]


def weights_of(plan: Experiments, experiment: str, seed: int, stage: str) -> str:
    """Path of the weights that a stage ends with."""
    owner = plan.owners[experiment].get((seed, stage), experiment)
    return f"results/{owner}/seed{seed}/stages/{stage}.pt"


def last_weights(plan: Experiments, experiment: str, seed: int) -> str:
    """Path of the weights that a seed predicts with."""
    return weights_of(plan, experiment, seed, plan.trained[experiment]["stages"][-1]["name"])


def starting_weights_names(plan: Experiments, find: Callable[[str], str] = str) -> dict[str, str]:
    """The names under which starting weights are kept, by experiment; simulated ones as taught.

    `find` turns a path of the config into that of the file.
    """
    return {
        name: PurePath(plan.starts[name]["experiment"]).name
        if name in plan.starts
        else starting_weights_name(config["model"], find)
        for name, config in plan.trained.items()
    }


def have_seen_galaxy_zoo(plan: Experiments, schema: Mapping[str, Any]) -> dict[str, bool]:
    """Whether the networks of each experiment learn Galaxy Zoo's votes, or began with some."""
    sources = schema["$defs"]["sources"]
    return {
        name: config["model"]["seen_galaxy_zoo"]
        or any(sources[one["source"]]["galaxy_zoo_votes"] for one in surveys_of(config))
        for name, config in plan.trained.items()
    }


def previous_weights(plan: Experiments, experiment: str, seed: int, position: int) -> str:
    """Path of the weights of the stage before the one at a position of the config's list."""
    previous = plan.trained[experiment]["stages"][position - 1]["name"]
    return weights_of(plan, experiment, seed, previous)


def networks(plan: Experiments, experiment: str) -> list[tuple[str, int]]:
    """The experiment and seed of each network that is averaged, in order."""
    names = plan.members if experiment == plan.ensemble else (experiment,)
    return [(name, seed) for name in names for seed in plan.trained[name]["seeds"]]


def network_weights(plan: Experiments, experiment: str) -> list[str]:
    """Paths of the weights of all networks that are averaged."""
    return [last_weights(plan, name, seed) for name, seed in networks(plan, experiment)]


def validation_predictions(plan: Experiments, experiment: str) -> list[str]:
    """Paths of what each network that is averaged predicts of its own validation galaxies."""
    return [
        f"results/{name}/seed{seed}/predictions/validation_tta.parquet"
        for name, seed in networks(plan, experiment)
    ]


def leftover_weights(plan: Experiments, results: Path) -> list[Path]:
    """Checkpoints in the folders of a run's experiments that no stage of the run ends with."""
    owned = {Path(path).relative_to("results") for path in all_stages(plan, [".pt"])}
    present = (path for name in plan.configs for path in results.glob(f"{name}/seed*/stages/*.pt"))
    return sorted(path for path in present if path.relative_to(results) not in owned)


def chains(plan: Experiments) -> int:
    """Number of the run's chains of stages, each one seed's, those that are shared once."""
    return len({path for name in plan.configs for path in network_weights(plan, name)})


def learning_rates(plan: Experiments) -> list[str]:
    """Paths of the finder's figure for each stage that an experiment trains, of its first seed.

    A probe has no learning rate.
    """
    return [
        f"results/{name}/seed{config['seeds'][0]}/lr_find/{stage['name']}.svg"
        for name, config in plan.configs.items()
        for stage in filter(is_trained, config["stages"])
        if plan.owners[name][config["seeds"][0], stage["name"]] == name
    ]


def bag_members(plan: Experiments, experiment: str, subset: str) -> list[str]:
    """Paths of the predictions that are averaged: over seeds or, for an ensemble, over bags."""
    if experiment == plan.ensemble:
        return [f"results/{name}/bag/{subset}.parquet" for name in plan.members]
    return seed_files(plan, experiment, f"predictions/{subset}_tta.parquet")


def network_splits(plan: Experiments, experiment: str) -> list[str]:
    """Paths of the split of each network that is averaged."""
    return [f"results/{name}/seed{seed}/split.csv" for name, seed in networks(plan, experiment)]
