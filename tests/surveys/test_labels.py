"""Labels, names of images and fair galaxies are read exactly, or refused in a sentence."""

import zipfile
from functools import partial

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.labels import read_fair_ids, read_labels
from trees import GALAXY_ZOO_2


def write_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_labels_come_back_bit_for_bit_from_csv_and_zip(tmp_path, random_labels):
    labels = random_labels([30, 10, 20])
    text = labels.to_csv(lineterminator="\r\n")
    (tmp_path / "s.csv").write_text("\ufeff" + text, encoding="utf-8", newline="")
    write_zip(tmp_path / "s.zip", {"x/s.csv": text, "__MACOSX/x/._s.csv": b"\0"})
    for name in ("s.csv", "s.zip"):
        pd.testing.assert_frame_equal(
            read_labels(tmp_path / name, GALAXY_ZOO_2), labels, check_exact=True
        )


def test_a_table_that_is_cut_off_in_its_last_row_is_refused(tmp_path, random_labels):
    text = random_labels([10, 20]).to_csv().rstrip("\n")
    (tmp_path / "s.csv").write_text(text.rpartition(",")[0], encoding="utf-8")
    with pytest.raises(InputError, match="its last row has 37 cells, and its header 38 names"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_lines_of_blanks_at_the_end_are_no_row(tmp_path, random_labels):
    labels = random_labels([10, 20])
    (tmp_path / "s.csv").write_text(labels.to_csv() + "\n  \n", encoding="utf-8")
    assert len(read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)) == 2


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_a_table_without_ordinary_line_ends_is_a_sentence(tmp_path, random_labels, coding):
    text = random_labels([10, 20]).to_csv(lineterminator="\r")
    (tmp_path / "s.csv").write_text(text, encoding=coding, newline="")
    with pytest.raises(InputError, match=r"s\.csv cannot be read .* a line for each row"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_labels_come_in_tree_order_as_float64(tmp_path, random_labels):
    labels = random_labels([1, 2])
    labels.loc[:, "Class1.3"] = 0.0
    shuffled = labels[list(labels.columns[::-1])].assign(comment="no answer")
    shuffled.to_csv(tmp_path / "s.csv", float_format="%g")
    read = read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)
    assert tuple(read.columns) == GALAXY_ZOO_2.columns
    assert (read.dtypes == np.float64).all()
    assert read.index.dtype == np.int64
    assert read.index.name == "GalaxyID"


def test_what_label_checks_judge_is_read_as_it_is(tmp_path, random_labels):
    labels = random_labels([4, 4, 5])
    labels.iloc[0, 0] = np.nan
    labels.iloc[1, 1] = 7.0
    labels.to_csv(tmp_path / "s.csv")
    pd.testing.assert_frame_equal(
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2), labels, check_exact=True
    )


