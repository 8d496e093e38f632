"""Columns that could not stand beside the catalogue's are refused before any work."""

import pytest

from galaxyzoo.catalogue.listing import list_for_catalogue
from galaxyzoo.foundation.errors import InputError
from trees import GALAXY_ZOO_2

SETTINGS = {
    "bands": ["i", "r", "g"],
    "id_column": None,
    "image_column": None,
    "radius_column": None,
    "shard_size": 2,
}


@pytest.mark.parametrize(
    ("column", "sentence"),
    [
        ("class1_1", "has columns with names of the catalogue's own: class1_1; rename"),
        ("größe", "has the column 'größe', and names of columns in FITS are in ASCII"),
        ("z\t", r"has the column 'z\\t', and names"),
        ("FILE", "has the columns file and FILE, which are one to FITS"),
    ],
)
def test_names_that_no_table_could_hold_are_refused(tmp_path, column, sentence):
    path = tmp_path / "galaxies.csv"
    (tmp_path / "a.png").touch()
    path.write_text(f"file,{column}\na.png,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        list_for_catalogue(path, tmp_path / "listing", SETTINGS, GALAXY_ZOO_2)
    assert not (tmp_path / "listing").exists()
