"""Tables as they are given: every cell as it is in the file, from every kind of file."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy import units
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.io.votable.tree import VOTableFile
from astropy.table import MaskedColumn, QTable, Table
from pyarrow import parquet

from galaxyzoo.files.given_tables import read_given_table
from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.errors import InputError


def given(path, content: str | bytes = "", id_column=None) -> pa.Table:
    """A table that is read from a file with some content."""
    if content:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_given_table(path, id_column)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["7", "-12", ""], [7, -12, None]),
        (["7", "NA", "nan", "null"], [7, None, None, None]),
        (["007", "12"], ["007", "12"]),
        (["+5", "12"], ["+5", "12"]),
        (["-0", "12"], ["-0", "12"]),
        (["1.50", "+2.5", "1e3", ".5", "-inf"], [1.5, 2.5, 1000.0, 0.5, -np.inf]),
        (["00.5", "1.5"], ["00.5", "1.5"]),
        (["9223372036854775807", "1"], [2**63 - 1, 1]),
        (["18446744073709551615", "1"], [2**64 - 1, 1]),
        (["18446744073709551616", "1"], ["18446744073709551616", "1"]),
        (["18446744073709551615", "-1"], ["18446744073709551615", "-1"]),
        (["1237648702968135690", "1.5"], ["1237648702968135690", "1.5"]),
        (["true", "false", ""], [True, False, None]),
        (["True", "no"], ["True", "no"]),
        (["T", "F"], ["T", "F"]),
        (["2026-01-02", "2026-01-03"], ["2026-01-02", "2026-01-03"]),
        (["2026-01-02T03:04:05Z"], ["2026-01-02T03:04:05Z"]),
        (["12:34:56"], ["12:34:56"]),
        (["NA", "nan"], ["NA", "nan"]),
        (["NA", "x", ""], ["NA", "x", ""]),
        (["1_000", "2"], ["1_000", "2"]),
        (["0x10"], ["0x10"]),
        (['"a\nb"', '"c,""d"'], ["a\nb", 'c,"d']),
        (["é λ", "x"], ["é λ", "x"]),
    ],
)
def test_cells_of_a_csv_file_are_numbers_only_if_they_go_out_as_they_came_in(
    tmp_path, cells, expected
):
    text = "row,a\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    assert given(tmp_path / "t.csv", text)["a"].to_pylist() == expected


@pytest.mark.parametrize("name", ["id_str", "IAUNAME", "ID", "Name", "mine"])
def test_columns_of_names_are_text(tmp_path, name):
    table = given(tmp_path / "t.csv", f"{name},z\n1e5,1e5\n12,2\n", "mine")
    assert table[name].to_pylist() == ["1e5", "12"]
    assert table["z"].to_pylist() == [1e5, 2.0]


ROWS = {"id": ["7", "8"], "ra": [1.5, 2.5], "dec": [-1, 2]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "id,ra,dec\n7,1.5,-1\n8,2.5,2\n"),
        ("t.csv", "#Table1\nid,ra,dec\n7,1.5,-1\n8,2.5,2\n"),  # SDSS CasJobs
        ("t.csv", "# made by me, on Monday\n#\n\nid;ra;dec\n7;1.5;-1\n8;2.5;2\n"),
        ("t.csv", "# id,ra,dec\n7,1.5,-1\n8,2.5,2\n"),
        ("t.csv", "#a,b\n#id\tra\tdec\n7\t1.5\t-1\n8\t2.5\t2\n"),
        ("t.csv", "# three, cells, here\nid,ra,dec\n7,1.5,-1\n8,2.5,2\n"),
        ("t.csv", "\ufeffid, ra, dec\r\n7, 1.5, -1\r\n8, 2.5, 2\r\n"),
        ("t.csv", '"id","ra","dec"\n"7","1.5","-1"\n"8","2.5","2"'),
        ("t.tsv", "id\tra\tdec\n7\t1.5\t-1\n8\t2.5\t2\n"),
        ("T.TSV", "# one\nid\tra\tdec\n7\t1.5\t-1\n8\t2.5\t2\n"),
    ],
)
def test_heads_and_delimiters_of_csv_files(tmp_path, name, content):
    path = tmp_path / name
    assert given(path, content).to_pydict() == ROWS
    if " ra" not in content:
        assert column_names(path) == ["id", "ra", "dec"]
        table = read_table(path, {"dec": "float64", "id": "str"})
        assert table.to_dict("list") == {"dec": [-1.0, 2.0], "id": ["7", "8"]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,b\n1,2\n1,2,3\n", "cannot be read as a CSV table"),
        ("a,a\n1,2\n", "has the column a twice"),
        ("a,b\n", "has no rows"),
        ("# only a comment\n", "cannot be read as a CSV table"),
        (b"a,b\n1,\xff\n", "cannot be read as a CSV table .its column b is not UTF-8"),
        (b"a,b\0\n", "has no rows"),
    ],
)
def test_what_is_no_table_is_told(tmp_path, content, sentence):
    with pytest.raises(InputError, match=rf"t\.csv {sentence}"):
        given(tmp_path / "t.csv", content)


KINDS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "?"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("t.fits", {}),
        ("t.vot", {"format": "votable"}),
        ("t.ecsv", {}),
        ("t.parquet", {}),
    ],
)
def test_masked_cells_of_every_type_are_missing_and_others_are_not(tmp_path, name, options):
    kinds = [kind for kind in KINDS if not (name == "t.vot" and kind in ("i1", "u2", "u4", "u8"))]
    if name == "t.fits":
        kinds.remove("i1")  # which FITS takes for yes or no
        kinds.remove("?")  # which astropy writes without its mask: see the next test
    columns = {kind: np.array([0, 1, 1], kind) for kind in kinds}
    for kind, values in columns.items():
        if kind[0] in "iu":
            values[2] = np.iinfo(kind).max
    table = Table({k: MaskedColumn(values, mask=[0, 1, 0]) for k, values in columns.items()})
    table["text"] = ["a", "NA", "é" if name in ("t.ecsv", "t.parquet") else "c"]
    table["f8"].unit = "arcmin"
    table.write(tmp_path / name, **options)
    found = given(tmp_path / name)
    for kind, values in columns.items():
        assert found[kind].to_pylist() == [values[0].item(), None, values[2].item()], kind
    assert found["text"].to_pylist() == table["text"].tolist()
    assert found.schema.field("f8").metadata[b"unit"] == b"arcmin"
    selected = read_table(tmp_path / name, {"f8": "float64", "u1": "float64"})
    assert selected.isna().to_numpy().tolist() == [[False] * 2, [True] * 2, [False] * 2]


def test_a_yes_or_no_that_fits_leaves_undefined_is_missing(tmp_path):
    values = np.array([[True, True], [False, True], [True, False]])
    columns = [fits.Column("one", "L", array=values[:, 0]), fits.Column("two", "2L", array=values)]
    fits.BinTableHDU.from_columns(columns).writeto(tmp_path / "t.fits")
    content = bytearray((tmp_path / "t.fits").read_bytes())
    content[2 * 2880 + 3] = 0
    found = given(tmp_path / "t.fits", bytes(content))
    assert found["one"].to_pylist() == [True, None, True]
    assert found["two"].to_pylist() == values.tolist()


def test_quantities_and_coordinates_of_ecsv_are_columns_with_units(tmp_path):
    table = QTable(
        {"sky": SkyCoord([1.0, 2.0], [3.0, 4.0], unit="deg"), "r": [1, 2] * units.arcmin}
    )
    table.write(tmp_path / "t.ecsv")
    found = given(tmp_path / "t.ecsv")
    assert found.column_names == ["sky.ra", "sky.dec", "r"]
    assert found["sky.dec"].to_pylist() == [3.0, 4.0]
    assert found.schema.field("r").metadata == {b"unit": b"arcmin"}


def test_dictionaries_of_parquet_are_plain(tmp_path):
    table = pd.DataFrame({"a.b": ["x", "y"]}, dtype="category")
    table.to_parquet(tmp_path / "t.parquet")
    assert given(tmp_path / "t.parquet")["a.b"].to_pylist() == ["x", "y"]
    large = pa.table({"a": pa.array([2**64 - 1, None], pa.uint64())})
    parquet.write_table(large, tmp_path / "t.parquet")
    assert given(tmp_path / "t.parquet")["a"].to_pylist() == [2**64 - 1, None]


def test_a_column_of_fits_that_is_no_number_is_named(tmp_path):
    Table({"c": [1j, 2j]}).write(tmp_path / "t.fits")
    with pytest.raises(InputError, match=r"t\.fits cannot be read .*its column c holds complex128"):
        given(tmp_path / "t.fits")


@pytest.mark.parametrize("name", ["t.fits", "t.vot"])
def test_of_several_tables_the_first_is_read_and_that_is_told(tmp_path, caplog, name):
    tables = [Table({"a": [1]}), Table({"a": [2]})]
    if name == "t.fits":
        fits.HDUList([fits.PrimaryHDU(), *map(fits.table_to_hdu, tables)]).writeto(tmp_path / name)
    else:
        first, second = map(from_table, tables)
        first.resources.extend(second.resources)
        first.to_xml(str(tmp_path / name))
    assert given(tmp_path / name)["a"].to_pylist() == [1]
    assert f"{name} holds 2 tables, of which the first is read" in caplog.text


def test_a_votable_without_a_table_is_told(tmp_path):
    VOTableFile().to_xml(str(tmp_path / "t.vot"))
    with pytest.raises(InputError, match=r"t\.vot cannot be read as a VOTable .*it holds no table"):
        given(tmp_path / "t.vot")
