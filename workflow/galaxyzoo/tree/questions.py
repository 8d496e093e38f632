"""The config's `tree` as a list of questions, with and without the words for them."""

from typing import Any

from galaxyzoo.tree import galaxy_zoo_2
from galaxyzoo.tree.galaxy_zoo_2_words import LAST, WORDS

Questions = list[dict[str, Any]]


def questions_of(setting: str | Questions) -> Questions:
    """The questions that the config's `tree` stands for: a list of its own, or Galaxy Zoo 2's."""
    return in_words(galaxy_zoo_2.QUESTIONS) if setting == "galaxy_zoo_2" else setting


def in_words(questions: Questions) -> Questions:
    """Galaxy Zoo 2's questions with texts, and with the names and phrases of their answers."""
    return [
        {
            "text": text,
            "parent": question["parent"],
            "answers": [
                {"name": name, "phrase": phrase, "last": answer["column"] in LAST}
                | {"column": answer["column"]}
                for answer, (name, phrase) in zip(question["answers"], answers, strict=True)
            ],
        }
        for question, (text, answers) in zip(questions, WORDS, strict=True)
    ]


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
