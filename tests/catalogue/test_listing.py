"""Columns that could not stand beside the catalogue's are refused before any work."""

import logging

import pytest

from cutout_server import CutoutServer, jpeg
from galaxyzoo.catalogue.listing import list_for_catalogue, read_part
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.listed_galaxies import whole_contents_of
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


def test_a_list_says_what_was_left_out(tmp_path, caplog):
    folder, listing = tmp_path / "pictures", tmp_path / "listing"
    folder.mkdir()
    for name in ("1.jpg", "1_mask.png", "notes.txt"):
        (folder / name).touch()
    with caplog.at_level(logging.INFO):
        assert list_for_catalogue(folder, listing, SETTINGS, GALAXY_ZOO_2) == 1
    assert "Left out as no images: 1 (.txt 1)." in caplog.text
    assert whole_contents_of(listing)["told"] == [
        "Left out as no images: 1 (.txt 1).",
        "Left out as errors, masks, weights and the like of other pictures: 1 (1_mask.png).",
    ]


@pytest.mark.parametrize("content", [None, jpeg(2)])
def test_a_cut_out_that_is_gone_or_another_is_told_before_its_shard_is_predicted(
    tmp_path, monkeypatch, content
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path, listing = tmp_path / "one.csv", tmp_path / "listing"
    path.write_text("objid,ra,dec,petroR90_r\n11,1.2,5.0,8.0\n", encoding="utf-8")
    with CutoutServer() as server:
        of_server = {"survey": "sdss", "address": server.address, "training_scale": 0.02}
        list_for_catalogue(path, listing, SETTINGS | of_server, GALAXY_ZOO_2)
    part = listing / "00000.parquet"
    assert read_part(part)[0]["id"].to_pylist() == [11]
    [picture] = (tmp_path / "cutouts").rglob("11.jpg")
    picture.unlink()
    if content:
        picture.write_bytes(content)
    with pytest.raises(InputError, match=r"11\.jpg is not the cut-out that was fetched; delete"):
        read_part(part)
