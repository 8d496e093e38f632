"""What a list of galaxies makes of the input's columns, and what is wrong with a list is told."""

import logging

import numpy as np
import pyarrow as pa
import pytest
from astropy.table import Table
from pyarrow import parquet

from cutout_server import CutoutServer, jpeg
from galaxyzoo.catalogue.given_names import fitting_names
from galaxyzoo.catalogue.listing import RADIUS, list_for_catalogue, read_part
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.listed_galaxies import whole_contents_of
from trees import GALAXY_ZOO_2, RING_TREE

SETTINGS = {
    "key": "catalogue",
    "told": [],
    "training_scale": 0.02,
    "bands": ["i", "r", "g"],
    "id_column": None,
    "image_column": None,
    "ra_column": None,
    "dec_column": None,
    "radius_column": None,
    "shard_size": 2,
}


@pytest.mark.parametrize(
    ("column", "called"),
    [
        ("class1_1", "class1_1_given"),
        ("path", "path_given"),
        ("größe", "gr__e"),
        (" z\t", "z"),
        ("FILE", "FILE_given"),
        ("", "column_2"),
        ("place", "place_given"),
        ("_fault", "_fault_given"),
        ("x" * 70, "x" * 68),
        ("it's" * 17, ("it's" * 17)[:54]),
    ],
)
def test_a_column_that_could_not_stand_beside_the_catalogue_s_gets_a_name_that_is_told(
    tmp_path, caplog, column, called
):
    path = tmp_path / "galaxies.parquet"
    (tmp_path / "a.png").touch()
    parquet.write_table(pa.table({"file": ["a.png"], column: [5]}), path)
    list_for_catalogue(path, tmp_path / "listing", SETTINGS, GALAXY_ZOO_2)
    table, _ = read_part(tmp_path / "listing" / "00000.parquet")
    assert table.column_names[:3] == ["id", "file", called]
    assert table[called].to_pylist() == [5]
    assert f"The input's column {column!r} is called `{called}` in the catalogue." in caplog.text


def test_names_that_fit_keep_their_place_before_others_are_changed():
    names = ["path", "path_given", "g", "G", "ra", "x" * 70, "x" * 68]
    assert fitting_names(names, ["path"]) == [
        *("path_given_2", "path_given", "g", "G_given", "ra"),
        *("x" * 62 + "_given", "x" * 68),
    ]
    assert fitting_names(["", " "], ["column_1"]) == ["column_1_given", "column_2"]


def test_votes_beside_predictions_are_listed_under_a_name_of_their_own(tmp_path):
    path = tmp_path / "galaxies.csv"
    (tmp_path / "a.png").touch()
    path.write_text("ID,file,ring,offset\n007,a.png,0.5,1\n", encoding="utf-8")
    list_for_catalogue(path, tmp_path / "listing", SETTINGS, RING_TREE)
    table, _ = read_part(tmp_path / "listing" / "00000.parquet")
    assert table.column_names[:4] == ["id", "file", "ring_given", "offset_given"]
    assert table["id"].to_pylist() == ["007"]


@pytest.mark.parametrize(("unit", "radius"), [("arcmin", 30.0), ("", 0.5), ("deg", 1800.0)])
def test_a_radius_is_converted_by_its_unit(tmp_path, unit, radius):
    path = tmp_path / "galaxies.fits"
    (tmp_path / "a.png").touch()
    table = Table({"file": ["a.png"] * 2, "PETROR90_R": np.array([0.5, np.nan], "f4")})
    table["PETROR90_R"].unit = unit
    table.write(path)
    list_for_catalogue(path, tmp_path / "listing", SETTINGS, GALAXY_ZOO_2)
    listed, _ = read_part(tmp_path / "listing" / "00000.parquet")
    assert listed[RADIUS].to_pylist() == [pytest.approx(radius), None]
    assert listed["PETROR90_R"].to_pylist() == [0.5, None]
    assert listed.schema.field("PETROR90_R").metadata == (
        {b"unit": unit.encode()} if unit else None
    )


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


def test_without_a_scale_of_training_nothing_is_resampled_and_that_is_told(tmp_path):
    listing, unknown = tmp_path / "listing", SETTINGS | {"training_scale": None}
    (tmp_path / "a.png").touch()
    (tmp_path / "radii.csv").write_text("file,petroR90_r\na.png,8.0\n", encoding="utf-8")
    list_for_catalogue(tmp_path / "radii.csv", listing, unknown, GALAXY_ZOO_2)
    [told] = whole_contents_of(listing)["told"]
    assert told.startswith("The networks do not know the pixel scale of their pictures")
    (tmp_path / "sky.csv").write_text("ra,dec,petroR90_r\n1.2,5.0,8.0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"catalogue\.training_scale: missing; .* as 0.02"):
        list_for_catalogue(tmp_path / "sky.csv", tmp_path / "other", unknown, GALAXY_ZOO_2)


def test_what_is_unlike_training_is_told(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "1.jpg").touch()
    settings = SETTINGS | {"told": ["catalogue.stretch: another."]}
    list_for_catalogue(tmp_path / "pictures", tmp_path / "listing", settings, GALAXY_ZOO_2)
    assert whole_contents_of(tmp_path / "listing")["told"] == ["catalogue.stretch: another."]


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
