"""Where the bag's error lies: tables by question, by answer, and by properties of galaxies.

Every array (N, columns) has the decision tree's columns, for the same N held-out galaxies.
"""

from collections.abc import Mapping
from itertools import zip_longest

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT
from galaxyzoo.evaluation.metrics import (
    column_rmse,
    label_counts,
    question_rmse,
    rmse,
    squared_sums,
)
from galaxyzoo.tree.decision_tree import DecisionTree

GALAXIES_IN_A_BIN = 50  # at least, if there are that many
MOST_BINS = 10
DENSITY_CELLS = 32
MEASURED = ("central_brightness", "half_light_radius_px")
MAIN_COLUMNS = 12
# For Galaxy Zoo 2's tree: one or two answers of each question that many galaxies reach. Both
# answers of a question with two would show the same cloud twice.
GALAXY_ZOO_2_MAIN_COLUMNS = (
    "Class1.1",
    "Class1.2",
    "Class7.1",
    "Class7.3",
    "Class2.1",
    "Class9.1",
    "Class3.1",
    "Class4.1",
    "Class10.1",
    "Class11.2",
    "Class5.3",
    "Class6.1",
)


def question_table(
    predicted: np.ndarray, voted: np.ndarray, mean_label: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """One row per question: number, text, error, and the error of the mean label (columns,).

    An error of a question without labels is NaN.
    """
    constant = np.broadcast_to(mean_label, voted.shape)
    return pd.DataFrame(
        {
            "question": [question.number for question in tree.questions],
            "text": [question.text for question in tree.questions],
            "rmse": question_rmse(predicted, voted, tree).values(),
            "rmse_mean_label": question_rmse(constant, voted, tree).values(),
        }
    ).astype({"rmse": float, "rmse_mean_label": float})


def answer_table(
    predicted: np.ndarray, voted: np.ndarray, mean_label: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """One row per answer: its question, column, name and error, and the error of the mean label.

    `mean_label` (columns,) is the prediction for every galaxy when no network is used. The errors
    of an answer without labels are NaN.
    """
    answers = [(question, answer) for question in tree.questions for answer in question.answers]
    return pd.DataFrame(
        {
            "question": [question.number for question, _ in answers],
            "text": [question.text for question, _ in answers],
            "column": [answer.column for _, answer in answers],
            "answer": [answer.name for _, answer in answers],
            "rmse": column_rmse(predicted, voted),
            "rmse_mean_label": column_rmse(mean_label, voted),
        }
    )


def agreement(voted: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """How much the crowd agreed on each galaxy: (N,), from above 0 to 1.

    This is the vote share of a question's favourite answer, averaged over questions, each weighted
    by how many volunteers were asked it. Since labels already carry this weight, it is the sum of
    the questions' highest values over the sum of the values that lead to them. For a question with
    a single answer, yes and no count as its answers. Questions with an answer without a label are
    left out; NaN for a galaxy that has no other.
    """
    highest, total_asked = np.zeros(len(voted)), np.zeros(len(voted))
    for i, (question, columns) in enumerate(zip(tree.questions, tree.slices, strict=True)):
        values = voted[:, columns]
        share_asked = tree.share_asked(voted, i)
        if question.single:
            values = np.column_stack([values, share_asked - values[:, 0]])
        known = ~np.isnan(values).any(axis=1) & ~np.isnan(share_asked)
        highest += np.where(known, values.max(axis=1), 0)
        total_asked += np.where(known, share_asked, 0)
    return np.divide(highest, total_asked, out=np.full(len(voted), np.nan), where=total_asked > 0)


def galaxy_properties(
    voted: np.ndarray, light: pd.DataFrame, tree: DecisionTree
) -> dict[str, np.ndarray]:
    """The properties (N,) by which errors and coverage are reported, by name.

    `light` is what `photometry.measured` returns of the galaxies.
    """
    measured = {name: light[name].to_numpy() for name in MEASURED}
    return {"agreement": agreement(voted, tree)} | measured


def error_by_property(
    properties: Mapping[str, np.ndarray],
    predicted: np.ndarray,
    voted: np.ndarray,
    mean_label: np.ndarray,
) -> pd.DataFrame:
    """The error of galaxies that are similar in a property, in bins of equal numbers of galaxies.

    `properties` maps names to values (N,); galaxies whose value is NaN are left out. Columns:
    property, lowest, median and highest value, galaxies, rmse, rmse_low and rmse_high
    (`small_sample_interval`), rmse_mean_label.
    """
    squared, labels = squared_sums(predicted, voted), label_counts(voted)
    rows = []
    for name, values in properties.items():
        for members in equal_bins(values):
            low, high = small_sample_interval(squared[members], labels[members])
            rows.append(
                {
                    "property": name,
                    "lowest": values[members].min(),
                    "median": np.median(values[members]),
                    "highest": values[members].max(),
                    "galaxies": len(members),
                    "rmse": rmse(predicted[members], voted[members]),
                    "rmse_low": low,
                    "rmse_high": high,
                    "rmse_mean_label": rmse(mean_label, voted[members]),
                }
            )
    return pd.DataFrame(rows)


def equal_bins(values: np.ndarray) -> list[np.ndarray]:
    """The rows of bins of equal numbers of galaxies, by ascending finite values (N,)."""
    ranked = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
    bins = np.clip(len(ranked) // GALAXIES_IN_A_BIN, 1, MOST_BINS)
    return [rows for rows in np.array_split(ranked, bins) if len(rows)]


def small_sample_interval(squared: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Student's interval of a root mean square error over all such galaxies, in its logarithm.

    `squared` (n,) are the galaxies' squared errors, summed over their `labels` (n,): the mean
    square is a ratio of sums (Cochran 1977, Sampling Techniques, section 6.4). They are skewed, so
    that the bootstrap's percentiles of few galaxies are too narrow. Where the squared errors
    scatter by 70 to 80 % of their mean, this interval holds in 94 to 95 % of samples of 50
    (percentiles: 92 to 94 %) and in 92 to 95 % of samples of 20 (88 to 92 %), in 600 trials each.
    The demo's scatter by 109 %, and 91 to 94 % of samples of 50 hold. NaN for a single galaxy,
    which tells no spread.
    """
    count, mean = len(squared), squared.sum() / labels.sum()
    if count == 1:
        return np.nan, np.nan
    apart = (squared - mean * labels) / labels.mean()
    error = apart.std(ddof=1) / np.sqrt(count) / (2 * mean) if mean else 0.0
    # The quantile of Student's t; scipy.stats has it too, and takes a second to import.
    reach = stdtrit(count - 1, 0.5 + INTERVAL_PERCENT / 200) * error
    return np.sqrt(mean) * np.exp(-reach), np.sqrt(mean) * np.exp(reach)


def main_columns(tree: DecisionTree) -> tuple[str, ...]:
    """The columns to show in a figure with room for a dozen.

    Galaxy Zoo 2's are chosen by hand. For another tree they are the first answer of each question,
    then the second, and so on, leaving out the second of two answers.
    """
    if set(GALAXY_ZOO_2_MAIN_COLUMNS) <= set(tree.columns):
        return GALAXY_ZOO_2_MAIN_COLUMNS
    shown = [q.columns[:1] if len(q.columns) == 2 else q.columns for q in tree.questions]
    in_turn = [column for turn in zip_longest(*shown) for column in turn if column]
    return tuple(in_turn[:MAIN_COLUMNS])


def density_table(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> pd.DataFrame:
    """Counts of galaxies by voted and predicted probability, for the main answers.

    One row per non-empty cell of a grid of DENSITY_CELLS each way. Columns: column, answer and its
    rmse, voted and predicted (the cell's lower edges) and galaxies. An answer without labels is
    left out.
    """
    edges = np.linspace(0, 1, DENSITY_CELLS + 1)
    tables = []
    for column in main_columns(tree):
        i = tree.columns.index(column)
        known = ~np.isnan(voted[:, i])
        counts = np.histogram2d(voted[known, i], predicted[known, i], bins=edges)[0].astype(int)
        x, y = np.nonzero(counts)
        table = pd.DataFrame({"voted": edges[x], "predicted": edges[y], "galaxies": counts[x, y]})
        table.insert(0, "column", column)
        table.insert(1, "answer", tree.answers[column].name)
        table.insert(2, "rmse", rmse(predicted[:, i], voted[:, i]))
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
