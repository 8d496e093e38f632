"""What came in goes out as it was: every type of column, with missing cells, in every format."""

import datetime
import decimal
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.io.votable import parse_single_table, validate
from astropy.table import MaskedColumn, Table
from pyarrow import dataset, parquet

from galaxyzoo.catalogue.columns import catalogue_columns, plain_columns
from galaxyzoo.catalogue.forms import MOST_FITS_COLUMNS, columns_in_fits, forms_of
from galaxyzoo.catalogue.tables import described, notes, write_tables
from galaxyzoo.files.given_tables import read_given_table
from trees import RING_TREE

COLUMNS = {column.name: column for column in catalogue_columns(RING_TREE)}
KINDS = {"float32": pa.float32(), "bool": pa.bool_(), "str": pa.string()}
HALVES = {"float32": 0.5, "bool": True, "str": "x"}
WHOLE = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def written(given: pa.Table, folder, shards: int = 2):
    """A catalogue of a given table, in shards; return its folder and what is said of it."""
    own = {
        column.name: pa.array([HALVES[column.kind]] * len(given), KINDS[column.kind])
        for column in list(COLUMNS.values())[1:]
    }
    ids = pa.array(range(len(given)))
    schema = pa.schema([("id", ids.type), *given.schema, *pa.table(own).schema])
    table = described(pa.table([ids, *given.columns, *own.values()], schema=schema), COLUMNS)
    (folder / "catalogue.parquet").mkdir()
    size = -(-len(table) // shards)
    paths = [folder / "catalogue.parquet" / f"{n}.parquet" for n in range(shards)]
    for number, path in enumerate(paths):
        parquet.write_table(table.slice(number * size, size), path)
    return folder, write_tables(paths, COLUMNS, plain_columns(RING_TREE), folder)


def in_fits(folder) -> Table:
    table = Table.read(folder / "catalogue.fits")
    table.convert_bytestring_to_unicode()
    return table


def in_votable(folder) -> Table:
    report = io.StringIO()
    assert validate(folder / "catalogue.vot", output=report), report.getvalue()
    return parse_single_table(folder / "catalogue.vot").to_table(use_names_over_ids=True)


def cells(column) -> list:
    """The cells of an astropy column, None where one is masked."""
    return np.ma.MaskedArray(column).tolist()


def in_csv(folder) -> pd.DataFrame:
    return pd.read_csv(folder / "catalogue.csv", dtype=str, keep_default_na=False)


@pytest.mark.parametrize("missing", [False, True])
def test_whole_numbers_of_every_type_keep_their_values_and_gaps(tmp_path, missing):
    values = {}
    for kind in WHOLE:
        limits = np.iinfo(kind)
        values[kind] = [int(limits.min), 0, None if missing else 1, int(limits.max), 7]
    given = pa.table({kind: pa.array(column, kind) for kind, column in values.items()})
    folder, said = written(given, tmp_path)
    assert said == []
    texts = {kind: ["" if one is None else str(one) for one in values[kind]] for kind in WHOLE}
    in_text = {"uint64", "int64"} if missing else {"uint64"}  # no wider type is left
    for table in (in_fits(folder), in_votable(folder)):
        for kind in WHOLE:
            found = cells(table[kind])
            if kind in in_text:
                assert [text or "" for text in found] == texts[kind]
            else:
                assert found == values[kind], kind
    whole = dataset.dataset(folder / "catalogue.parquet").to_table()
    assert whole.select(WHOLE).to_pydict() == values
    assert [str(whole[kind].type) for kind in WHOLE] == WHOLE
    found = in_csv(folder)
    assert {kind: found[kind].tolist() for kind in WHOLE} == texts


def test_a_masked_byte_beside_a_zero_stays_alone(tmp_path):
    given = tmp_path / "given.fits"
    Table({"n": MaskedColumn(np.array([0, 1, 7], "u1"), mask=[0, 1, 0])}).write(given)
    folder, _ = written(read_given_table(given, None), tmp_path)
    assert cells(in_fits(folder)["n"]) == [0, None, 7]
    assert cells(in_votable(folder)["n"]) == [0, None, 7]


def test_unsigned_numbers_above_2_to_63_are_text_and_others_of_their_type_are_not(tmp_path):
    table = pa.table(
        {
            "large": pa.array([2**64 - 1, 2**63], pa.uint64()),
            "small": pa.array([2**63 - 1, 0], pa.uint64()),
        }
    )
    folder, _ = written(table, tmp_path)
    for found in (in_fits(folder), in_votable(folder)):
        assert list(found["large"]) == ["18446744073709551615", "9223372036854775808"]
        assert found["small"].tolist() == [2**63 - 1, 0]


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64()])
def test_floats_keep_every_bit(tmp_path, kind):
    values = np.array([0.1, 1 / 3, 65504.0, -0.0, np.inf, np.nan], kind.to_pandas_dtype())
    folder, _ = written(pa.table({"x": pa.array([*values, None], kind)}), tmp_path)
    for table in (in_fits(folder), in_votable(folder)):
        found = np.asarray(np.ma.MaskedArray(table["x"]).filled(np.nan))
        np.testing.assert_array_equal(found, [*values, np.nan])
    found = in_csv(folder)["x"]
    assert found.tolist()[-2:] == ["nan", ""]
    np.testing.assert_array_equal(found[:5].astype(values.dtype), values[:5])


