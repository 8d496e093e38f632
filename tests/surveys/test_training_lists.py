"""Galaxies of a survey in the list that others publish of the galaxies of their training."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.table import Table
from pyarrow import parquet

from galaxyzoo.evaluation.starts import are_cleared, list_in_words, starts_in_words
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.gz2_positions import positions_of_all
from galaxyzoo.surveys.training_lists import Found, found_in, named_galaxies, read_training_list

ARCSEC = 1 / 3600
LONG = "587722981742084097"
NONE = {"id_column": None, "ra_column": None, "dec_column": None}


def compared(tmp_path, text: str, galaxies: pd.DataFrame, **columns: str) -> Found:
    """What is found of galaxies in a list that is a CSV file of some text."""
    table = tmp_path / "list.csv"
    table.write_text(text)
    training_list = read_training_list(NONE | columns | {"table": str(table)})
    return found_in(training_list, galaxies, "mine", "list.csv")


def own(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Galaxies by GalaxyID, counted from 1: name, right ascension and declination."""
    ids = pd.Index(range(1, len(rows) + 1), name="GalaxyID")
    return pd.DataFrame(rows, ids, ["name", "RA", "Dec"])


def test_galaxies_are_found_by_position_and_all_that_have_one_are_compared(tmp_path):
    galaxies = own(
        ("a", "10", "20"), ("b", str(10 + 1.5 * ARCSEC), "0"), ("c", "0:00:00", "0"), ("d", "", "")
    )
    listed = f"ra,dec\n10,{20 + 1.9 * ARCSEC}\n10,0\n359.9,0\n-99,-99\n"
    found = compared(tmp_path, listed, galaxies)
    assert found.listed.tolist() == [True, True, False, False]
    # A row without a position may be any galaxy.
    assert found.open.all()
    found = compared(tmp_path, listed.replace("-99,-99\n", ""), galaxies)
    assert found.open.tolist() == [False, False, False, True]
    assert list_in_words(found.told) == (
        "Of the 4 galaxies of mine, 2 are in list.csv, the owners' list of the 3 galaxies that the "
        "starting weights learnt (2 by position, within 2 arcsec). 1 could not be compared with "
        "all of it, for want of a position or of a name of the same kind: these may have been "
        "learnt."
    )


def test_a_shared_name_shows_that_names_are_of_one_kind_and_all_are_compared(tmp_path):
    galaxies = own((f"cutouts/{LONG}.jpg", "", ""), ("587722981742084999", "", ""))
    found = compared(tmp_path, f"objid,z\n{LONG},0.1\n588000000000000001,0.2\n", galaxies)
    assert found.listed.tolist() == [True, False]
    assert not found.open.any()
    assert "(1 by name)." in list_in_words(found.told)


def test_names_are_of_one_kind_in_the_survey_that_shares_one_alone(tmp_path):
    galaxies = own((LONG, "", ""), ("587722981742084999", "", ""), ("NGC 1300", "", ""))
    galaxies = pd.concat([galaxies, own(("588000000000000555", "", "")).set_axis([9])])
    galaxies["survey"] = ["near", "near", "near", "far"]
    found = compared(tmp_path, f"objid\n{LONG}\n", galaxies)
    assert found.open.tolist() == [False, False, True, True]


def test_names_of_which_none_is_shared_show_nothing(tmp_path):
    galaxies = own(("100008", "", ""), ("100023", "", ""))
    found = compared(tmp_path, f"objid,z\n{LONG},0.1\n", galaxies)
    assert not found.listed.any()
    assert found.open.all()
    assert list_in_words(found.told) == (
        "No galaxy of mine could be compared with list.csv, the owners' list of the 1 galaxies "
        "that the starting weights learnt: 0 of the 2 galaxies and 0 of the list have a position "
        "here, and no name is in both."
    )


