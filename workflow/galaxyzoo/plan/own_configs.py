"""How a finished experiment is asked for more: by the config that its results were made with.

This is imported when the Snakefile is read.
"""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import OF_A_CATALOGUE, VARIANT_OF, name_of_galaxies
from galaxyzoo.plan.finished import RECORD, differences, read_finished
from galaxyzoo.plan.stage_settings import stage_dependencies

Config = dict[str, Any]

OF_ALL = (
    "comparison.yaml"  # in the base's folder: the config of the base, its variants and ensemble
)
LONGEST_VALUE = 60


def own_command(asked: str, config: Config, results: Path) -> str | None:
    """The command that asks a config's experiment by the config that its results were made with.

    `asked` is the rule, `catalogue` or `export`; `config` is as it was written, with mistakes or
    not; `results` is the folder of all results. None if the experiment is not finished, or if its
    config.yaml is of a later run, which did not end.
    """
    folder = results / str(config.get("experiment"))
    try:
        finished = read_finished(folder)
    except InputError:
        return None
    base, edited = finished.config.get(VARIANT_OF), finished.edited_keys()
    own, target, is_ensemble = folder / "config.yaml", asked, "ensemble" in config | finished.config
    if base or is_ensemble:
        own, edited = folder.with_name(base or folder.name) / OF_ALL, []
    if base and not is_ensemble:  # a variant, which no rule is named for
        target = str(folder / made_by(asked, config) / "README.md")
    if edited or not own.is_file():
        return None
    words = ["snakemake", target, "--configfile", str(own)]
    if asked == "catalogue":
        given = {key: config[key] for key in OF_A_CATALOGUE if config.get(key)}
        given = {"galaxies": "PATH"} | given
        words += ["--config", *(f"{key}={in_a_line(value)}" for key, value in given.items())]
    return shlex.join(words)


def made_by(asked: str, config: Config) -> str:
    """The folder that a catalogue or an export has in its experiment's."""
    if asked == "export":
        return asked
    settings = config.get("catalogue")
    named = settings.get("name") if isinstance(settings, Mapping) else None
    return f"catalogues/{named or name_of_galaxies(config)}"


def in_a_line(value: Any) -> str:  # noqa: ANN401  (any YAML value)
    """A value as it is given on the command line."""
    if isinstance(value, str):
        return value
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000).strip()


def retraining_differences(made_with: Config, config: Config) -> list[str]:
    """Keys on which a stage depends that differ in two resolved configs, as `key before -> now`.

    Of long values, such as a tree, only the key is given.
    """
    return [
        f"{key} {in_short(before)} -> {in_short(now)}"
        for key, before, now in differences(made_with, config)
        if retrains(key.partition(".")[0].partition("[")[0], made_with, config)
    ]


def retrains(key: str, made_with: Config, config: Config) -> bool:
    """Whether a stage depends on that in which two configs differ under a key of the top level.

    A config of an earlier version may lack a key: then stages may depend on any that differs.
    """
    mixed = {**made_with, key: config.get(key)}
    try:
        return list(all_dependencies(mixed)) != list(all_dependencies(made_with))
    except KeyError:
        return True


def all_dependencies(config: Config) -> Iterator[dict[str, Any]]:
    """What each stage of each seed depends on in a resolved config."""
    for seed in config["seeds"]:
        for position in range(len(config["stages"])):
            yield stage_dependencies(config, seed, position)


def in_short(value: object) -> str:
    """A value in a message; an ellipsis for a long one."""
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else "..."


def finished_in(results: Path) -> list[Path]:
    """The folders of finished experiments in a folder of results."""
    return [record.parent for record in sorted(results.glob(f"*/{RECORD}"))]
