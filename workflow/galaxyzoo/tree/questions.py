"""The config's `tree` as a list of questions, with and without the words for them."""

from collections.abc import Collection, Iterable
from typing import Any

from galaxyzoo.tree import galaxy_zoo_2, galaxy_zoo_2_words, galaxy_zoo_trees_words
from galaxyzoo.tree.galaxy_zoo_trees import TREES, Asked

Questions = list[dict[str, Any]]


def questions_of(setting: str | Questions | dict[str, Any]) -> Questions:
    """The questions that the config's `tree` stands for.

    It is a list of its own, the name of a survey's, a mapping of a `survey` and the questions that
    its tree is `without`, or one with `classes`, which stands for a single question.
    """
    if isinstance(setting, dict) and "classes" in setting:
        return question_of_classes(setting["classes"])
    if setting == "galaxy_zoo_2":
        return in_words(galaxy_zoo_2.QUESTIONS)
    if survey := tree_at_hand(setting):
        without = setting["without"] if isinstance(setting, dict) else ()
        return [asked_in_words(asked) for asked in kept(TREES[survey], without)]
    return setting


def tree_at_hand(setting: object) -> str:
    """The name of the config's `tree` if it is one of `galaxy_zoo_trees`, whole or not, else ""."""
    name = setting.get("survey") if isinstance(setting, dict) else setting
    return name if isinstance(name, str) and name in TREES else ""


def kept(questions: Iterable[Asked], without: Collection[str]) -> list[Asked]:
    """The questions that stay where some are left out, and with them what is asked below them."""
    left_out, staying = set(), []
    for asked in questions:
        if asked.question in without or left_out & set(asked.parents):
            left_out |= {f"{asked.question}_{answer}" for answer in asked.answers}
        else:
            staying.append(asked)
    return staying


def question_of_classes(classes: list[str | int]) -> Questions:
    """One question, whose answers are classes by name or number."""
    names = [one if isinstance(one, str) else str(int(one)) for one in classes]
    answers = [
        {"column": name, "name": name, "phrase": f"class {name}", "last": False} for name in names
    ]
    return [{"text": "Which class is it?", "parent": None, "answers": answers}]


def in_words(questions: Questions) -> Questions:
    """Galaxy Zoo 2's questions with texts, and with the names and phrases of their answers."""
    return [
        {
            "text": text,
            "parent": question["parent"],
            "answers": [
                {"name": name, "phrase": phrase}
                | {"last": answer["column"] in galaxy_zoo_2_words.LAST}
                | {"column": answer["column"]}
                for answer, (name, phrase) in zip(question["answers"], answers, strict=True)
            ],
        }
        for question, (text, answers) in zip(questions, galaxy_zoo_2_words.WORDS, strict=True)
    ]


def asked_in_words(asked: Asked) -> dict[str, Any]:
    """A question of `galaxy_zoo_trees` as the config has it."""
    text, words = galaxy_zoo_trees_words.WORDS[asked.question]
    columns = {answer: f"{asked.question}_{answer}" for answer in asked.answers}
    return {
        "text": text,
        "parent": list(asked.parents) or None,
        "answers": [
            {"name": words[answer][0], "phrase": words[answer][1]}
            | {"last": column in galaxy_zoo_trees_words.LAST}
            | {"column": column}
            for answer, column in columns.items()
        ],
    }


def without_words(questions: Questions) -> Questions:
    """The questions' columns and parents alone, for rules that show no words.

    A change of words then reruns none of them.
    """
    return [
        {
            "parent": question.get("parent"),
            "answers": [{"column": answer["column"]} for answer in question["answers"]],
        }
        for question in questions
    ]
