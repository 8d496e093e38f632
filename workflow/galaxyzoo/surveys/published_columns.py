"""Which columns of a downloaded catalogue hold the answers of a Galaxy Zoo tree.

The same answer is `bar_strong_fraction` in the catalogue of DESI, `bar-dr8_strong_fraction` in
Galaxy Zoo Evo on Hugging Face's hub, `bar_dr8_strong` there as votes, and in Hubble's and CANDELS's
own catalogues it is named by numbers: `t03_bar_a01_bar_fraction`, `t03_bar_a01_bar_count`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree
from galaxyzoo.tree.galaxy_zoo_trees import CAMPAIGNS, TREES, Asked

# By survey.own.labels: how the columns may end, the first that a table has.
ENDINGS = {
    "shares": ("_fraction", "_frac", ""),
    "votes": ("_count", ""),
    "debiased": ("_debiased", "_debiased_fraction"),
}
OTHER_KINDS = "".join(f"(?<!_{kind})" for kind in ("debiased", "best", "weighted"))
FIRST_NUMBER = {"galaxy_zoo_hubble": 1, "galaxy_zoo_candels": 0}  # of the answers to a question


def published_columns(
    path: Path, names: Sequence[str], tree: DecisionTree, tree_name: str, labels: str
) -> list[str]:
    """The columns of a table for each answer of a tree, in tree order.

    `names` are all columns of the table, which was read from `path`. `tree` is the one in
    `galaxy_zoo_trees` with the name `tree_name`, or a part of it. `labels` is `shares`,
    `votes` or `debiased`. Raises InputError if the table lacks a column, or has two for an answer.
    """
    found = max(
        (columns_ending(path, names, tree, tree_name, ending) for ending in ENDINGS[labels]),
        key=len,
    )
    if not found:
        endings = " or ".join(repr(ending) for ending in ENDINGS[labels])
        raise InputError(
            f"{path} has no column for any answer of {tree_name}, such as {tree.columns[0]} with "
            f"the ending {endings}; its columns are {', '.join(names)}"
        )
    missing = [column for column in tree.columns if column not in found]
    if missing:
        questions = dict.fromkeys(column.partition("_")[0] for column in missing)
        raise InputError(
            f"{path} has no column for {', '.join(missing)}; add them, with empty cells where "
            "nothing is known, or leave these questions out with tree: {survey: "
            f"{tree_name}, without: [{', '.join(questions)}]}}"
        )
    return [found[column] for column in tree.columns]


def columns_ending(
    path: Path, names: Sequence[str], tree: DecisionTree, tree_name: str, ending: str
) -> dict[str, str]:
    """The table's column for each of a tree's columns that it has with this ending."""
    found = {}
    for asked in TREES[tree_name]:
        for position, answer in enumerate(asked.answers):
            column = f"{asked.question}_{answer}"
            pattern = pattern_of(asked, position, tree_name, ending)
            matching = [name for name in names if pattern.fullmatch(name.lower().replace("-", "_"))]
            if column in tree.columns and len(matching) > 1:
                raise InputError(
                    f"{path}: {' and '.join(matching)} are both {column}; leave only one of them "
                    "in the table"
                )
            if column in tree.columns and matching:
                found[column] = matching[0]
    return found


def pattern_of(asked: Asked, position: int, tree: str, ending: str) -> re.Pattern[str]:
    """What the name of an answer's column matches, in lower case and with _ for -."""
    question, answer = (
        text.replace("-", "_") for text in (asked.question, asked.answers[position])
    )
    campaign = "|".join(CAMPAIGNS[tree])
    pattern = rf"{question}(_({campaign}))?_{answer}{ending}"
    if asked.task is not None and ending:
        number = position + FIRST_NUMBER[tree]
        pattern += rf"|t0*{asked.task}_\w+_a0*{number}_\w+{OTHER_KINDS}{ending}"
    return re.compile(pattern)