def test_a_counted_name_is_compared_only_where_its_column_is_named(tmp_path):
    galaxies = own(("100008", "", ""), ("100023", "", ""))
    text = "GalaxyID\n100008\n100053\n"
    with pytest.raises(InputError, match="neither positions nor names of 10 digits or more; name"):
        compared(tmp_path, text, galaxies)
    found = compared(tmp_path, text, galaxies, id_column="GalaxyID")
    assert found.listed.tolist() == [True, False]
    assert not found.open.any()


@pytest.mark.parametrize("kind", ["parquet", "fits"])
def test_a_list_may_be_of_any_kind_that_tables_may_be(tmp_path, kind):
    path = tmp_path / f"list.{kind}"
    columns = {"dr8_id": [int(LONG), 1], "RA": [1.0, 2.0], "DEC": [3.0, np.nan]}
    if kind == "parquet":
        parquet.write_table(pa.table(columns), path)
    else:
        Table(columns).write(path)
    listed = read_training_list(NONE | {"table": str(path)})
    assert listed.names["dr8_id"].tolist() == [LONG, ""]
    assert listed.positions.notna().all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id_column": "nmae"}, "model.training_list.id_column: .* has no column nmae"),
        ({"ra_column": "x", "dec_column": "dec"}, "model.training_list.ra_column: .* has no colu"),
        ({"ra_column": "word", "dec_column": "dec"}, "another column in model.training_list.ra_"),
    ],
)
def test_a_column_that_is_not_there_or_no_angle_is_told_by_its_key(tmp_path, columns, message):
    with pytest.raises(InputError, match=message):
        compared(tmp_path, "word,ra,dec\nfar,1,2\n", own(("a", "1", "2")), **columns)


def test_galaxies_without_the_owner_s_names_are_called_by_their_id(tmp_path):
    table = tmp_path / "galaxies.csv"
    table.write_text("GalaxyID,name,ra\n8,J01,1.5\n")
    galaxies = named_galaxies(np.array([8, 9]), table)
    assert galaxies["name"].tolist() == ["J01", "9"]
    assert galaxies["ra"].tolist() == ["1.5", ""]
    assert named_galaxies(np.array([9]), None)["name"].tolist() == ["9"]


def test_galaxy_zoo_2_s_tables_say_where_its_galaxies_are(tmp_path):
    (tmp_path / "1_main.csv").write_text(f"dr7objid,ra,dec,x\n{LONG},150.1,2.5,0\n")
    (tmp_path / "2_more.csv").write_text(f"dr7objid,x\n{LONG},0\n588000000000000001,0\n")
    positions = positions_of_all(tmp_path)
    assert positions.loc[int(LONG)].tolist() == [LONG, 150.1, 2.5]
    assert positions.loc[588000000000000001, ["ra", "dec"]].isna().all()


def test_a_result_is_cleared_where_the_lists_of_all_starts_have_no_held_out_galaxy():
    starts = {"learnt": "known", "galaxies": 2, "holdout_seen": 0, "test_seen": 0}
    told = {
        **{"table": "list.csv", "rows": 9, "rows_with_positions": 9, "rows_with_names": 0},
        **{"arcsec": 2.0, "survey": "mine", "galaxies": 5, "with_positions": 5, "by_position": 2},
        **{"names_of_one_kind": False, "by_name": 0, "listed": 2, "not_compared": 0},
    }
    origin = {"weights": "hf-hub:a/b", "galaxy_zoo_names": ["zoobot"]}
    starts |= {"lists": [told], "origins": [origin]}
    assert are_cleared(starts)
    [sentence] = starts_in_words(starts)
    assert sentence.startswith("Of the 5 galaxies of mine, 2 are in list.csv")
    assert not are_cleared(starts | {"learnt": "unknown"})
    assert len(starts_in_words(starts | {"learnt": "unknown"})) == 3
    assert not are_cleared(starts | {"holdout_seen": 1})
    assert not are_cleared(starts | {"origins": [{}, {}]})
    assert not are_cleared(starts | {"lists": []})
    assert not are_cleared(None)
