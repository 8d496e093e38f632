"""GalaxyIDs where several surveys are joined: they tell which survey a galaxy is of.

A joined GalaxyID is the one in the galaxy's own survey, times the number of surveys, plus the
survey's place in their list, counted from 0. So it is unique, it does not change when galaxies are
left out, and the ones of each survey stay in their order.
"""

from collections.abc import Sequence

import numpy as np

from galaxyzoo.foundation.errors import InputError

LARGEST = np.iinfo(np.int64).max


def joined_ids(own: np.ndarray, place: int, surveys: Sequence[str]) -> np.ndarray:
    """The joined GalaxyIDs (N,) int64 of galaxies of the survey at a `place` in the list.

    `own` (N,) are their GalaxyIDs there. Raises InputError if one is too large to be joined.
    """
    count = len(surveys)
    ids = np.asarray(own, np.int64)
    if len(ids) and ids.max() > (LARGEST - place) // count:
        raise InputError(
            f"the GalaxyID {ids.max()} of {surveys[place]} is too large to be joined: {count} "
            f"surveys can have numbers up to {(LARGEST - count + 1) // count}. Give its galaxies "
            "names that are no such numbers, as in survey.own.id_column"
        )
    return ids * count + place


def places_of(ids: np.ndarray, surveys: Sequence[str]) -> np.ndarray:
    """The place in the list of the survey that each galaxy (N,) is of."""
    return np.asarray(ids, np.int64) % len(surveys)


def survey_names(ids: np.ndarray, surveys: Sequence[str]) -> np.ndarray:
    """The name of the survey that each galaxy (N,) is of."""
    return np.array(surveys, dtype=object)[places_of(ids, surveys)]
