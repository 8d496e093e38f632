"""How many answers are masked, why, and how galaxies with a masked answer differ from others."""

import numpy as np
import pandas as pd

from galaxyzoo.surveys.missing_labels import ABOVE, FEW, MASKED, NORMALISED, REASONS
from galaxyzoo.tree.decision_tree import DecisionTree

CHANCE = 0.01  # of a difference, over all pairs together, where there is none
STRONGEST = 5  # differences that are told


def masked_table(notes: pd.DataFrame, tree: DecisionTree) -> pd.DataFrame:
    """One row per question and reason: how many of its answers are masked, of how many galaxies.

    `notes` (N, columns) uint8 are those of `missing_labels` on the survey's galaxies. Columns:
    question (its number), reason, galaxies, answers, of_galaxies (N), masked. The last is False for
    fractions that were only divided by their sum.
    """
    told = notes.to_numpy()
    rows = []
    for question, columns in zip(tree.questions, tree.slices, strict=True):
        for note in (*MASKED, NORMALISED):
            has_it = told[:, columns] == note
            if has_it.any():
                rows.append(
                    {
                        "question": question.number,
                        "reason": REASONS[note],
                        "galaxies": int(has_it.any(axis=1).sum()),
                        "answers": int(has_it.sum()),
                        "of_galaxies": len(told),
                        "masked": note in MASKED,
                    }
                )
    columns = ["question", "reason", "galaxies", "answers", "of_galaxies", "masked"]
    return pd.DataFrame(rows, columns=columns)


def not_at_random(
    labels: pd.DataFrame, notes: pd.DataFrame, tree: DecisionTree, carried: pd.DataFrame
) -> pd.DataFrame:
    """Columns that differ between galaxies with and without labels of a question.

    `labels` and `notes` are (N, columns); `carried` (N, m) float64 are other columns of the owner's
    table, NaN where a cell is empty. For each question, each column of other questions, and each
    that is carried, is compared by the rank-sum test (Mann & Whitney 1947, Annals of Mathematical
    Statistics 18, 50; by SciPy). Galaxies without are those of which an answer has no label or is
    masked; not where few were asked or an answer above has none, since that they differ is known.
    Where nobody was asked all labels are 0 whatever was given, so those galaxies are not compared.
    Returns the pairs whose probability by chance, times the number of pairs (Bonferroni), is below
    CHANCE, by how far `larger` is from 0.5: question (its number), column, with_label and
    without_label (galaxies compared), larger (the probability that the column is larger in a galaxy
    without a label than in one with, ties counted half), chance.
    """
    from scipy.stats import mannwhitneyu  # slow to import, and only missing labels need it

    values, told = labels.to_numpy(), notes.to_numpy()
    compared = {column: labels[column].to_numpy() for column in tree.columns}
    compared = {column: carried[column].to_numpy() for column in carried} | compared
    pairs = []
    for i, (question, own) in enumerate(zip(tree.questions, tree.slices, strict=True)):
        is_asked = tree.share_asked(values, i) != 0  # or it is not known
        is_known = is_asked & ~np.isnan(values[:, own]).any(axis=1)
        expected = np.isin(told[:, own], (FEW, ABOVE)).any(axis=1)
        lacking = is_asked & ~is_known & ~expected
        if not (lacking.any() and is_known.any()):
            continue
        for column, cells in compared.items():
            if column in question.columns:
                continue
            has_value = ~np.isnan(cells)
            without, given = (cells[one & has_value] for one in (lacking, is_known))
            if len(without) and len(given):
                test = mannwhitneyu(without, given)
                larger = test.statistic / (len(without) * len(given))
                pairs.append(
                    (question.number, column, len(given), len(without), larger, test.pvalue)
                )
    names = ["question", "column", "with_label", "without_label", "larger", "chance"]
    table = pd.DataFrame(pairs, columns=names)
    table["chance"] = (table["chance"] * len(table)).clip(upper=1)
    found = table[table["chance"] < CHANCE]
    farthest = (found["larger"] - 0.5).abs().sort_values(ascending=False, kind="stable")
    return found.loc[farthest.index].reset_index(drop=True)


def masked_in_words(masked: pd.DataFrame) -> list[str]:
    """A line for each question of `masked_table`, with its reasons."""
    return [
        f"question {question}, answers without a label: "
        + "; ".join(
            f"{row.answers:,} in {row.galaxies:,} of {row.of_galaxies:,} galaxies ({row.reason})"
            for row in rows.itertuples()
        )
        for question, rows in masked.groupby("question")
    ]


def differences_in_words(differing: pd.DataFrame) -> list[str]:
    """A sentence for each of the strongest rows of `not_at_random`."""
    return [
        f"galaxies without a label of question {row.question} are not like the others: "
        f"{row.column} is larger in {100 * row.larger:.0f} % of pairs of one without and one with "
        f"a label (rank-sum test, {row.without_label:,} and {row.with_label:,} galaxies, "
        f"by chance {row.chance:.1g})"
        for row in differing.head(STRONGEST).itertuples()
    ]
