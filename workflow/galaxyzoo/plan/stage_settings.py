"""What a stage of training depends on, as the rules see it, besides code and library versions.

Both the rules and `stage_owners` take it from here, so that what is shared is what would be equal.
Standard library alone: this is imported when the Snakefile is read.
"""

from collections.abc import Mapping
from typing import Any

from galaxyzoo.plan.joined_surveys import surveys_of
from galaxyzoo.plan.training_lists import training_list_of
from galaxyzoo.tree.questions import Questions, questions_of, without_words

Config = Mapping[str, Any]

FOLDS = "folds"  # as `validation`: the seeds divide the galaxies among them


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


def split_settings(config: Config, seed: int) -> dict[str, Any]:
    """What the split of a seed depends on besides the seed and the survey.

    `validation` is a share, or [fold, folds]: which of how many folds is the seed's, counted from 0
    in the order of the seeds.
    """
    validation, seeds = config["validation"], config["seeds"]
    if validation == FOLDS:
        validation = [seeds.index(seed), len(seeds)]
    given = training_list_of(config["model"])
    return {
        "validation": validation,
        "training_galaxies": config["training_galaxies"],
        "holdout_seen": config["model"]["holdout_seen"],
        **({"training_list": given} if given else {}),
    }


def survey_settings(config: Config) -> dict[str, Any]:
    """What a survey is: its settings, the folder of its files, and the answers of its labels.

    Who labelled its galaxies is only said: no number depends on it.
    """
    own = {"files": config["files"], "tree": columns_and_parents(config)}
    if config.get("surveys"):
        own["surveys"] = [*map(without_labellers, surveys_of(config))]
    return {"survey": without_labellers(config["survey"]), **own}


def without_labellers(survey: Mapping[str, Any]) -> dict[str, Any]:
    """A survey's settings without who labelled its galaxies."""
    return {key: value for key, value in survey.items() if key != "labelled_by"}


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
        "split": split_settings(config, seed),
        "survey": survey_settings(config),
    }
