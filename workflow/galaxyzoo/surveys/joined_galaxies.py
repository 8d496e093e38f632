"""What the galaxies of joined surveys are called, and which of them are in more than one survey."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.joined_ids import joined_ids, survey_names
from galaxyzoo.foundation.packed_crops import IMAGE_HASH, read_index
from galaxyzoo.surveys.labels import read_groups
from galaxyzoo.surveys.own_rows import stem
from galaxyzoo.surveys.same_positions import carried_positions, near_pairs

NAME, SURVEY = "name", "survey"
# Digits of a name that is a galaxy's in any survey, as an objid's or a designation's: a shorter one
# may be a counted number, which is another galaxy's elsewhere.
MOST_COUNTED = 10


def joined_galaxies(
    surveys: Sequence[str], indices: Sequence[Path], named: Mapping[int, Path]
) -> pd.DataFrame:
    """Name, survey, and carried columns of all galaxies, as text, by ascending joined GalaxyID.

    `named` has the table of the owner's names, by the survey's place, where there is one; the
    others' names are their own GalaxyIDs. A column that a survey does not carry is "" there.
    """
    tables = []
    for place, path in enumerate(indices):
        ids = read_index(path)[GALAXY_ID].to_numpy()
        if place in named:
            table = pd.read_csv(named[place], dtype=str, keep_default_na=False)
            table = table.set_index(table.pop(GALAXY_ID).astype(np.int64)).loc[ids]
        else:
            table = pd.DataFrame({NAME: ids.astype(str)}, index=ids)
        table.insert(1, SURVEY, surveys[place])
        tables.append(table.set_axis(joined_ids(ids, place, surveys)))
    return pd.concat(tables).fillna("").sort_index().rename_axis(GALAXY_ID)


def image_hashes(surveys: Sequence[str], indices: Sequence[Path]) -> pd.Series:
    """The hash of each galaxy's image file, by ascending joined GalaxyID."""
    found = []
    for place, path in enumerate(indices):
        index = read_index(path)
        ids = joined_ids(index[GALAXY_ID].to_numpy(), place, surveys)
        found.append(pd.Series(index[IMAGE_HASH].to_numpy(), ids))
    return pd.concat(found).sort_index()


def own_groups(surveys: Sequence[str], ids: np.ndarray, paths: Mapping[int, Path]) -> pd.Series:
    """What `survey.own.group_column` puts galaxies `ids` (N,) into, "" for no group.

    `paths` has the files of groups by the survey's place. Groups of different surveys differ.
    """
    groups = pd.Series("", ids, dtype=object)
    for place, path in paths.items():
        own = read_groups(path)
        own = own.set_axis(joined_ids(own.index.to_numpy(), place, surveys))
        own = own[own.index.isin(ids) & (own != "")]
        groups[own.index] = surveys[place] + "/" + own
    return groups


def twins(
    surveys: Sequence[str], galaxies: pd.DataFrame, hashes: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Pairs of galaxies of different surveys that are one galaxy, and by what galaxies are known.

    `galaxies` (N rows) is that of `joined_galaxies`, and `hashes` (N,) those of their image files.
    Two are one if their files have the same bytes, if they have one name of at least MOST_COUNTED
    digits, or if their positions are near (`same_positions`). Returns `one` and
    `other` (n rows), joined GalaxyIDs of which each further one is paired with the first, and the
    ways by GalaxyID, as text.
    """
    ids = galaxies.index.to_numpy()
    names = galaxies[NAME].map(stem)
    long_enough = names.map(is_of_one_galaxy)
    pairs = {
        "picture": equal_pairs(hashes.loc[ids], surveys),
        "name": equal_pairs(names[long_enough], surveys),
        "position": pairs_at_one_position(surveys, galaxies),
    }
    ways = pd.Series("", ids, dtype=object)
    for way, found in pairs.items():
        known = np.unique(found)
        ways[known] = [f"{before}, {way}" if before else way for before in ways[known]]
    together = pd.DataFrame(np.concatenate([*pairs.values()]), columns=["one", "other"])
    return together.drop_duplicates(ignore_index=True), ways[ways != ""]


def is_of_one_galaxy(name: str) -> bool:
    """Whether a name is that of one galaxy in any survey, and no counted number."""
    return len(re.findall(r"\d", name)) >= MOST_COUNTED


def equal_pairs(values: pd.Series, surveys: Sequence[str]) -> np.ndarray:
    """The first galaxy of each value with each further one (n, 2), where surveys share a value."""
    table = pd.DataFrame({"value": values.to_numpy(), "id": values.index.to_numpy()})
    table[SURVEY] = survey_names(table["id"].to_numpy(), surveys)
    shared = table[table.groupby("value")[SURVEY].transform("nunique") > 1]
    first = shared.groupby("value")["id"].transform("first")
    pairs = np.column_stack([first, shared["id"]]).astype(np.int64)
    return pairs[pairs[:, 0] != pairs[:, 1]]


def pairs_at_one_position(surveys: Sequence[str], galaxies: pd.DataFrame) -> np.ndarray:
    """Pairs (n, 2) of galaxies of different surveys whose carried positions are near."""
    found = [
        carried_positions(galaxies[galaxies[SURVEY] == survey].drop(columns=[NAME, SURVEY]), survey)
        for survey in surveys
    ]
    pairs = [near_pairs(one, other) for one, other in combinations(found, 2)]
    return np.concatenate([np.empty((0, 2), np.int64), *pairs])


def tied(groups: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    """The groups of galaxies that must not be divided, by GalaxyID; only those that are in one.

    `groups` (N,) are those of `own_groups`, and `pairs` those of `twins`: groups with the two of a
    pair become one. Each is named by its first galaxy.
    """
    ids = groups.index.to_numpy()
    numbers = pd.factorize(groups.mask(groups == ""))[0]  # -1 for none
    in_group = np.flatnonzero(numbers >= 0)
    position = pd.Series(np.arange(len(ids)), ids)
    starts = [in_group, position[pairs["one"]].to_numpy()]
    ends = [len(ids) + numbers[in_group], position[pairs["other"]].to_numpy()]
    start, end = np.concatenate(starts), np.concatenate(ends)
    nodes = len(ids) + numbers.max(initial=-1) + 1
    links = coo_matrix((np.ones(len(start)), (start, end)), (nodes, nodes))
    _, first, component = np.unique(
        connected_components(links, directed=False)[1][: len(ids)],
        return_index=True,
        return_inverse=True,
    )
    names = pd.Series(ids[first][component], pd.Index(ids, name=GALAXY_ID), name="group")
    return names.iloc[np.union1d(in_group, position[pairs.to_numpy().ravel()].to_numpy())]
