"""The galaxies that a network learnt, it and all that it started from, known by their image files.

Another crop size, survey name or hold-out changes nothing about an image file's hash. A picture
that was encoded anew has another.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged, place, require_place
from galaxyzoo.foundation.packed_crops import HASH_BYTES, IMAGE_HASH

SURVEY = "survey"
COLUMNS = (SURVEY, GALAXY_ID, IMAGE_HASH)


class Learnt(NamedTuple):
    """Galaxies that a network learnt, and whether these are all.

    `galaxies` (N rows) has survey (its name), GalaxyID (int64) and image_hash (32 hexadecimal
    digits). They are all if they are `known`: no start was a file that does not tell.
    """

    known: bool
    galaxies: pd.DataFrame


def nothing_learnt(known: bool = True) -> Learnt:
    """No galaxies: of a network without any training or, if they are not `known`, of any file."""
    empty = pd.DataFrame({SURVEY: [], GALAXY_ID: [], IMAGE_HASH: []})
    return Learnt(known, empty.astype({SURVEY: str, GALAXY_ID: np.int64, IMAGE_HASH: str}))


def learnt_from(index: pd.DataFrame, rows: np.ndarray, survey: str) -> Learnt:
    """The galaxies in some `rows` (n,) of a survey's index."""
    galaxies = index.iloc[rows][[GALAXY_ID, IMAGE_HASH]].reset_index(drop=True)
    galaxies.insert(0, SURVEY, pd.Series(survey, galaxies.index, dtype=str))
    return Learnt(True, galaxies)


def all_of(*learnt: Learnt) -> Learnt:
    """The galaxies of several networks, or of a network and what it started from, each once."""
    tables = [one.galaxies for one in (nothing_learnt(), *learnt)]
    galaxies = pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True)
    return Learnt(all(one.known for one in learnt), galaxies)


def are_among(index: pd.DataFrame, learnt: Learnt) -> np.ndarray:
    """Which galaxies of an index (N,) were learnt, in whatever survey: boolean (N,)."""
    return index[IMAGE_HASH].isin(learnt.galaxies[IMAGE_HASH]).to_numpy()


def require_unlearnt(
    index: pd.DataFrame, rows: np.ndarray, learnt: Learnt, weights: Path, split: Path | str
) -> None:
    """Raise InputError if the weights learnt galaxies in `rows` (n,), on which a split validates.

    Then it is another split than that of their training. A second picture of the same bytes under
    another GalaxyID does not count.
    """
    both = index.iloc[rows][[GALAXY_ID, IMAGE_HASH]].merge(learnt.galaxies.drop(columns=SURVEY))
    if len(both):
        raise damaged(
            split,
            f"{weights} learnt {both[GALAXY_ID].nunique()} of its {len(rows)} validation galaxies, "
            "so it is the split of another seed or experiment",
        )


def packed(learnt: Learnt) -> dict[str, Any]:
    """Learnt galaxies as plain data, for `unpacked`, with 28 bytes for each.

    `known` bool, `surveys` a list of names, `survey` (N,) int32 the position in that list, `ids`
    (N,) int64 and `hashes` (N, 16) uint8.
    """
    survey, surveys = pd.factorize(learnt.galaxies[SURVEY])
    digits = bytes.fromhex("".join(learnt.galaxies[IMAGE_HASH]))
    return {
        "known": learnt.known,
        "surveys": [str(name) for name in surveys],
        "survey": survey.astype(np.int32),
        "ids": learnt.galaxies[GALAXY_ID].to_numpy(np.int64),
        "hashes": np.frombuffer(digits, np.uint8).reshape(-1, HASH_BYTES).copy(),
    }


def unpacked(content: Mapping[str, Any] | None) -> Learnt:
    """What `packed` made of learnt galaxies; unknown ones if there is no content."""
    if content is None:
        return nothing_learnt(known=False)
    survey, ids, hashes = (np.asarray(content[name]) for name in ("survey", "ids", "hashes"))
    galaxies = {
        SURVEY: [str(content["surveys"][number]) for number in survey],
        GALAXY_ID: ids,
        IMAGE_HASH: [one.tobytes().hex() for one in hashes],
    }
    own = Learnt(bool(content["known"]), pd.DataFrame(galaxies))
    return own if len(ids) else nothing_learnt(own.known)


def write_learnt(learnt: Learnt, path: Path | str) -> None:
    """Write learnt galaxies as .npz, for `read_learnt`."""
    with Path(path).open("wb") as file:
        np.savez_compressed(file, place=place(path), **packed(learnt))


def read_learnt(path: Path | str) -> Learnt:
    """What `write_learnt` wrote. Raises InputError if the file is damaged, or another's."""
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {name: file[name] for name in file.files}
        learnt, said = unpacked(content), str(content["place"])
    except Exception as error:  # numpy and zipfile raise nearly anything
        raise damaged(path, error) from error
    require_place(path, said)
    return learnt


def read_all(paths: list[str]) -> Learnt:
    """The galaxies in several files; none if there are no files."""
    return all_of(*map(read_learnt, paths))
