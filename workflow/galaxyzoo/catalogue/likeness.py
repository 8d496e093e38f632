"""Sentences for a catalogue whose galaxies differ from those that its intervals were fitted to."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from galaxyzoo.calibration.calibration import Calibration
from galaxyzoo.calibration.likeness import counts_below, differing, distances, too_often_flagged
from galaxyzoo.catalogue.columns import FLAGS, joint_names

MOST_NAMED = 5
OF_ROWS_WITH_NUMBERS = [name for name, _ in FLAGS if name != "flag_bad_image"]


def differences_in_words(
    shards: Sequence[Path], calibration: Calibration, is_reset: bool = False
) -> list[str]:
    """Why the intervals' promise does not reach the galaxies of some shards; empty if it does.

    Flags and predicted numbers are compared with those of the calibration's validation galaxies;
    if it `is_reset`, numbers alone, with those of the labelled galaxies. Rows without numbers are
    left out.
    """
    fitted_to = "labelled" if is_reset else "validation"
    names = joint_names(calibration.tree)
    counts = np.zeros_like(calibration.quantiles, dtype=np.int64)
    flags, galaxies = dict.fromkeys(OF_ROWS_WITH_NUMBERS, 0), 0
    for shard in shards:
        table = pd.read_parquet(shard, columns=[*names, *flags]).dropna(subset=names)
        counts += counts_below(table[names].to_numpy(np.float64), calibration.quantiles)
        flags = {flag: count + int(table[flag].sum()) for flag, count in flags.items()}
        galaxies += len(table)
    if not galaxies:
        return []
    why = [
        f"{share:.0%} have {flag}, which 1 % of validation galaxies have"
        for flag, share in ({} if is_reset else too_often_flagged(flags, galaxies)).items()
    ]
    distance = distances(counts, calibration.quantiles, galaxies)
    other = differing(distance, galaxies, calibration.intervals.rows)
    if other.any():
        farthest = [names[i] for i in np.argsort(-distance) if other[i]][:MOST_NAMED]
        why.append(
            f"the predictions of {other.sum()} of {len(names)} answers are distributed otherwise "
            f"than on {fitted_to} galaxies, most of all those of {', '.join(farthest)} "
            f"(distribution functions are up to {distance.max():.2f} apart)"
        )
    if not why:
        return []
    return [
        f"The promise of the intervals does not reach these galaxies: {'; '.join(why)}. They "
        "may hold less often than promised, or more often."
    ]
