"""Coverage: how often intervals hold the vote, on galaxies that they were not fitted to."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from scipy.stats import t as student

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.intervals import EDGES, PERCENT, Bounds, Numbers, numbers_of
from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval, resampled_means
from galaxyzoo.evaluation.error_tables import equal_bins
from galaxyzoo.foundation.known_values import known_mean
from galaxyzoo.tree.decision_tree import DecisionTree

KINDS = Numbers._fields
RESAMPLES = 2000
# For Galaxy Zoo 2's tree: the questions that most volunteers are asked about most galaxies.
MAIN_QUESTIONS = (1, 2, 3, 4, 6, 7)


class Covered(NamedTuple):
    """Whether each interval holds the vote, and how wide it is; NaN where there is no vote.

    `holds` and `width` have (N, columns) float64 of each kind of number, `voted` the votes.
    """

    holds: Numbers
    width: Numbers
    voted: Numbers


def covered(bounds: Bounds, voted: np.ndarray, tree: DecisionTree) -> Covered:
    """Compare intervals with votes (N, columns), weighted as the tree's columns are."""
    votes = numbers_of(voted, tree)
    holds, widths = [], []
    for low, high, truth in zip(bounds.lower, bounds.upper, votes, strict=True):
        known = np.isfinite(truth)
        holds.append(np.where(known, (truth >= low) & (truth <= high), np.nan))
        widths.append(np.where(known, high - low, np.nan))
    return Covered(Numbers(*holds), Numbers(*widths), votes)


def in_main_questions(tree: DecisionTree) -> np.ndarray:
    """Whether each column (columns,) is an answer of a main question; all are in one's own tree."""
    is_galaxy_zoo_2 = len(tree.questions) == 11 and tree.columns[0] == "Class1.1"
    numbers = MAIN_QUESTIONS if is_galaxy_zoo_2 else [q.number for q in tree.questions]
    return np.concatenate([np.full(len(q.answers), q.number in numbers) for q in tree.questions])


def coverage_scores(
    calibration: Calibration, bag: np.ndarray, seeds: Mapping[int, np.ndarray], voted: np.ndarray
) -> dict[str, Any]:
    """Coverage of the intervals on held-out galaxies, as in metrics.json; arrays (N, columns).

    `bag` and `seeds` are predictions before recalibration. `fraction` and `joint` give the coverage
    of the `bag`'s intervals, as a mean over the answers of the main questions, its bootstrap
    interval over galaxies, and the mean width; and the coverage of the intervals of each of the
    `seeds` networks, to whose predictions the calibration was fitted. None stands for what there is
    no vote to tell.
    """
    tree = calibration.tree
    main = in_main_questions(tree)
    together = covered(calibration.of(bag)[1], voted, tree)
    alone = [covered(calibration.of(one)[1], voted, tree) for one in seeds.values()]
    rows = calibration.intervals.rows
    scores: dict[str, Any] = {"percent": PERCENT, "calibration_rows": rows}
    for kind in KINDS:
        holds = getattr(together.holds, kind)[:, main]
        low, high = percentile_interval(resampled_coverage(holds))
        networks = [mean_coverage(getattr(one.holds, kind)[:, main]) for one in alone]
        scores[kind] = {
            "coverage": mean_coverage(holds),
            "coverage_interval": [number_or_none(low), number_or_none(high)],
            "width": mean_coverage(getattr(together.width, kind)[:, main]),
            "coverage_of_networks": networks,
        }
    return scores | {"interval_percent": INTERVAL_PERCENT}


def mean_coverage(values: np.ndarray) -> float | None:
    """The mean over columns of each column's mean over the galaxies that have a value; or None."""
    return number_or_none(known_mean(known_mean(values, axis=0)))


def number_or_none(value: float) -> float | None:
    """A number for JSON, which has no NaN: None in its place."""
    return None if np.isnan(value) else float(value)


def resampled_coverage(holds: np.ndarray) -> np.ndarray:
    """`mean_coverage` of resampled galaxies, (resamples,)."""
    known = np.isfinite(holds)
    means = resampled_means(np.hstack([np.where(known, holds, 0), known]), RESAMPLES)
    held, counted = np.split(means, 2, axis=1)
    by_column = np.divide(held, counted, out=np.full_like(held, np.nan), where=counted > 0)
    return known_mean(by_column, axis=1)


