"""Which galaxies are held out from everything, and which each seed trains and validates on."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.joined_ids import survey_names
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.tree.decision_tree import DecisionTree


class Ties(NamedTuple):
    """What a draw keeps to: `classes` are drawn from in proportion, `groups` stay together.

    Both are Series (N,) of texts by GalaxyID, for all galaxies of the survey, or None.
    """

    classes: pd.Series | None = None
    groups: pd.Series | None = None


class Fold(NamedTuple):
    """One of several parts into which the galaxies are divided, counted from 0."""

    number: int
    of: int


FREE = Ties()
FAR_OFF = 0.2  # of the galaxies that are asked for

log = logging.getLogger(__name__)


def classes_of(index: pd.DataFrame, tree: DecisionTree) -> pd.Series | None:
    """The class of each galaxy of a survey's index (N rows), by GalaxyID: a column of the tree.

    None unless the tree has one question with several answers, and all labels are 0 or 1.
    """
    labels = tree.probabilities(index)
    if len(tree.questions) != 1 or tree.questions[0].single or not np.isin(labels, (0, 1)).all():
        return None
    classes = np.array(tree.columns)[labels.argmax(axis=1)]
    return pd.Series(classes, pd.Index(index[GALAXY_ID]), name="class")


def strata_of(index: pd.DataFrame, tree: DecisionTree, surveys: Sequence[str]) -> pd.Series | None:
    """What is drawn from in proportion: classes, and of joined `surveys` each one by itself.

    As `classes_of`, with the survey's name before a class.
    """
    classes = classes_of(index, tree)
    if len(surveys) == 1:
        return classes
    ids = pd.Index(index[GALAXY_ID])
    names = pd.Series(survey_names(ids, surveys), ids, name="survey").astype(str)
    return names if classes is None else names + " " + classes


def draw(
    pool: np.ndarray,
    fraction: float,
    key: tuple[str | int, ...],
    ties: Ties,
    parts_after: int,
    barred: np.ndarray | None = None,
) -> np.ndarray:
    """Galaxies drawn at random from a `pool` (N,) of ascending GalaxyIDs: (n,), ascending.

    About a `fraction` of the galaxies is drawn. Groups are drawn whole: so many that the number of
    galaxies comes nearest. Of each class (for a group, that of its first galaxy), the fraction is
    drawn separately, at least one galaxy or group, if there is one more for each of `parts_after`.
    None is drawn of a group that has a `barred` galaxy, if others are enough. If large groups make
    it many more or fewer galaxies, the log says so.
    """
    groups = units(pool, ties.groups)
    sizes = np.bincount(groups)
    first = np.unique(groups, return_index=True)[1]
    if ties.classes is None:
        strata = {(): np.arange(len(sizes))}
    else:
        of_group = ties.classes.loc[pool[first]].to_numpy()
        strata = {(name,): np.flatnonzero(of_group == name) for name in np.unique(of_group)}
    out = np.zeros(len(sizes), bool)
    if barred is not None:
        out[groups[np.isin(pool, barred)]] = True
    taken = []
    for name, members in strata.items():
        order = members[numpy_generator(*key, *name).permutation(len(members))]
        order = order[~out[order]]
        count = round(fraction * sizes[members].sum())
        number = max(nearest(sizes[order], count), min(count, 1))
        if name:
            most = len(members) - parts_after
            number = min(max(number, 1), most, len(order)) if most > 0 else 0
        taken.append(order[:number])
    drawn = pool[np.isin(groups, np.concatenate(taken))]
    asked = fraction * len(pool)
    if ties.groups is not None and abs(len(drawn) - asked) > max(FAR_OFF * asked, 1):
        log.warning(
            "%s: %d of %d galaxies are drawn, where %.0f are asked for, since groups are drawn "
            "whole; if that is too far off, divide large groups",
            key[0],
            len(drawn),
            len(pool),
            asked,
        )
    return drawn


def draw_fold(pool: np.ndarray, fold: Fold, ties: Ties) -> np.ndarray:
    """The galaxies of a fold of a `pool` (N,) of ascending GalaxyIDs: (n,), ascending.

    Folds have no galaxy in common, together have all, and are about as large. `ties` are kept to as
    `draw` says.
    """
    drawn = pool[:0]
    for number in range(fold.number + 1):
        pool, after = np.setdiff1d(pool, drawn), fold.of - number - 1
        drawn = draw(pool, 1 / (after + 1), ("fold", fold.of, number), ties, parts_after=after)
    return drawn


def units(pool: np.ndarray, groups: pd.Series | None) -> np.ndarray:
    """The number of the group that each galaxy of a pool (N,) is in; its own for an empty text."""
    if groups is None:
        return np.arange(len(pool))
    named = groups.loc[pool].to_numpy(dtype=object)
    alone = [f"\0{galaxy}" for galaxy in pool]  # a text that no cell can hold
    return pd.factorize(np.where(named == "", alone, named), sort=True)[0]


def nearest(sizes: np.ndarray, count: int) -> int:
    """How many of some units, in order, have the number of galaxies that is nearest to `count`."""
    totals = np.concatenate([[0], np.cumsum(sizes)])
    return int(np.abs(totals - count).argmin())


def tied_to(galaxies: np.ndarray, chosen: np.ndarray, groups: pd.Series | None) -> np.ndarray:
    """Which of some galaxies (N,) are in a group with any of those `chosen` (n,): boolean (N,)."""
    if groups is None:
        return np.isin(galaxies, chosen)
    numbers = units(galaxies, groups)
    return np.isin(numbers, numbers[np.isin(galaxies, chosen)])


def draw_holdout(
    ids: np.ndarray,
    fraction: float,
    seed: int,
    fair_ids: set[int] | None = None,
    ties: Ties = FREE,
) -> np.ndarray:
    """Draw the held-out galaxies, which are never used for training, validation or tuning.

    `ids` are the survey's GalaxyIDs, in any order. `fraction` is the share of all galaxies to hold
    out or, with `fair_ids`, of the survey's fair ones; then only fair galaxies are drawn. `ties`
    are kept to as `draw` says. Returns (n,) integers, ascending. Raises InputError if this leaves
    no galaxy to hold out, or none to train on.
    """
    galaxies = np.unique(ids)
    if fair_ids is not None:
        galaxies = np.intersect1d(galaxies, np.array(sorted(fair_ids), dtype=np.int64))
        if len(galaxies) == 0:
            raise InputError(
                f"survey.fair_ids: none of the {len(fair_ids)} fair galaxies is among the survey's "
                f"{len(ids)}; give the list that belongs to this survey, or set fair_ids: null"
            )
    holdout = draw(galaxies, fraction, ("holdout", seed), ties, parts_after=2)
    tied = tied_to(np.unique(ids), holdout, ties.groups)
    if not len(holdout) or tied.all():
        missing = "to train on" if len(holdout) else "to hold out"
        raise InputError(
            f"survey.holdout: {fraction:g} of {len(galaxies)} galaxies leaves none {missing}; "
            "choose a fraction that leaves at least one of each, or a larger survey"
        )
    return holdout


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
    validation: float | Fold,
    seed: int,
    fair_ids: set[int] | None = None,
    training_galaxies: float | None = None,
    learnt_ids: np.ndarray | None = None,
    ties: Ties = FREE,
) -> pd.Series:
    """Divide the galaxies that are not held out into training and validation.

    `validation` is the share of these galaxies to validate on or, with `fair_ids`, of the fair ones
    among them; then only fair galaxies are drawn, so that errors on validation and on hold-out are
    of the same kind of galaxies. A `Fold` of them, which does not depend on the seed, is validated
    on by one seed, and each of them once. With `training_galaxies`, so many of the others are
    trained on, or below 1 that share of them, and the rest is left out as "spare"; those of a
    smaller number are among those of a larger one. None of
    `learnt_ids`, which starting weights learnt, is validated on; the number of validation galaxies
    stays the same, unless they are a fold, and so do they where none is one of these. `ties` are
    kept to as `draw` says; a galaxy in a group with one that is held out or validated on, but not
    fair, is left out as "spare". Returns a Series named `part`, of "train", "valid", "holdout" or
    "spare", indexed by ascending GalaxyID. It does not depend on the order of `ids`. Raises
    InputError if this leaves no galaxy to train on, or none to validate on, if starting weights
    learnt so many that too few are left to validate on, or if there are fewer than
    `training_galaxies`.
    """
    galaxies = np.unique(ids)
    rest = np.setdiff1d(galaxies, holdout_ids)
    pool = rest if fair_ids is None else np.intersect1d(rest, np.array(sorted(fair_ids)))
    tied = tied_to(galaxies, holdout_ids, ties.groups)
    pool = np.setdiff1d(pool, galaxies[tied])
    count = 0 if isinstance(validation, Fold) else round(validation * len(pool))
    part = pd.Series("train", index=pd.Index(galaxies, name="GalaxyID"), name="part")
    part[tied] = "spare"
    part[np.isin(galaxies, holdout_ids)] = "holdout"
    learnt = np.zeros(len(pool), bool)
    if learnt_ids is not None and len(pool):
        learnt = tied_to(pool, learnt_ids, ties.groups)
    if 1 <= count > (~learnt).sum():
        raise InputError(
            f"validation, model.weights: {count} galaxies are to be validated on, and the "
            f"starting weights of this experiment and its variants learnt all but "
            f"{(~learnt).sum()} of the {len(pool)} that the hold-out leaves; choose a smaller "
            "validation, or start from weights that learnt fewer of this survey's galaxies"
        )
    if len(pool):
        if isinstance(validation, Fold):
            valid = draw_fold(pool[~learnt], validation, ties)
        else:
            key = ("validation", seed)
            valid = draw(pool, validation, key, ties, parts_after=1, barred=pool[learnt])
        part[tied_to(galaxies, valid, ties.groups)] = "spare"
        part[valid] = "valid"
    if not {"train", "valid"} <= set(part):
        raise InputError(
            f"survey.holdout, validation: of {len(galaxies)} galaxies, "
            f"{len(galaxies) - len(rest)} are held out, and {share_in_words(validation)} of the "
            f"other {len(pool)}{'' if fair_ids is None else ' fair ones'} leaves none to train or "
            "validate on; choose fractions that leave at least one of each, or a larger survey"
        )
    if training_galaxies is not None:
        train = part.index[part == "train"].to_numpy()
        if training_galaxies < 1:
            training_galaxies = max(1, round(training_galaxies * len(train)))
        if training_galaxies > len(train):
            raise InputError(
                f"training_galaxies: {training_galaxies} are asked for, and there are {len(train)} "
                "to train on; choose fewer"
            )
        drawn = numpy_generator("training galaxies", seed).permutation(train)
        part[drawn[training_galaxies:]] = "spare"
    return part


def share_in_words(validation: float | Fold) -> str:
    """How much is validated on, in a message."""
    if isinstance(validation, Fold):
        return f"fold {validation.number + 1} of {validation.of}"
    return f"{validation:g}"
