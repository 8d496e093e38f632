"""A calibration reset on labelled galaxies of another survey, without any training.

The promise of intervals is about galaxies like those that they were fitted to. Of galaxies of
another survey, telescope or scale, a hundred that were drawn at random and labelled are enough to
fit them again: to these galaxies alone, of which no network learnt any.
"""

from typing import Any

import numpy as np

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.coverage import (
    KINDS,
    Covered,
    covered,
    in_main_questions,
    mean_coverage,
    number_or_none,
    resampled_coverage,
)
from galaxyzoo.calibration.intervals import PERCENT, Bounds, Numbers, fitted_intervals
from galaxyzoo.calibration.likeness import quantiles_of
from galaxyzoo.calibration.recalibration import fitted_recalibration, folds
from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, percentile_interval
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError

FEWEST_GALAXIES = 30  # of these, a conformal quantile is the third largest residual


def reset_calibration(
    before: Calibration, predicted: np.ndarray, voted: np.ndarray
) -> tuple[Calibration, dict[str, Any]]:
    """A calibration fitted to predictions and votes (n, columns) of galaxies, and its scores.

    `predicted` are those of the ensemble, not recalibrated. The recalibration is fitted anew if
    that has a lower error, out of fold, than the one `before`, which stays otherwise. The scores
    are those of both: `after` is cross-validated, so that each galaxy is judged by a calibration
    that was fitted to others. Raises InputError if there are too few galaxies.
    """
    if len(predicted) < FEWEST_GALAXIES:
        raise InputError(
            f"catalogue.labels: {len(predicted)} labelled galaxies are too few to reset the "
            f"intervals on; label at least {FEWEST_GALAXIES}, drawn at random"
        )
    tree = before.tree
    after = refitted(before, predicted, voted)
    better = np.empty_like(predicted)
    lower, upper = (Numbers(*(np.empty_like(predicted) for _ in KINDS)) for _ in range(2))
    for rest, fold in folds(predicted, np.arange(len(predicted))):
        better[fold], bounds = refitted(before, predicted[rest], voted[rest]).of(predicted[fold])
        for kind in KINDS:
            getattr(lower, kind)[fold] = getattr(bounds.lower, kind)
            getattr(upper, kind)[fold] = getattr(bounds.upper, kind)
    was, bounds_before = before.of(predicted)
    scores = {
        "galaxies": len(predicted),
        "percent": PERCENT,
        "interval_percent": INTERVAL_PERCENT,
        "recalibrated_anew": after.recalibration is not before.recalibration,
        "before": scores_of(covered(bounds_before, voted, tree), was, voted, before),
        "after": scores_of(covered(Bounds(lower, upper), voted, tree), better, voted, before),
    }
    return after, scores


def refitted(before: Calibration, predicted: np.ndarray, voted: np.ndarray) -> Calibration:
    """A calibration fitted to predictions and votes (n, columns) of different galaxies."""
    tree = before.tree
    recalibration, out_of_fold = fitted_recalibration(
        predicted, voted, np.arange(len(predicted)), tree
    )
    kept = before.recalibration.of(predicted, tree)
    if not recalibration.helps or rmse(kept, voted) <= rmse(out_of_fold, voted):
        recalibration, out_of_fold = before.recalibration, kept
    intervals = fitted_intervals(out_of_fold, voted, tree)
    return Calibration(tree, recalibration, intervals, quantiles_of(out_of_fold))


def scores_of(
    intervals: Covered, better: np.ndarray, voted: np.ndarray, of: Calibration
) -> dict[str, Any]:
    """The error of recalibrated predictions, and the coverage and width of their intervals."""
    main = in_main_questions(of.tree)
    scores: dict[str, Any] = {"rmse": rmse(better, voted)}
    for kind in KINDS:
        holds = getattr(intervals.holds, kind)[:, main]
        ends = percentile_interval(resampled_coverage(holds))
        scores[kind] = {
            "coverage": mean_coverage(holds),
            "coverage_interval": [number_or_none(end) for end in ends],
            "width": mean_coverage(getattr(intervals.width, kind)[:, main]),
        }
    return scores
