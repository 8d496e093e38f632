"""Scores of an experiment on several surveys, each by itself: errors, and coverage of intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from galaxyzoo.calibration.coverage import (
    KINDS,
    Covered,
    in_main_questions,
    mean_coverage,
    number_or_none,
    resampled_coverage,
)
from galaxyzoo.calibration.intervals import Numbers
from galaxyzoo.evaluation.bootstrap import percentile_interval, rmse_interval
from galaxyzoo.evaluation.metrics import label_counts, question_rmse, rmse, squared_sums
from galaxyzoo.foundation.joined_ids import survey_names
from galaxyzoo.tree.decision_tree import DecisionTree


def scores_by_survey(
    surveys: Sequence[str],
    ids: np.ndarray,
    bag: np.ndarray,
    published: np.ndarray,
    mean_label: np.ndarray,
    voted: np.ndarray,
    coverage: Covered,
    tree: DecisionTree,
) -> list[dict[str, Any]]:
    """The scores on each survey's held-out galaxies, as in metrics.json; none if there is only one.

    `ids` (n,) are the held-out galaxies' joined GalaxyIDs. `bag` are predictions before
    recalibration, which is one of all surveys together, and `published` those after it; both are
    (n, columns), as `voted` is. `mean_label` (columns,) is that of all other galaxies, and
    `coverage` that of the intervals of `published`.
    """
    if len(surveys) == 1:
        return []
    names = survey_names(ids, surveys)
    return [
        {
            "survey": survey,
            "galaxies": int((names == survey).sum()),
            **errors_of(
                *(one[names == survey] for one in (bag, published, voted)), mean_label, tree
            ),
            "intervals": coverage_of(coverage, names == survey, tree),
        }
        for survey in surveys
    ]


def errors_of(
    bag: np.ndarray,
    published: np.ndarray,
    voted: np.ndarray,
    mean_label: np.ndarray,
    tree: DecisionTree,
) -> dict[str, Any]:
    """The errors on some galaxies, arrays (n, columns), with the interval of the bag's."""
    constant = np.broadcast_to(mean_label, voted.shape)
    return {
        "rmse": rmse(bag, voted),
        "rmse_interval": list(rmse_interval(squared_sums(bag, voted), label_counts(voted))),
        "rmse_published": rmse(published, voted),
        "rmse_mean_label": rmse(constant, voted),
        "questions": question_rmse(bag, voted, tree),
        "questions_mean_label": question_rmse(constant, voted, tree),
    }


def coverage_of(coverage: Covered, inside: np.ndarray, tree: DecisionTree) -> Mapping[str, Any]:
    """How often the intervals of the galaxies `inside` (n,) hold, as `coverage_scores` has it."""
    main = in_main_questions(tree)

    def of_these(numbers: Numbers, kind: str) -> np.ndarray:
        return getattr(numbers, kind)[inside][:, main]

    scores = {}
    for kind in KINDS:
        holds = of_these(coverage.holds, kind)
        low, high = percentile_interval(resampled_coverage(holds))
        scores[kind] = {
            "coverage": mean_coverage(holds),
            "coverage_interval": [number_or_none(low), number_or_none(high)],
            "width": mean_coverage(of_these(coverage.width, kind)),
        }
    return scores
