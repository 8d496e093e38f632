"""What a catalogue holds at a glance: counts down the tree, flags, and galaxies for contact sheets.

It is gathered shard by shard, so that one shard is in memory at a time.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pyarrow import parquet

from galaxyzoo.catalogue.columns import FLAGS, ID, fraction_name, joint_names, question_names
from galaxyzoo.evaluation.error_tables import main_columns
from galaxyzoo.tree.decision_tree import DecisionTree

ON_A_SHEET = 6
REASONS = 10
HALF = 0.5
FLAG_NAMES = [name for name, _ in FLAGS]
BAD = "flag_bad_image"

# For Galaxy Zoo 2's tree: sheets of galaxies for which all of these answers are probable.
GALAXY_ZOO_2_SHEETS = {
    "The most certain barred spirals": ("Class3.1", "Class4.1"),
    "The most certain spirals": ("Class4.1",),
    "The most certain discs seen edge-on": ("Class2.1",),
    "The roundest": ("Class7.1",),
    "The most certain cigars": ("Class7.3",),
    "The most certain mergers": ("Class8.6",),
    "The most certain rings": ("Class8.1",),
    "The most certain stars or artifacts": ("Class1.3",),
}


class Sheet(NamedTuple):
    """Galaxies of a contact sheet, the first of them first.

    `galaxies` has id, shard (a path), row (in the shard), value and sentence. Of a sheet that is
    chosen by the probability of answers, `likely` is the number of galaxies of which at least half
    of the volunteers would give each of them; None for another sheet.
    """

    title: str
    galaxies: pd.DataFrame
    likely: int | None


class Summary(NamedTuple):
    """Counts of a catalogue's galaxies.

    `answers` has one row per answer: question, text, answer, asked (galaxies of which half of the
    volunteers would be asked the question), galaxies (of those, the ones whose favourite it is).
    `flags` counts galaxies by the name of each flag, `fitted` by how their pictures were fitted,
    `reasons` those whose pictures cannot be used by the reason, the commonest first.
    """

    galaxies: int
    answers: pd.DataFrame
    flags: dict[str, int]
    fitted: dict[str, int]
    reasons: dict[str, int]
    sheets: list[Sheet]


def sheets_of(tree: DecisionTree) -> dict[str, tuple[str, ...]]:
    """The titles of the contact sheets that are chosen by answers, and their columns."""
    shown = {column for columns in GALAXY_ZOO_2_SHEETS.values() for column in columns}
    if shown <= set(tree.columns):
        return GALAXY_ZOO_2_SHEETS
    numbers = numbers_in(tree)
    return {
        f"The {'highest' if column in numbers else 'most certain'}: {tree.answers[column].name}": (
            column,
        )
        for column in main_columns(tree)
    }


def numbers_in(tree: DecisionTree) -> set[str]:
    """The columns of a tree that are numbers, and no probabilities of an answer."""
    return {column for q in tree.questions if q.single for column in q.columns}


def summary(shards: Sequence[Path], tree: DecisionTree) -> Summary:
    """Read the shards of a catalogue once and sum them up."""
    names = question_names(tree)
    shares_asked = [f"{question}_proportion_volunteers_asked" for question, _ in names]
    fractions = [[fraction_name(q, answer) for answer in answers] for q, answers in names]
    joint = joint_names(tree)
    columns = [ID, *shares_asked, *[name for one in fractions for name in one], *joint, *FLAG_NAMES]
    columns += ["sentence", "feature_distance", "strangeness", "network_disagreement"]
    columns += ["how_fitted", "bad_image_reason"]
    counts: dict[str, Any] = {"asked": [0] * len(shares_asked), "favourite": [0] * len(joint)}
    total, flags = 0, dict.fromkeys(FLAG_NAMES, 0)
    fitted, reasons = pd.Series(dtype=int), pd.Series(dtype=int)
    best: dict[str, pd.DataFrame] = {}
    for shard in shards:
        table = parquet.read_table(shard, columns=columns).to_pandas()
        total += len(table)
        for name in flags:
            flags[name] += int(table[name].sum())
        fitted = fitted.add(table["how_fitted"].value_counts(), fill_value=0)
        bad = table.loc[table[BAD], "bad_image_reason"]
        reasons = reasons.add(bad.value_counts(), fill_value=0).nlargest(REASONS)
        position = 0
        for i, (share, answers) in enumerate(zip(shares_asked, fractions, strict=True)):
            answered = table[table[share] >= HALF]
            counts["asked"][i] += len(answered)
            favourite = pd.Series(dtype=str)
            if len(answers) > 1:
                favourite = answered[answers].idxmax(axis=1)
            for answer in answers:
                counts["favourite"][position] += int((favourite == answer).sum())
                position += 1
        table["shard"], table["row"] = str(shard), range(len(table))
        shown_columns = [ID, "shard", "row", "value", "sentence"]
        for title, value in values(table, tree).items():
            candidates = table.assign(value=value)[shown_columns].dropna()
            if title in best:
                candidates = pd.concat([best[title], candidates])
            best[title] = candidates.nlargest(ON_A_SHEET, "value")
    rows = []
    for i, question in enumerate(tree.questions):
        for answer in question.answers:
            rows.append(
                {
                    "question": question.number,
                    "text": question.text,
                    "answer": answer.name,
                    "single": question.single,
                    "asked": counts["asked"][i],
                    "galaxies": counts["favourite"][len(rows)],
                }
            )
    return Summary(
        total,
        pd.DataFrame(rows),
        flags,
        fitted.astype(int).to_dict(),
        reasons.astype(int).to_dict(),
        [
            Sheet(title, galaxies, likely(title, galaxies, tree))
            for title, galaxies in best.items()
            if len(galaxies)
        ],
    )


def likely(title: str, galaxies: pd.DataFrame, tree: DecisionTree) -> int | None:
    """The number of a sheet's galaxies of which half of the volunteers would say what it shows."""
    columns = sheets_of(tree).get(title)
    if columns is None or set(columns) & numbers_in(tree):
        return None
    return int((galaxies["value"] >= HALF).sum())


def values(table: pd.DataFrame, tree: DecisionTree) -> dict[str, pd.Series]:
    """The value by which each sheet's galaxies are chosen: a least probable answer, or a distance.

    A galaxy that is unlike those of training is on no sheet of an answer.
    """
    names = dict(zip(tree.columns, joint_names(tree), strict=True))
    like_training = ~table["flag_unlike_training"].astype(bool)
    by_answer = {
        title: table[[names[column] for column in columns]].min(axis=1).where(like_training)
        for title, columns in sheets_of(tree).items()
    }
    return by_answer | {
        "The strangest: the least like those of training": table["feature_distance"],
        "Unlike all others: the highest strangeness": table["strangeness"],
        "Those on which the networks disagree most": table["network_disagreement"],
    }