def test_missing_columns_are_named(tmp_path, random_labels):
    labels = random_labels([1]).drop(columns=["Class2.1", "Class11.6"])
    labels.to_csv(tmp_path / "s.csv")
    with pytest.raises(InputError, match=r"s\.csv has no column Class2\.1, Class11\.6;"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_a_missing_id_column_is_named(tmp_path, random_labels):
    random_labels([1]).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(InputError, match=r"s\.csv has no column GalaxyID;"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_a_cell_that_is_no_number_is_named(tmp_path, random_labels):
    labels = random_labels([11, 12, 13]).astype(object)
    labels.loc[12, "Class3.2"] = "0,5"
    labels.to_csv(tmp_path / "s.csv")
    with pytest.raises(InputError, match=r"s\.csv, row 2, column Class3\.2: '0,5' is not a number"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


@pytest.mark.parametrize("galaxy", ["12.5", "", "M31", str(2**63)])
def test_an_id_that_is_no_whole_number_is_named(tmp_path, random_labels, galaxy):
    labels = random_labels([11, 12, 13]).reset_index().astype({"GalaxyID": object})
    labels.loc[2, "GalaxyID"] = galaxy
    labels.to_csv(tmp_path / "s.csv", index=False)
    message = rf"s\.csv, row 3, column GalaxyID: '{galaxy}' is not a whole number"
    with pytest.raises(InputError, match=message):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe\x00\x01", "cannot be read"),
        (b"GalaxyID,a\n1,2\n1,2,3,4\n", "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path, content, wrong):
    (tmp_path / "s.csv").write_bytes(content)
    for read in (partial(read_labels, tree=GALAXY_ZOO_2), read_fair_ids):
        with pytest.raises(InputError, match=rf"s\.csv {wrong}"):
            read(tmp_path / "s.csv")


def test_a_column_that_is_there_twice_is_named(tmp_path, random_labels):
    labels = random_labels(range(5)).reset_index()
    twice = pd.concat([labels, labels[["Class1.2"]]], axis=1)
    twice.to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(InputError, match=r"s\.csv has the column Class1\.2 twice; leave the one"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_rows_longer_than_the_header_are_told(tmp_path, random_labels):
    """Pandas takes the ids of such rows for their names, and the first label for the id."""
    lines = random_labels(range(5)).to_csv().splitlines()
    longer = [lines[0], *(f"{line},0.5" for line in lines[1:])]
    (tmp_path / "s.csv").write_text("\n".join(longer), encoding="utf-8")
    (tmp_path / "fair.csv").write_text("GalaxyID\n7,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.csv has rows with more cells than its header"):
        read_labels(tmp_path / "s.csv", GALAXY_ZOO_2)
    with pytest.raises(InputError, match=r"fair\.csv has rows with more cells than its header"):
        read_fair_ids(tmp_path / "fair.csv")


def test_a_missing_table_is_named(tmp_path):
    for name in ("s.csv", "s.zip"):
        with pytest.raises(InputError, match=f"{name} cannot be read: No such file"):
            read_labels(tmp_path / name, GALAXY_ZOO_2)


def test_a_zip_must_hold_one_table(tmp_path):
    write_zip(tmp_path / "s.zip", {"a.csv": "", "b.csv": ""})
    with pytest.raises(InputError, match=r"s\.zip holds 2 CSV files; it should hold one"):
        read_labels(tmp_path / "s.zip", GALAXY_ZOO_2)


def test_a_damaged_zip_of_a_table_is_named(tmp_path, random_labels):
    path = write_zip(tmp_path / "s.zip", {"s.csv": random_labels(range(5)).to_csv()})
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"s\.zip is not a whole zip file \(Bad CRC") as error:
        read_labels(path, GALAXY_ZOO_2)
    assert str(error.value).count("s.zip") == 1  # no sentence in a sentence


def test_without_a_second_column_all_ids_are_fair(tmp_path):
    (tmp_path / "fair.csv").write_text("GalaxyID\n7\n5\n")
    assert read_fair_ids(tmp_path / "fair.csv") == {5, 7}


def test_with_a_second_column_those_with_1_are_fair(tmp_path):
    (tmp_path / "fair.csv").write_text("unbiased,GalaxyID\r\n1,7\r\n0,5\r\n 1 , 9\r\n")
    assert read_fair_ids(tmp_path / "fair.csv") == {7, 9}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id\n7\n", "has no column GalaxyID"),
        ("GalaxyID,a,b\n7,1,0\n", "has the columns a, b beside GalaxyID"),
        ("GalaxyID\n7\nx\n", "row 2, column GalaxyID: 'x' is not a whole number"),
        ("GalaxyID,fair\n7,1\n8,yes\n", "row 2, column fair: 'yes' is not 1 or 0"),
        ("GalaxyID,fair\n7,\n8,1\n", "row 1, column fair: '' is not 1 or 0"),
        ("GalaxyID,fair\n7,0\n", "lists no fair galaxy"),
        ("GalaxyID\n", "lists no fair galaxy"),
    ],
)
def test_a_wrong_list_of_fair_galaxies_is_named(tmp_path, content, message):
    (tmp_path / "fair.csv").write_text(content)
    with pytest.raises(InputError) as error:
        read_fair_ids(tmp_path / "fair.csv")
    assert str(error.value).startswith(str(tmp_path / "fair.csv"))
    assert message in str(error.value)
