"""Which columns of a downloaded catalogue hold the answers of a Galaxy Zoo tree.

The same answer is `bar_strong_fraction` in the catalogue of DESI, `bar-dr8_strong_fraction` in
Galaxy Zoo Evo on Hugging Face's hub, `bar_dr8_strong` there as votes, and in Hubble's and CANDELS's
own catalogues it is named by numbers: `t03_bar_a01_bar_fraction`.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.galaxy_zoo_trees import CAMPAIGNS, TREES, Asked

# By survey.own.labels: how the columns may end, the first that a table has.
ENDINGS = {
    "shares": ("_fraction", "_frac", ""),
    "debiased": ("_debiased", "_debiased_fraction"),
}
OTHER_KINDS = "".join(f"(?<!_{kind})" for kind in ("debiased", "best", "weighted"))
FIRST_NUMBER = {"galaxy_zoo_hubble": 1, "galaxy_zoo_candels": 0}  # of the answers to a question


def published_columns(path: Path, names: Sequence[str], tree: str, labels: str) -> list[str | None]:
    """The columns of a table for each answer of a tree, in tree order, by the config's name for it.

    `names` are all columns of the table, which was read from `path`. `labels` is `shares` or
    `debiased`. The columns of a whole question may be missing, and are None. Raises InputError if
    the table has none of the answers, only some of a question's, or two columns for one.
    """
    questions = TREES[tree]
    found = max(
        (columns_ending(path, names, tree, ending) for ending in ENDINGS[labels]),
        key=lambda columns: sum(column is not None for column in columns),
    )
    wanted = [(asked, answer) for asked in questions for answer in asked.answers]
    if not any(found):
        endings = " or ".join(repr(ending) for ending in ENDINGS[labels])
        raise InputError(
            f"{path} has no column for any answer of {tree}, such as "
            f"{questions[0].question}_{questions[0].answers[0]} with the ending {endings}; its "
            f"columns are {', '.join(names)}"
        )
    has = {asked.question for (asked, _), column in zip(wanted, found, strict=True) if column}
    missing = [
        f"{asked.question}_{answer}"
        for (asked, answer), column in zip(wanted, found, strict=True)
        if column is None and asked.question in has
    ]
    if missing:
        raise InputError(
            f"{path} has columns for some answers of a question and none for {', '.join(missing)}; "
            "add them, with empty cells where nothing is known, or remove the question's others"
        )
    return found


def columns_ending(path: Path, names: Sequence[str], tree: str, ending: str) -> list[str | None]:
    """The column for each answer of a tree that ends so, None where the table has none."""
    columns: list[str | None] = []
    for asked in TREES[tree]:
        for position, answer in enumerate(asked.answers):
            pattern = pattern_of(asked, position, tree, ending)
            matching = [name for name in names if pattern.fullmatch(name.lower().replace("-", "_"))]
            if len(matching) > 1:
                raise InputError(
                    f"{path}: {' and '.join(matching)} are both {asked.question}_{answer}; leave "
                    "only one of them in the table"
                )
            columns.append(matching[0] if matching else None)
    return columns


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