TEXTS = ["a\nb", 'tab\t,"q" ;', "nul\0", "\x0b\x1b", "é λ 🌌", "<&>]]>", " both ", "007", "NA", ""]
CODES = [
    r"a\x0ab",
    r'tab\x09,"q" ;',
    r"nul\x00",
    r"\x0b\x1b",
    r"\xe9 \u03bb \U0001f30c",
    "<&>]]>",
    r"\x20both\x20",
    "007",
    "NA",
    "",
]


def test_text_is_as_it_was_or_in_codes_that_every_reader_reads(tmp_path):
    folder, _ = written(pa.table({"text": [*TEXTS, None]}), tmp_path)
    for table in (in_fits(folder), in_votable(folder)):
        assert [text or "" for text in cells(table["text"])] == [*CODES, ""]
    assert in_csv(folder)["text"].tolist() == [*TEXTS, ""]
    whole = dataset.dataset(folder / "catalogue.parquet").to_table()
    assert whole["text"].to_pylist() == [*TEXTS, None]


def test_yes_or_no_is_logical_and_text_where_it_may_be_missing(tmp_path):
    table = pa.table({"sure": [True, False, True], "perhaps": [True, None, False]})
    folder, _ = written(table, tmp_path)
    for found in (in_fits(folder), in_votable(folder)):
        assert [bool(one) for one in found["sure"]] == [True, False, True]
        assert [one or "" for one in cells(found["perhaps"])] == ["true", "", "false"]


def test_dates_decimals_and_whatever_else_are_text(tmp_path):
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)
    table = pa.table(
        {
            "night": pa.array([moment.date(), None]),
            "moment": pa.array([moment, None], pa.timestamp("ns")),
            "in_utc": pa.array([moment, None], pa.timestamp("us", "UTC")),
            "price": pa.array([decimal.Decimal("1.50"), None]),
            "took": pa.array([datetime.timedelta(seconds=3), None]),
            "tags": pa.array([["a", "b"], None]),
            "kind": pa.array([{"a": 1}, None]),
            "large": pa.array(["x", None], pa.large_string()),
            "none": pa.nulls(2),
        }
    )
    folder, _ = written(table, tmp_path)
    texts = {
        "night": "2026-01-02",
        "moment": "2026-01-02 03:04:05.678901000",
        "in_utc": "2026-01-02 03:04:05.678901Z",
        "price": "1.50",
        "tags": "['a', 'b']",
        "kind": "{'a': 1}",
        "large": "x",
        "none": "",
    }
    for found in (in_fits(folder), in_votable(folder)):
        for name, text in texts.items():
            assert [one or "" for one in cells(found[name])] == [text, ""], name
    found = in_csv(folder)
    assert {name: found[name][0] for name in texts} == texts


def test_arrays_of_one_shape_and_units_survive(tmp_path):
    given, shapes = tmp_path / "given.fits", {"v": (2,), "m": (2, 3)}
    rng = np.random.default_rng(0)
    values = {name: rng.random((4, *shape)).astype("f4") for name, shape in shapes.items()}
    values["n"] = rng.integers(-9, 9, (4, 2)).astype("i2")
    values["v"][1, 0] = np.nan
    table = Table({**values, "speed": np.arange(4.0)})
    table["m"].unit, table["speed"].unit = "mag", "km / s"
    table.write(given)
    folder, _ = written(read_given_table(given, None), tmp_path)
    for found in (in_fits(folder), in_votable(folder)):
        for name, expected in values.items():
            assert found[name].dtype.newbyteorder("=") == expected.dtype
            np.testing.assert_array_equal(np.ma.getdata(found[name]), expected)
        assert str(found["speed"].unit) == "km / s"
        assert str(found["m"].unit) == "mag"
    schema = dataset.dataset(folder / "catalogue.parquet").schema
    assert schema.field("speed").metadata[b"unit"] == b"km / s"


