"""Galaxies in every form that they are given in: listed, and their images found again."""

import io
import json
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.table import Table
from PIL import Image
from pyarrow import parquet

from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.foundation.errors import InputError

SETTINGS = dict.fromkeys(("id_column", "image_column", "ra_column", "dec_column")) | {
    "bands": ["i", "r", "g"],
    "key": "catalogue",
}


def picture(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (number, 0, 0)).save(file, "PNG")
    return file.getvalue()


def given(path: Path, **settings) -> tuple[list, list[int], list[str]]:
    """Ids, the red of each galaxy's picture as it is read again, and the names of all columns."""
    settings = SETTINGS | settings
    table = list_galaxies(path, settings).table
    reader = PictureReader(path, settings)
    reds = [
        Image.open(io.BytesIO(reader.read(place))).getpixel((0, 0))[0]
        for place in table["place"].to_pylist()
    ]
    return table["id"].to_pylist(), reds, table.column_names


def refused(path: Path, **settings) -> str:
    with pytest.raises(InputError) as error:
        list_galaxies(path, SETTINGS | settings)
    return str(error.value)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three pictures at different depths, and what is to be left alone."""
    folder = tmp_path / "pictures"
    (folder / "deep" / "er").mkdir(parents=True)
    for name, number in (("10.png", 10), ("deep/9.PNG", 9), ("deep/er/11.png", 11)):
        (folder / name).write_bytes(picture(number))
    (folder / ".10.png").write_bytes(b"")
    (folder / "notes.txt").write_text("none")
    return folder


def test_a_folder_and_a_zip_of_images_give_the_same(folder, tmp_path):
    expected = ([9, 10, 11], [9, 10, 11], ["id", "place"])
    assert given(folder) == expected
    with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))
    assert given(tmp_path / "pictures.zip") == expected


def test_tars_of_webdataset_are_read_where_the_images_are(folder, tmp_path):
    shards = tmp_path / "shards"
    shards.mkdir()
    for number, name in enumerate(["10.png", "deep/9.PNG"]):
        with tarfile.open(shards / f"{number:04d}.tar", "w") as tar:
            tar.add(folder / name, f"J{Path(name).stem}.image.png")
            tar.add(folder / name, f"J{Path(name).stem}.mask.png")
            tar.add(folder / "notes.txt", f"J{Path(name).stem}.json")
    assert given(shards) == (["J10", "J9"], [10, 9], ["id", "place"])
    assert given(shards / "0001.tar") == (["J9"], [9], ["id", "place"])
    json, masks = list_galaxies(shards, SETTINGS).told
    assert json == "Left out as no images: 2 (.json 2)."
    assert masks.endswith("other pictures: 2 (0000.tar/J10.mask.png, 0001.tar/J9.mask.png).")
    (shards / "more.zip").write_bytes(b"")
    assert list_galaxies(shards, SETTINGS).told[0].endswith("images: 3 (.json 2, .zip 1).")
    with tarfile.open(tmp_path / "packed.tar.gz", "w:gz") as tar:
        tar.add(folder / "10.png", "10.png")
    assert "is a compressed tar; unpack it" in refused(tmp_path / "packed.tar.gz")
    (shards / "0000.tar").write_bytes(b"no tar")
    assert "0000.tar cannot be read as a tar" in refused(shards)


def test_an_image_that_is_in_two_tars_is_refused(folder, tmp_path):
    shards = tmp_path / "shards"
    shards.mkdir()
    for name in ("a.tar", "b.tar"):
        with tarfile.open(shards / name, "w") as tar:
            tar.add(folder / "10.png", "10.png")
    assert "the galaxy 10 occurs twice, as a.tar/10.png and as b.tar/10.png" in refused(shards)


def test_a_link_that_leads_nowhere_is_a_galaxy_without_an_image(folder):
    (folder / "lost.png").symlink_to(folder / "gone.png")
    table = list_galaxies(folder, SETTINGS).table
    assert table["id"].to_pylist()[-1] == "lost"
    with pytest.raises(FileNotFoundError):
        PictureReader(folder, SETTINGS).read("lost.png")


def test_what_is_left_out_is_counted_and_told(folder):
    (folder / "more.zip").write_bytes(b"")
    (folder / "loop").symlink_to(folder)
    assert list_galaxies(folder, SETTINGS).told == [
        "Left out as no images: 4 (hidden 1, links to folders that are read by another path 1, "
        ".zip 1, .txt 1)."
    ]
    lone = folder / "lone"
    lone.mkdir()
    (lone / "a.fits.bz2").write_bytes(b"")
    assert "lone holds no images; it should hold files in .jpg, " in refused(lone)
    assert refused(lone).endswith(", and has .bz2 1")


def test_a_folder_that_is_a_link_is_read(folder, tmp_path):
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "all").symlink_to(folder)
    assert given(tmp_path / "links") == ([9, 10, 11], [9, 10, 11], ["id", "place"])


@pytest.mark.parametrize("struct", [True, False])
def test_parquet_files_with_images_in_a_column(tmp_path, struct):
    for file, numbers in (("a", [5, 6, 7]), ("b", [8])):
        images = [picture(number) for number in numbers]
        cells = [{"bytes": one, "path": None} for one in images] if struct else images
        table = pa.table({"id_str": [f"J{n}" for n in numbers], "image": cells, "z": numbers})
        (tmp_path / "data").mkdir(exist_ok=True)
        parquet.write_table(table, tmp_path / "data" / f"{file}.parquet", row_group_size=2)
    (tmp_path / "data" / "README.md").touch()
    told = list_galaxies(tmp_path / "data", SETTINGS).told
    assert told == ["Left out as no images: 1 (.md 1)."]
    columns = ["id", "place", "id_str", "z"]
    assert given(tmp_path / "data") == (["J5", "J6", "J7", "J8"], [5, 6, 7, 8], columns)
    assert given(tmp_path / "data" / "b.parquet", id_column="z") == ([8], [8], columns)


def test_an_image_that_a_parquet_file_lacks_is_the_galaxy_s_fault(tmp_path):
    path = tmp_path / "galaxies.parquet"
    parquet.write_table(pa.table({"image": pa.array([picture(1), None], pa.binary())}), path)
    table = list_galaxies(path, SETTINGS).table
    with pytest.raises(InputError, match="there are no bytes in its image"):
        PictureReader(path, SETTINGS).read(table["place"][1].as_py())


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".fits", ".vot"])
def test_a_table_of_paths_comes_with_all_its_columns(folder, ending):
    table = pd.DataFrame(
        {
            "objid": [11, 10, 9],
            "file": ["deep/er/11.png", "10.png", str(folder / "deep" / "9.PNG")],
            "z": [0.1, np.nan, 0.3],
        }
    )
    path = folder / f"table{ending}"
    if ending == ".parquet":
        table.to_parquet(path, index=False)
    elif ending.startswith(".csv"):
        table.to_csv(path, index=False)
    else:
        kind = {"format": "votable"} if ending == ".vot" else {}
        Table.from_pandas(table).write(path, **kind)
    ids, reds, columns = given(path)
    assert (ids, reds) == ([11, 10, 9], [11, 10, 9])
    assert columns == ["id", "place", "objid", "file", "z"]


def test_a_table_s_cells_come_as_they_are(tmp_path, folder):
    path = folder / "table.fits"
    colours = np.arange(6, dtype=np.float32).reshape(2, 3)
    table = Table({"id": ["007", "010"], "file": ["10.png", "deep/9.PNG"], "colours": colours})
    table.write(path)
    found = list_galaxies(path, SETTINGS).table
    assert found["id"].to_pylist() == ["007", "010"]
    assert found["colours"].to_pylist() == colours.tolist()
    path = folder / "table.parquet"
    pd.DataFrame({"file": ["10.png", "10.png"]}, dtype="category").to_parquet(path)
    assert list_galaxies(path, SETTINGS).table["file"].to_pylist() == ["10.png", "10.png"]
    path = folder / "table.csv"
    path.write_text("id,file\n007,10.png\n010,deep/9.PNG\n", encoding="utf-8")
    assert list_galaxies(path, SETTINGS).table["id"].to_pylist() == ["007", "010"]


def test_rows_without_an_image_are_kept_and_a_column_of_none_is_refused(folder):
    path = folder / "table.csv"
    path.write_text("file\n10.png\ngone.png\n", encoding="utf-8")
    table = list_galaxies(path, SETTINGS).table
    assert table["id"].to_pylist() == [1, 2]
    with pytest.raises(FileNotFoundError):
        PictureReader(path, SETTINGS).read(table["place"][1].as_py())
    path.write_text(f"file,z\n10.png,1\n,2\n{'y' * 300}.png,3\n", encoding="utf-8")
    table = list_galaxies(path, SETTINGS).table
    with pytest.raises(InputError, match="its row has no path of an image"):
        PictureReader(path, SETTINGS).read(table["place"][1].as_py())
    path.write_text("file\ngone.png\n", encoding="utf-8")
    assert "no row of its column file names a file; it holds gone.png" in refused(path)


def test_a_table_of_positions_has_no_places(tmp_path):
    path = tmp_path / "positions.csv"
    path.write_text("iauname,ra,dec\nJ1,1.5,-2\nJ2,2.5,3\n", encoding="utf-8")
    found = list_galaxies(path, SETTINGS)
    assert found.kind == "positions"
    assert found.table["id"].to_pylist() == ["J1", "J2"]
    assert found.table["place"].null_count == 2
    path.write_text("ra,dec,url\n1.5,-2,https://example.org/a.jpg\n", encoding="utf-8")
    assert list_galaxies(path, SETTINGS).kind == "positions"


def test_a_file_for_each_band_is_one_galaxy(tmp_path):
    for name in ("a-i.fits", "a-r.fits", "a-g.fits", "b_i.FITS.gz", "b_r.FITS.gz", "c.fits"):
        (tmp_path / name).write_bytes(name.encode())
    table = list_galaxies(tmp_path, SETTINGS).table
    assert table["id"].to_pylist() == ["a", "b", "c"]
    reader = PictureReader(tmp_path, SETTINGS)
    assert json.loads(table["place"][0].as_py()).keys() == {"i", "r", "g"}
    found = reader.read(table["place"][0].as_py())
    assert found == {band: f"a-{band}.fits".encode() for band in "irg"}
    assert reader.read(table["place"][1].as_py()).keys() == {"i", "r"}
    assert reader.read(table["place"][2].as_py()) == b"c.fits"
    (tmp_path / "a.fits").write_bytes(b"")
    assert "the galaxy a occurs twice" in refused(tmp_path)


def test_a_folder_for_each_galaxy_holds_a_file_for_each_band(tmp_path):
    for galaxy in ("J0001", "J0002"):
        (tmp_path / "all" / galaxy).mkdir(parents=True)
        for band in "irgz":
            (tmp_path / "all" / galaxy / f"{band}.fits").write_bytes(f"{galaxy}{band}".encode())
        (tmp_path / "all" / galaxy / "i_err.fits").write_bytes(b"")
    listed = list_galaxies(tmp_path / "all", SETTINGS)
    assert listed.table["id"].to_pylist() == ["J0001", "J0002"]
    found = PictureReader(tmp_path / "all", SETTINGS).read(listed.table["place"][1].as_py())
    assert found == {band: f"J0002{band}".encode() for band in "irg"}
    errors, others, colours = listed.told
    assert errors.startswith(
        "Left out as errors, masks, weights and the like of other pictures: 2 ("
    )
    assert (
        others == "Left out as files of bands that are not shown: 2 (J0001/z.fits, J0002/z.fits)."
    )
    assert colours.startswith(
        "Of FITS pictures, the bands i, r and g are shown red, green and blue"
    )
    assert list_galaxies(tmp_path / "all" / "J0001", SETTINGS).table["id"].to_pylist() == ["J0001"]


def test_files_of_one_band_alone_are_galaxies_with_the_names_they_have(tmp_path):
    for name in ("a-r.fits", "b-r.fits"):
        (tmp_path / name).write_bytes(b"")
    assert list_galaxies(tmp_path, SETTINGS).table["id"].to_pylist() == ["a-r", "b-r"]


def test_what_holds_no_galaxies_is_refused_in_a_sentence(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty holds no images" in refused(tmp_path / "empty")
    (tmp_path / "a.doc").write_bytes(b"")
    assert "is of no known kind; allowed: a folder, .zip or .tar" in refused(tmp_path / "a.doc")
    (tmp_path / "no.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert "has no column of paths of images, and no ra and dec" in refused(tmp_path / "no.csv")
    (tmp_path / "rows.csv").write_text("file\n", encoding="utf-8")
    assert "rows.csv has no rows" in refused(tmp_path / "rows.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    assert "cannot be read as a Parquet table" in refused(tmp_path / "cut.parquet")
    parts = tmp_path / "parts"
    parts.mkdir()
    images = pa.array([picture(1)], pa.binary())
    parquet.write_table(pa.table({"image": images, "z": [1]}), parts / "a.parquet")
    assert "a column of images foo (catalogue.image_column)" in refused(parts, image_column="foo")
    parquet.write_table(pa.table({"image": images, "z": ["x"]}), parts / "b.parquet")
    assert "holds Parquet files of different columns" in refused(parts)
    parquet.write_table(pa.table({"other": images}), parts / "b.parquet")
    assert "b.parquet cannot be read as a Parquet table (it has no column image" in refused(parts)
    parquet.write_table(pa.table({"image": images[:0]}), tmp_path / "none.parquet")
    assert "none.parquet has no rows" in refused(tmp_path / "none.parquet")
    (tmp_path / "empty" / os.fsdecode(b"\xff.png")).write_bytes(b"")
    assert r"the name '\udcff.png' is not UTF-8" in refused(tmp_path / "empty")
    (tmp_path / "latin.csv").write_bytes("id,file\n1,é.png\n".encode("latin-1"))
    assert "CSV table (its column file is not UTF-8)" in refused(tmp_path / "latin.csv")
    (folder / "nohead.csv").write_text("1,10.png\n2,deep/9.PNG\n", encoding="utf-8")
    assert "its first line names the image 10.png, where names of" in refused(folder / "nohead.csv")
    (folder / "x.tar").write_bytes(b"")
    assert "holds .tar and image files; give a folder of one kind" in refused(folder)


def test_ids_that_do_not_identify_are_refused(folder, tmp_path):
    (folder / "10.jpg").write_bytes(b"")
    said = refused(folder)
    assert "the galaxy 10 occurs twice, as 10.jpg and as 10.png; keep one, or rename it" in said
    assert "id_column" not in said
    path = tmp_path / "positions.csv"
    path.write_text("objid,ra,dec\n1,1,1\n1,2,2\n", encoding="utf-8")
    assert "the galaxy 1 occurs twice, as row 1 and as row 2" in refused(path)
    path.write_text("objid,ra,dec\n1,1,1\n,2,2\n", encoding="utf-8")
    assert "row 2 has no objid; give each galaxy one" in refused(path)
    path.write_text("id_str,ra,dec\na,1,1\n,2,2\n", encoding="utf-8")
    assert "row 2 has no id_str; give each galaxy one" in refused(path)
    path.write_text("id_str,ra,dec\na,1,1\n \t ,2,2\n", encoding="utf-8")
    assert "row 2 has no id_str; give each galaxy one" in refused(path)
    path.write_text("objid,ra,dec\n1e18,1,1\n", encoding="utf-8")
    assert "holds 1e+18, which is neither a whole number nor a text" in refused(path)
    path.write_text("objid,ra,dec\n1,1,1\n,2,2\n", encoding="utf-8")
    assert "catalogue.id_column: " in refused(path, id_column="name")
    path.write_text("id,objid,ra,dec\n1,5,1,1\n", encoding="utf-8")
    table = list_galaxies(path, SETTINGS | {"id_column": "objid"}).table
    assert table.to_pydict() == {
        **{"id": [5], "place": [None], "id_given": ["1"], "objid": ["5"], "ra": [1], "dec": [1]}
    }


@pytest.mark.parametrize(
    ("columns", "used"),
    [
        (["TARGETID", "RA", "DEC"], "TARGETID"),
        (["dr8_id", "ra", "dec"], "dr8_id"),
        (["NAME", "specObjID", "ra", "dec"], "specObjID"),
        (["name", "ra", "dec"], "name"),
        (["SOURCE_ID", "DESIGNATION", "ra", "dec"], "SOURCE_ID"),
        (["objID", "dr7objid", "RAJ2000", "DEJ2000"], "objID"),
    ],
)
def test_ids_are_found_by_many_names_in_any_case(tmp_path, columns, used):
    path = tmp_path / "positions.csv"
    cells = dict.fromkeys(columns, "1.5") | {used: "4295806720"}
    path.write_text(",".join(columns) + "\n" + ",".join(cells[name] for name in columns) + "\n")
    table = list_galaxies(path, SETTINGS).table
    assert table["id"].to_pylist() == [4295806720]
    assert table.column_names == ["id", "place", *columns]


def test_a_single_picture_is_told_the_page(tmp_path):
    for name in ("a.jpg", "a.PNG"):
        assert (
            "is a single picture; give the folder that it is in, or drop it on the page"
            in refused(tmp_path / name)
        )


def test_ids_that_are_whole_numbers_are_int64(tmp_path):
    path = tmp_path / "positions.parquet"
    for kind in (pa.int16(), pa.uint64()):
        ids = pa.array([3, 1], kind)
        parquet.write_table(pa.table({"objid": ids, "ra": [1.0, 2.0], "dec": [1.0, 2.0]}), path)
        assert list_galaxies(path, SETTINGS).table["id"].combine_chunks() == pa.array([3, 1])
