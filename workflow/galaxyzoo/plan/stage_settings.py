"""What a stage of training depends on, as the rules see it, besides code and library versions.

Both the rules and `stage_owners` take it from here, so that what is shared is what would be equal.
Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any

from galaxyzoo.tree.questions import Questions, questions_of, without_words

Config = Mapping[str, Any]


def columns_and_parents(config: Config) -> Questions:
    """The tree of a resolved config without its words, on which no number depends."""
    return without_words(questions_of(config["tree"]))


def answer_names(config: Config) -> Questions:
    """The tree of a resolved config with the names of its answers, and no other words."""
    return [
        {"parent": question["parent"], "answers": [named(answer) for answer in question["answers"]]}
        for question in questions_of(config["tree"])
    ]


def named(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's column and name."""
    return {name: answer[name] for name in ("column", "name")}


def network_settings(config: Config) -> dict[str, Any]:
    """What a network is, without what is only said about its weights."""
    model = config["model"]
    return start_settings(model) | {name: model[name] for name in ("head", "output")}


def start_settings(model: Config) -> dict[str, Any]:
    """What the weights are that a resolved config's `model` begins with."""
    names = ("backbone", "weights", "simulated")
    return {name: model[name] for name in names if name in model}


def split_settings(config: Config) -> dict[str, Any]:
    """What the split of a seed depends on besides the seed and the survey."""
    own = {name: config[name] for name in ("validation", "training_galaxies")}
    return own | {"holdout_seen": config["model"]["holdout_seen"]}


def survey_settings(config: Config) -> dict[str, Any]:
    """What a survey is: its settings, the folder of its files, and the answers of its labels.

    Who labelled its galaxies is only said: no number depends on it.
    """
    survey = {key: value for key, value in config["survey"].items() if key != "labelled_by"}
    return {"survey": survey, "files": config["files"], "tree": columns_and_parents(config)}


def stage_settings(config: Config, seed: int, position: int) -> dict[str, Any]:
    """What a stage depends on besides its starting weights, the split and the galaxies.

    `position` is that of the stage in the list of a resolved config.
    """
    return {
        "seed": seed,
        "stage": config["stages"][position],
        "augmentation": config["augmentation"],
        "model": network_settings(config),
        "tree": columns_and_parents(config),
        "precision": config["precision"],
        "deterministic": config["deterministic"],
        "compile": config["compile"],
    }


def stage_dependencies(config: Config, seed: int, position: int) -> dict[str, Any]:
    """All that a stage depends on in a config, besides the stages before it."""
    return {
        "settings": stage_settings(config, seed, position),
        "split": split_settings(config),
        "survey": survey_settings(config),
    }
