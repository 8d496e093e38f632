"""Labels that nobody gave, or that are masked: NaN in the labels, and in the notes the reason.

A masked answer counts nowhere: not in training, not in an error. Its galaxy stays, with its other
answers. Every array (N, columns) is in tree order.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import DecisionTree

FEW_ASKED = 0.1  # of the volunteers; no votes below an answer that so few gave are no contradiction
FAR_SUMS = (0.9, 1.1)  # a question's fractions sum to less or more: far from 1, in any table
NORMALISE, MASK = "normalise", "mask"  # what is done with far sums

NOTES = ("", "no label", "in part", "above", "few asked", "far sum", "normalised")
KNOWN, NO_LABEL, IN_PART, ABOVE, FEW, FAR, NORMALISED = range(len(NOTES))
MASKED = (NO_LABEL, IN_PART, ABOVE, FEW, FAR)
REASONS = {
    NO_LABEL: "no label was given",
    IN_PART: "another answer of the question has no label, so shares are not known",
    ABOVE: "an answer above has no label",
    FEW: f"at most {FEW_ASKED:g} of all were asked, and none answered",
    FAR: f"the question's fractions do not sum to {FAR_SUMS[0]:g} to {FAR_SUMS[1]:g}",
    NORMALISED: (
        f"not masked: fractions that do not sum to {FAR_SUMS[0]:g} to {FAR_SUMS[1]:g} were divided "
        "by their sum"
    ),
}


class Labels(NamedTuple):
    """Labels (N, columns) float64, NaN where masked, and `notes` (N, columns) uint8 on them.

    A note is a position in NOTES: why a label is masked, or that its question's fractions, whose
    sum is far from 1, were divided by it.
    """

    values: np.ndarray
    notes: np.ndarray


def labels_from_shares(fractions: np.ndarray, tree: DecisionTree, far_sums: str | None) -> Labels:
    """Multiply each answer's share of its question down the tree, as in Kaggle's labels.

    `fractions` is (N, columns) float, at least 0; NaN is an answer that nobody gave a label.
    Each question's fractions are first divided by their sum, because debiased ones do not sum to 1
    and others are rounded. Counts of votes work too. The number of a single-answer question is used
    unchanged. `far_sums` says what is done where a sum is outside FAR_SUMS: NORMALISE or MASK; None
    for counts, whose sums mean nothing.

    Under a parent of 0 all answers are 0. A question with some answers missing is masked as a
    whole, since shares need its total, and so is one below a masked answer. A question that nobody
    answered is masked under a parent of at most FEW_ASKED; under a larger one it is 0, which
    violates the tree's sums. `label_checks` reports that; no value is invented.
    """
    values = np.full(fractions.shape, np.nan)
    notes = np.zeros(fractions.shape, np.uint8)
    for i in tree.asking_order:
        columns, single = tree.slices[i], tree.questions[i].single
        cells = fractions[:, columns]
        above = tree.share_asked(values, i)[:, np.newaxis]
        total = np.ones((len(cells), 1)) if single else cells.sum(axis=1, keepdims=True)
        shares = np.divide(cells, total, out=np.zeros_like(cells), where=total > 0)
        far = (far_sums is not None) & ~((total >= FAR_SUMS[0]) & (total <= FAR_SUMS[1]))
        far_note = FAR if far_sums == MASK else NORMALISED
        nobody = (total == 0) & (above <= FEW_ASKED)
        states = [above == 0, np.isnan(cells), np.isnan(total), np.isnan(above), nobody, total == 0]
        told = np.select(
            [np.broadcast_to(state, cells.shape) for state in [*states, far]],
            [KNOWN, NO_LABEL, IN_PART, ABOVE, FEW, KNOWN, far_note],
            KNOWN,
        )
        weighted = np.where(above == 0, 0, shares * above)
        values[:, columns] = np.where(np.isin(told, MASKED), np.nan, weighted)
        notes[:, columns] = told
    return Labels(values, notes)


def labels_as_given(weighted: np.ndarray, tree: DecisionTree) -> Labels:
    """Weighted labels (N, columns), each kept by itself, with NaN where there is none.

    Under a parent of 0 a missing answer is 0. Where all of a question's answers are 0 under a
    parent above 0 and at most FEW_ASKED, they are masked, and so is what is asked below them.
    Labels that come from `labels_from_shares` stay as they are.
    """
    values = weighted.copy()
    notes = np.where(np.isnan(values), NO_LABEL, KNOWN).astype(np.uint8)
    for i in tree.asking_order:
        columns, parents = tree.slices[i], list(tree.parents[i])
        if not parents:
            continue
        cells, told = values[:, columns], notes[:, columns]  # views
        above = tree.share_asked(values, i)
        nobody = (cells == 0).all(axis=1) & (above > 0) & (above <= FEW_ASKED)
        below = np.isin(notes[:, parents], (FEW, ABOVE)).any(axis=1)
        is_zero = np.isnan(cells) & (above == 0)[:, np.newaxis]
        cells[is_zero], told[is_zero] = 0, KNOWN
        cells[nobody | below], told[nobody], told[below] = np.nan, FEW, ABOVE
    return Labels(values, notes)


def masked_labels(
    labels: pd.DataFrame, notes: pd.DataFrame | None, tree: DecisionTree
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A survey's labels by GalaxyID with what must be masked, and the notes on them.

    `notes` are those of `read_notes`, on labels that a rule has made; None for others.
    """
    values, told = labels_as_given(labels.to_numpy(), tree)
    if notes is not None:
        # A repeated GalaxyID is a fault of its own: its galaxy is left out.
        once = notes[~notes.index.duplicated()].reindex(labels.index, fill_value=KNOWN)
        told = np.where(once.to_numpy() == KNOWN, told, once.to_numpy())
    return tuple(pd.DataFrame(one, labels.index, labels.columns) for one in (values, told))


def write_notes(notes: pd.DataFrame, path: Path) -> None:
    """Write notes (N, columns) uint8 as CSV, in words: a row for each GalaxyID that has any."""
    noted = notes[(notes != KNOWN).any(axis=1)]
    words = pd.DataFrame(np.array(NOTES, object)[noted.to_numpy()], noted.index, noted.columns)
    with replaced(path) as unfinished:
        words.to_csv(unfinished)


def read_notes(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The notes that `write_notes` wrote, by GalaxyID. Raises InputError for any other file."""
    try:
        words = pd.read_csv(path, dtype=str, keep_default_na=False, index_col="GalaxyID")
        words.index = words.index.astype(np.int64)
        positions = {word: position for position, word in enumerate(NOTES)}
        return words[list(columns)].apply(lambda each: each.map(positions)).astype(np.uint8)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} is not as it was written ({error}); delete it, and run this again"
        ) from error