def test_lists_of_several_lengths_are_text(tmp_path):
    folder, _ = written(pa.table({"v": [[1, 2], [3], None]}), tmp_path)
    for found in (in_fits(folder), in_votable(folder)):
        assert [one or "" for one in cells(found["v"])] == ["[1, 2]", "[3]", ""]


def test_units_that_no_standard_knows_are_kept_as_text(tmp_path):
    fields = [pa.field("x", pa.float64(), metadata={"unit": "log(solMass)²"})]
    folder, _ = written(pa.table([[1.0, 2.0]], schema=pa.schema(fields)), tmp_path)
    assert str(in_fits(folder)["x"].unit) == r"log(solMass)\xb2"


def test_long_bytes_are_in_parquet_alone_and_that_is_said(tmp_path):
    mask = [b"\xff" * 5000, b"\0"]
    table = pa.table(
        {"mask": mask, "raw": [b"\xff", b"a"], "of_hf": [{"bytes": one} for one in mask]}
    )
    folder, said = written(table, tmp_path)
    assert said == ["These columns of long bytes are in the Parquet files alone: `mask`, `of_hf`."]
    for names in (in_fits(folder).colnames, in_votable(folder).colnames, list(in_csv(folder))):
        assert "raw" in names
        assert not {"mask", "of_hf"} & set(names)
    whole = dataset.dataset(folder / "catalogue.parquet").to_table()
    assert whole["mask"].to_pylist() == mask


def test_fits_has_999_columns_and_what_it_lacks_is_said():
    names = [f"c{number}" for number in range(1200)]
    table = pa.table({name: [number, 1] for number, name in enumerate(names)})
    rows, forms = forms_of([table.slice(0, 1), table.slice(1)])
    assert rows == 2
    [said] = notes(table.schema, forms, COLUMNS)
    room = MOST_FITS_COLUMNS - len(COLUMNS)
    assert f"The FITS file lacks {1200 - room} columns" in said
    assert f": `c{room}`, `c{room + 1}`, " in said
    assert columns_in_fits(forms, COLUMNS) == names[:room]
    own = dict.fromkeys(f"own{number}" for number in range(1100))
    forms = {**forms, **dict.fromkeys(own, forms["c0"])}
    assert columns_in_fits(forms, own) == list(own)[:MOST_FITS_COLUMNS]


def test_a_text_that_would_make_every_row_wide_is_not_in_fits(tmp_path):
    folder, said = written(pa.table({"long": ["x" * 20_000, ""], "short": ["a", "b"]}), tmp_path)
    assert "The FITS file lacks 1 columns" in said[0]
    assert "long" not in in_fits(folder).colnames
    assert in_csv(folder)["long"][0] == "x" * 20_000


def test_names_that_xml_would_take_for_one_are_two(tmp_path):
    folder, _ = written(pa.table({"a b": [1, 2], "a_b": [3, 4], "<&\"'>": [5, 6]}), tmp_path)
    content = (folder / "catalogue.vot").read_text(encoding="utf-8")
    ids = [part.split('"')[0] for part in content.split(' ID="')[1:]]
    assert len(ids) == len(set(ids))
    found = in_votable(folder)
    assert [found[name][0] for name in ("a b", "a_b", "<&\"'>")] == [1, 3, 5]
    assert in_fits(folder)["<&\"'>"].tolist() == [5, 6]


def test_a_column_of_the_input_that_ends_as_an_answer_s_is_not_hidden(tmp_path):
    table = pa.table(
        {"question_2_mine_fraction": [1.0, 2.0], "my_proportion_volunteers_asked": ["a"] * 2}
    )
    folder, _ = written(table, tmp_path)
    plain = pd.read_parquet(folder / "catalogue_plain.parquet")
    assert plain["question_2_mine_fraction"].tolist() == [1, 2]
