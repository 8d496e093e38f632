"""Which galaxies are held out from everything, and which each seed trains and validates on."""

import numpy as np
import pandas as pd

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.randomness import numpy_generator


def draw_holdout(
    ids: np.ndarray, fraction: float, seed: int, fair_ids: set[int] | None = None
) -> np.ndarray:
    """Draw the held-out galaxies, which are never used for training, validation or tuning.

    `ids` are the survey's GalaxyIDs, in any order. `fraction` is the share of all galaxies to hold
    out or, with `fair_ids`, of the survey's fair ones; then only fair galaxies are drawn. Returns
    (n,) integers, ascending. Raises InputError if this leaves no galaxy to hold out, or none to
    train on.
    """
    galaxies = np.unique(ids)
    if fair_ids is not None:
        galaxies = np.intersect1d(galaxies, np.array(sorted(fair_ids), dtype=np.int64))
        if len(galaxies) == 0:
            raise InputError(
                f"survey.fair_ids: none of the {len(fair_ids)} fair galaxies is among the survey's "
                f"{len(ids)}; give the list that belongs to this survey, or set fair_ids: null"
            )
    count = round(fraction * len(galaxies))
    if not 1 <= count < len(np.unique(ids)):
        missing = "to hold out" if count < 1 else "to train on"
        raise InputError(
            f"survey.holdout: {fraction:g} of {len(galaxies)} galaxies leaves none {missing}; "
            "choose a fraction that leaves at least one of each, or a larger survey"
        )
    return np.sort(numpy_generator("holdout", seed).permutation(galaxies)[:count])


def require_unseen(holdout_ids: np.ndarray, learnt_ids: np.ndarray) -> None:
    """Raise InputError if any of the held-out galaxies (n,) is one that starting weights learnt."""
    seen = np.intersect1d(holdout_ids, learnt_ids)
    if len(seen):
        raise InputError(
            f"model.weights learnt {len(seen)} of the {len(holdout_ids)} held-out galaxies (such "
            f"as {seen[0]}), so no error on them would mean anything; start from other weights, "
            "hold out galaxies that these have not learnt (survey.fair_ids lists which may be held "
            "out), or set model.holdout_seen: allow, and every result says so"
        )


def split(
    ids: np.ndarray,
    holdout_ids: np.ndarray,
    validation_fraction: float,
    seed: int,
    fair_ids: set[int] | None = None,
    training_galaxies: int | None = None,
    learnt_ids: np.ndarray | None = None,
) -> pd.Series:
    """Divide the galaxies that are not held out into training and validation.

    `validation_fraction` is the share of these galaxies to validate on or, with `fair_ids`, of the
    fair ones among them; then only fair galaxies are drawn, so that errors on validation and on
    hold-out are of the same kind of galaxies. With `training_galaxies`, so many of the others are
    trained on, of which a smaller number are a part, and the rest is left out as "spare". None of
    `learnt_ids`, which starting weights learnt, is validated on; the number of validation galaxies
    stays the same, and so do they where none is one of these. Returns a Series named `part`, of
    "train", "valid", "holdout" or "spare", indexed by ascending GalaxyID. It does not depend on the
    order of `ids`. Raises InputError if this leaves no galaxy to train on, or none to validate on,
    if starting weights learnt so many that too few are left to validate on, or if there are fewer
    than `training_galaxies`.
    """
    galaxies = np.unique(ids)
    rest = np.setdiff1d(galaxies, holdout_ids)
    pool = rest if fair_ids is None else np.intersect1d(rest, np.array(sorted(fair_ids)))
    count = round(validation_fraction * len(pool))
    if not 1 <= count < len(rest):
        raise InputError(
            f"survey.holdout, validation: of {len(galaxies)} galaxies, "
            f"{len(galaxies) - len(rest)} are held out, and {validation_fraction:g} of the other "
            f"{len(pool)}{'' if fair_ids is None else ' fair ones'} leaves none to train or "
            "validate on; choose fractions that leave at least one of each, or a larger survey"
        )
    part = pd.Series("train", index=pd.Index(galaxies, name="GalaxyID"), name="part")
    part[np.isin(galaxies, holdout_ids)] = "holdout"
    drawn = numpy_generator("validation", seed).permutation(pool)
    if learnt_ids is not None:
        drawn = drawn[~np.isin(drawn, learnt_ids)]
    if len(drawn) < count:
        raise InputError(
            f"validation, model.weights: {count} galaxies are to be validated on, and the "
            f"starting weights of this experiment and its variants learnt all but {len(drawn)} of "
            f"the {len(pool)} that the hold-out leaves; choose a smaller validation, or start "
            "from weights that learnt fewer of this survey's galaxies"
        )
    part[drawn[:count]] = "valid"
    if training_galaxies is not None:
        train = part.index[part == "train"].to_numpy()
        if training_galaxies > len(train):
            raise InputError(
                f"training_galaxies: {training_galaxies} are asked for, and there are {len(train)} "
                "to train on; choose fewer"
            )
        drawn = numpy_generator("training galaxies", seed).permutation(train)
        part[drawn[training_galaxies:]] = "spare"
    return part
