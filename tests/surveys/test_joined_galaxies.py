"""Galaxies of joined surveys keep their names, and one that is in two surveys is never divided."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.joined_ids import joined_ids
from galaxyzoo.foundation.packed_crops import write_index
from galaxyzoo.surveys.joined_galaxies import (
    image_hashes,
    joined_galaxies,
    own_groups,
    tied,
    twins,
)
from galaxyzoo.surveys.splits import Ties, split

SURVEYS = ["near", "far"]
ARCSEC = 1 / 3600


def table(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Galaxies by joined GalaxyID: survey, name, right ascension and declination."""
    places = [SURVEYS.index(survey) for survey, *_ in rows]
    own = [places[:i].count(place) for i, place in enumerate(places)]
    pairs = zip(own, places, strict=True)
    ids = [int(joined_ids([one], place, SURVEYS)[0]) for one, place in pairs]
    cells = [(name, survey, ra, dec) for survey, name, ra, dec in rows]
    galaxies = pd.DataFrame(cells, ids, ["name", "survey", "RA", "Dec"]).sort_index()
    return galaxies.rename_axis("GalaxyID")


def known_by(galaxies: pd.DataFrame, hashes: dict[str, str] | None = None) -> dict[str, str]:
    """By what galaxies of both surveys are known, by survey and name."""
    own = pd.Series([f"{i:032x}" for i in range(len(galaxies))], galaxies.index)
    for name, digest in (hashes or {}).items():
        own[galaxies.index[galaxies["name"] == name]] = digest
    pairs, ways = twins(SURVEYS, galaxies, own)
    assert {*pairs["one"], *pairs["other"]} == {*ways.index}
    named = galaxies.loc[ways.index]
    return dict(zip(named["survey"] + " " + named["name"], ways, strict=True))


def test_galaxies_have_their_own_names_their_survey_and_what_is_carried(tmp_path):
    indices = []
    for survey, ids in zip(SURVEYS, ([7, 8], [1, 2, 3]), strict=True):
        indices.append(tmp_path / f"{survey}.csv")
        rows = pd.DataFrame({"GalaxyID": ids, "a": 0.5})
        write_index(indices[-1], rows, [0] * len(ids), [f"{one:032x}" for one in ids])
    named = tmp_path / "galaxies.csv"
    named.write_text("GalaxyID,name,z\n9,left out,\n2,J02,0.1\n3,007,\n1,J01,0.3\n")
    galaxies = joined_galaxies(SURVEYS, indices, {1: named})
    assert galaxies.index.tolist() == [3, 5, 7, 14, 16]
    assert galaxies["name"].tolist() == ["J01", "J02", "007", "7", "8"]
    assert galaxies["survey"].tolist() == ["far"] * 3 + ["near"] * 2
    assert galaxies["z"].tolist() == ["0.3", "0.1", "", "", ""]
    assert image_hashes(SURVEYS, indices).to_dict()[16] == f"{8:032x}"


@pytest.mark.parametrize(
    ("far", "found"),
    [
        (("0.0", "0.0"), True),
        ((str(1.9 * ARCSEC), "0"), True),
        (("360", str(-1.9 * ARCSEC)), True),
        ((str(2.1 * ARCSEC), "0"), False),
        (("", ""), False),
        (("180", "0"), False),
    ],
)
def test_galaxies_at_one_position_are_one(far, found):
    galaxies = table([("near", "a", "0", "0"), ("near", "b", "9", "9"), ("far", "c", *far)])
    expected = {"near a": "position", "far c": "position"} if found else {}
    assert known_by(galaxies) == expected


def test_positions_that_cannot_be_read_are_told_and_the_rest_is_compared(caplog):
    galaxies = table([("near", "a", "north", "1"), ("far", "b", "1", "1")])
    assert known_by(galaxies, {"a": "ff", "b": "ff"}) == dict.fromkeys(
        ["near a", "far b"], "picture"
    )
    assert "galaxies of near are not compared by position" in caplog.text


def test_a_position_that_cannot_be_on_the_sky_is_none():
    nowhere = ("-99", "-99")
    galaxies = table([("near", "a", *nowhere), ("near", "b", "inf", "1"), ("far", "c", *nowhere)])
    assert known_by(galaxies) == {}


def test_two_of_one_survey_at_one_position_are_its_own_matter():
    galaxies = table([("near", "a", "1", "1"), ("near", "b", "1", "1"), ("far", "c", "5", "5")])
    assert known_by(galaxies, {"a": "0", "b": "0"}) == {}


def test_a_long_name_is_of_one_galaxy_and_a_counted_one_is_not():
    name = "J094651.40-010228.5"
    galaxies = table(
        [
            ("near", f"{name}.jpg", "", ""),
            ("near", "12.jpg", "", ""),
            ("far", f"pictures/{name}.png", "", ""),
            ("far", "12.jpg", "", ""),
        ]
    )
    assert set(known_by(galaxies).values()) == {"name"}
    assert len(known_by(galaxies)) == 2


def test_a_picture_that_both_have_is_of_one_galaxy():
    galaxies = table([("near", "a", "3", "3"), ("far", "b", "3", "3"), ("far", "c", "", "")])
    assert known_by(galaxies, {"a": "ff", "b": "ff"}) == {
        "near a": "picture, position",
        "far b": "picture, position",
    }


def test_no_seed_trains_on_the_twin_of_a_galaxy_that_judges(tmp_path):
    """Ten galaxies are in both surveys; tiles of near hold two of its galaxies each."""
    ids = np.concatenate([joined_ids(np.arange(20), place, SURVEYS) for place in (0, 1)])
    galaxies = table([(s, f"{i:012}" if i < 10 else s, "", "") for s in SURVEYS for i in range(20)])
    hashes = pd.Series([f"{one:032x}" for one in galaxies.index], galaxies.index)
    tiles = tmp_path / "groups.csv"
    rows = pd.DataFrame({"GalaxyID": range(20), "group": [f"t{i // 2}" for i in range(20)]})
    rows.to_csv(tiles, index=False)
    own = own_groups(SURVEYS, galaxies.index.to_numpy(), {0: tiles})
    pairs, ways = twins(SURVEYS, galaxies, hashes)
    assert len(ways) == 20
    groups = tied(own, pairs)
    assert len(groups) == 30  # all of near, which is in tiles, and the twins in far
    assert (
        groups.value_counts().to_dict()
        == {
            **dict.fromkeys(joined_ids(np.arange(0, 10, 2), 0, SURVEYS).tolist(), 4),
            **dict.fromkeys(joined_ids(np.arange(10, 20, 2), 0, SURVEYS).tolist(), 2),
        }
        | {}
    )
    whole = groups.astype(str).reindex(np.sort(ids), fill_value="")
    held_out = joined_ids([0, 12], 0, SURVEYS)
    for seed in range(5):
        parts = split(ids, held_out, 0.2, seed, ties=Ties(groups=whole))
        for members in parts.groupby(groups.reindex(parts.index)):
            assert len({*members[1]} - {"spare"}) <= 1, members
        twin = joined_ids([0, 1], 1, SURVEYS)
        assert (parts[twin] == "spare").all()
