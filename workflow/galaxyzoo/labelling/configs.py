"""What a config says of the tree that volunteers are asked, and of how their pictures are made."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import (
    Schema,
    canonical,
    catalogue_settings,
    mapping_contradiction,
    problem,
    tree_contradictions,
)
from galaxyzoo.plan.picture_settings import as_trained, pictures_of_survey, taught
from galaxyzoo.plan.variants import laid_over
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.questions import questions_of

READ = ("tree", "survey", "surveys", "catalogue")  # keys of a config that labelling reads
NAMES = ("galaxy_zoo_2", *TREES)
OWN = "own"


def read_configs(files: Iterable[Path], schema: Schema) -> dict[str, Any]:
    """The keys that labelling READs of config files, each laid over the ones before.

    Raises InputError if a file cannot be read, or a value is not allowed.
    """
    config: dict[str, Any] = {}
    for file in files:
        given = read_yaml(file)
        if not isinstance(given, dict):
            raise InputError(f"{file} is no config: it holds no keys")
        config = laid_over(config, {key: given[key] for key in READ if key in given})
    require_allowed(config, schema)
    return config


def read_yaml(file: Path) -> Any:  # noqa: ANN401  (any YAML value)
    """What a YAML file holds; InputError if it cannot be read."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not YAML: {' '.join(str(error).split())}") from error


def require_allowed(config: Mapping[str, Any], schema: Schema) -> None:
    """Raise InputError with a line for each value of a part of a config that is not allowed."""
    errors = Draft202012Validator(schema).iter_errors(config)
    if problems := [problem(error) for error in errors if error.absolute_path]:
        raise InputError("\n".join(f"config: {line}" for line in problems))


def tree_to_ask(config: Mapping[str, Any], given: str | None, schema: Schema) -> DecisionTree:
    """The tree that is `given` by its name or in a file, or otherwise the config's.

    A file holds what the key `tree` of a config does, or is a config with that key. Raises
    InputError if there is no such tree.
    """
    setting = config.get("tree", schema["properties"]["tree"]["default"])
    if given in NAMES:
        setting = given
    elif given is not None:
        if not Path(given).is_file():
            raise InputError(
                f"--tree: there is no file {given}; allowed: a file, or {', '.join(NAMES)}"
            )
        held = read_yaml(Path(given))
        setting = held["tree"] if isinstance(held, dict) and "tree" in held else held
    require_allowed({"tree": setting}, schema)
    if isinstance(setting, dict) and (line := mapping_contradiction(setting)):
        raise InputError(line)
    questions = questions_of(canonical(setting, schema["properties"]["tree"], schema))
    if problems := [*tree_contradictions(questions)]:
        raise InputError("\n".join(problems))
    return tree_from(questions)


def picture_settings(config: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The settings of a catalogue, with pictures that are made as those of the survey's own are.

    Raises InputError if the config makes the catalogue's otherwise.
    """
    surveys = config.get("surveys") or [config.get("survey", {})]
    own = next((one[OWN] for one in surveys if one.get("source") == OWN and one.get(OWN)), None)
    known = {}
    if own is not None:
        of_own = schema["properties"]["survey"]["properties"][OWN]
        survey = {"source": OWN, OWN: canonical(own, of_own, schema)}
        known = {"survey.own": taught(pictures_of_survey(survey), 0, None, any_fits=True)}
    return as_trained(catalogue_settings({**config}, schema), known)
