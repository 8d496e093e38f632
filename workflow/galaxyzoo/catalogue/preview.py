"""The first rows of a catalogue, for its page to show and to search."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pyarrow import parquet

from galaxyzoo.catalogue.columns import FLAGS, ID, joint_names
from galaxyzoo.tree.decision_tree import DecisionTree

MOST_ROWS = 5000  # a page of 5,000 rows has about a megabyte of them
QUESTIONS = 4
SENTENCE = "sentence"


class Preview(NamedTuple):
    """Rows of a catalogue: the headings of its shown columns, and as many values for each galaxy.

    A row is the id, the sentence, probabilities from 0 to 1 (None without one) and the names of
    the flags that are set, joined by commas.
    """

    columns: list[str]
    rows: list[list[Any]]


def preview(shards: Sequence[Path], tree: DecisionTree, most: int = MOST_ROWS) -> Preview:
    """The first rows, `most` or all, in the order of the catalogue.

    The probabilities are those of the first answers of the first questions.
    """
    names = dict(zip(tree.columns, joint_names(tree), strict=True))
    shown = [question.answers[0] for question in tree.questions[:QUESTIONS]]
    probabilities = [names[answer.column] for answer in shown]
    flags = [name for name, _ in FLAGS]
    rows: list[list[Any]] = []
    for shard in shards:
        table = parquet.read_table(shard, columns=[ID, SENTENCE, *probabilities, *flags])
        rows += rows_of(table.slice(0, most - len(rows)).to_pandas(), probabilities, flags)
        if len(rows) == most:
            break
    return Preview([ID, SENTENCE, *(answer.name for answer in shown), "flags"], rows)


def rows_of(
    table: pd.DataFrame, probabilities: Sequence[str], flags: Sequence[str]
) -> list[list[Any]]:
    """The rows of a part of a catalogue, as `Preview` has them."""
    values = table[list(probabilities)].astype(float).round(3)
    values = values.astype(object).where(values.notna(), None)
    is_set = table[list(flags)].to_numpy(bool)
    names = [", ".join(name for name, one in zip(flags, row, strict=True) if one) for row in is_set]
    sentences = table[SENTENCE].fillna("")
    return [
        [str(galaxy), sentence, *numbers, set_flags]
        for galaxy, sentence, numbers, set_flags in zip(
            table[ID], sentences, values.to_numpy().tolist(), names, strict=True
        )
    ]
