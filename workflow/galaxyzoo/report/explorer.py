"""The data shown by the report's explorer of held-out galaxies.

A self-contained page must stay small. The explorer therefore holds at most `MOST_GALAXIES`, and
only as many pictures as fit into `PICTURE_BUDGET_BYTES`. Galaxies on the report's sheets come
first. The others follow in a fixed random order, so that what is left out depends on neither the
error nor the GalaxyID.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.owners import NAME
from galaxyzoo.evaluation.rankings import SHEETS, sheet_positions
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.progress import progress
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.report.templates import thumbnail
from galaxyzoo.tree.decision_tree import DecisionTree

MOST_GALAXIES = 6000
PICTURE_BUDGET_BYTES = 7_000_000


def explorer_data(
    ranked: pd.DataFrame,
    crops: np.ndarray,
    tree: DecisionTree,
    owners: pd.DataFrame | None = None,
    most: int = MOST_GALAXIES,
    budget_bytes: int = PICTURE_BUDGET_BYTES,
) -> dict[str, Any]:
    """The explorer's data, ready to be written as JSON.

    `ranked` comes from `ranked_galaxies`; its `row` indexes the packed `crops` (N, s, s, bands).
    `owners` has the name of each galaxy and carried columns (`read_owners`), in the same order.
    Returns the `tree` as a table, the number of `held_out` galaxies, the names of the columns that
    are `carried`, the distinct `sayings` (each a sentence and the positions of the columns on its
    path), and the `galaxies`, column by column: `id` as text (some have more digits than a
    JavaScript number can hold), `rmse` and `disagreement`, `name` and `carried` (the cells),
    `crowd` and `network` as positions in `sayings`, `voted` and `predicted` as whole thousandths,
    one list per galaxy, with None for an answer without a label, and `picture` as a base64-encoded
    WebP file, or None.
    """
    order = order_of_precedence(ranked)[:most]
    shown = ranked.iloc[order]
    sayings: dict[tuple[str, tuple[int, ...]], int] = {}
    galaxies: dict[str, list] = {
        "id": shown[GALAXY_ID].astype(str).tolist(),
        "rmse": shown["rmse"].round(5).tolist(),
        "disagreement": shown["disagreement"].round(5).tolist(),
    }
    names = shown[GALAXY_ID].astype(str) if owners is None else owners[NAME].iloc[order]
    carried = pd.DataFrame(index=order) if owners is None else owners.drop(columns=NAME).iloc[order]
    galaxies["name"], galaxies["carried"] = names.tolist(), carried.to_numpy().tolist()
    for who, prefix in (("crowd", "voted"), ("network", "predicted")):
        values = shown[[f"{prefix}_{column}" for column in tree.columns]].to_numpy()
        galaxies[prefix] = [thousandths(row) for row in values]
        paths = (tuple(tree.favourite_path(row)) for row in values)
        galaxies[who] = [
            sayings.setdefault(saying, len(sayings))
            for saying in zip(shown[who], paths, strict=True)
        ]
    pictures = (thumbnail(crops[row]) for row in shown["row"])
    galaxies["picture"] = within(
        progress(pictures, total=len(shown), desc="explorer", unit="pictures"), budget_bytes
    )
    galaxies["picture"] += [None] * (len(shown) - len(galaxies["picture"]))
    return {
        "tree": tree_table(tree),
        "held_out": len(ranked),
        "carried": carried.columns.tolist(),
        "sayings": [{"text": text, "path": path} for text, path in sayings],
        "galaxies": galaxies,
    }


def thousandths(values: np.ndarray) -> list[int | None]:
    """Probabilities (columns,) in whole thousandths, None for what is not known."""
    return [None if np.isnan(value) else round(1000 * value) for value in values.tolist()]


def order_of_precedence(ranked: pd.DataFrame) -> np.ndarray:
    """Positions of all galaxies (N,): those on the sheets first, then the others at random."""
    on_sheets = np.concatenate([sheet_positions(ranked, sheet) for sheet in SHEETS])
    others = numpy_generator("explorer").permutation(len(ranked))
    return pd.unique(np.concatenate([on_sheets, others]))


def tree_table(tree: DecisionTree) -> list[dict[str, Any]]:
    """The tree as a table: each question's number, text, parents, first column and answers."""
    return [
        {
            "number": question.number,
            "text": question.text,
            "parents": parents,
            "first": columns.start,
            "answers": [answer.name for answer in question.answers],
        }
        for question, parents, columns in zip(
            tree.questions, tree.parents, tree.slices, strict=True
        )
    ]


def within(texts: Iterable[str], budget_bytes: int) -> list[str]:
    """The first of the texts, as many as fit into the given number of bytes."""
    kept: list[str] = []
    for text in texts:
        budget_bytes -= len(text)
        if budget_bytes < 0:
            break
        kept.append(text)
    return kept