def coverage_table(together: Covered, tree: DecisionTree) -> pd.DataFrame:
    """One row per kind of number and answer: how often its intervals hold, and how wide they are.

    Columns: kind, question (its number), column, galaxies (with a vote), coverage,
    coverage_low and coverage_high (by Wilson 1927, JASA 22, 209), width, and zero_votes, the share
    of votes that are exactly 0.
    """
    questions = {c: question.number for question in tree.questions for c in question.columns}
    rows = []
    for kind in KINDS:
        values = zip(*(getattr(one, kind).T for one in together), tree.columns, strict=True)
        for holds, width, voted, column in values:
            known = np.isfinite(holds)
            count, held = int(known.sum()), int(np.nansum(holds))
            ends = (np.nan, np.nan)
            if count:
                ends = binomtest(held, count).proportion_ci(INTERVAL_PERCENT / 100, "wilson")
            rows.append(
                {
                    "kind": kind,
                    "question": questions[column],
                    "column": column,
                    "galaxies": count,
                    "coverage": held / count if count else np.nan,
                    "coverage_low": ends[0],
                    "coverage_high": ends[1],
                    "width": width[known].mean() if count else np.nan,
                    "zero_votes": (voted[known] == 0).mean() if count else np.nan,
                }
            )
    return pd.DataFrame(rows)


def coverage_by_property(
    properties: Mapping[str, np.ndarray], together: Covered, tree: DecisionTree
) -> pd.DataFrame:
    """Coverage and width of similar galaxies, over the answers of the main questions.

    `properties` maps names to values (N,). Each property is divided into bins of equal numbers of
    galaxies, as in `error_tables.error_by_property`; galaxies without a vote on these questions are
    left out. Columns: kind, property, lowest, median and
    highest value, galaxies, coverage, coverage_low and coverage_high (Student's interval over
    galaxies), width.
    """
    main = in_main_questions(tree)
    rows = []
    for kind in KINDS:
        holds, width = (getattr(one, kind)[:, main] for one in together[:2])
        each, widths = known_mean(holds, axis=1), known_mean(width, axis=1)
        for name, values in properties.items():
            for members in equal_bins(np.where(np.isnan(each), np.nan, values)):
                mean, count = each[members].mean(), len(members)
                reach = np.nan
                if count > 1:
                    spread = each[members].std(ddof=1) / np.sqrt(count)
                    reach = student.ppf(0.5 + INTERVAL_PERCENT / 200, count - 1) * spread
                rows.append(
                    {
                        "kind": kind,
                        "property": name,
                        "lowest": values[members].min(),
                        "median": np.median(values[members]),
                        "highest": values[members].max(),
                        "galaxies": count,
                        "coverage": mean,
                        "coverage_low": max(0.0, mean - reach),
                        "coverage_high": min(1.0, mean + reach),
                        "width": widths[members].mean(),
                    }
                )
    return pd.DataFrame(rows)


def coverage_by_number(
    together: Covered, predicted: np.ndarray, tree: DecisionTree
) -> pd.DataFrame:
    """Coverage and width by the predicted number, over all answers, in the bins of `EDGES`.

    `predicted` (N, columns) are the predictions that the intervals are of. Columns: kind, lowest
    and highest number of the bin, numbers, galaxies, coverage, coverage_low and coverage_high
    (Student's interval, in which the numbers of a galaxy are one cluster: Cochran 1977, Sampling
    Techniques, section 9A), width. A bin without votes is left out.
    """
    ends = (0.0, *EDGES, 1.0)
    rows = []
    for kind in KINDS:
        holds, width = (getattr(one, kind) for one in together[:2])
        number = np.searchsorted(EDGES, getattr(numbers_of(predicted, tree), kind), side="right")
        for position, (lowest, highest) in enumerate(pairwise(ends)):
            inside = (number == position) & np.isfinite(holds)
            if not inside.any():
                continue
            counts = inside.sum(axis=1)
            held = np.where(inside, holds, 0).sum(axis=1)
            coverage = held.sum() / counts.sum()
            galaxies = int((counts > 0).sum())
            reach = np.nan
            if galaxies > 1:
                squares = ((held - coverage * counts) ** 2).sum() * galaxies / (galaxies - 1)
                reach = np.sqrt(squares) / counts.sum()
                reach *= student.ppf(0.5 + INTERVAL_PERCENT / 200, galaxies - 1)
            rows.append(
                {
                    "kind": kind,
                    "lowest": lowest,
                    "highest": highest,
                    "numbers": int(counts.sum()),
                    "galaxies": galaxies,
                    "coverage": coverage,
                    "coverage_low": max(0.0, coverage - reach),
                    "coverage_high": min(1.0, coverage + reach),
                    "width": width[inside].mean(),
                }
            )
    return pd.DataFrame(rows)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as mappings for JSON, with None where there is no number."""
    return table.astype(object).where(table.notna(), None).to_dict("records")
