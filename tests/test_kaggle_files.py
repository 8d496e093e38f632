"""Files in Kaggle's layout: found or missed with a sentence, and read exactly."""

import multiprocessing
import zipfile
from functools import partial

import numpy as np
import pandas as pd
import pytest
from galaxyzoo.surveys.kaggle_files import (
    GalaxyImages,
    find,
    read_fair_ids,
    read_image_names,
    read_solutions,
)

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.tree.decision_tree import GALAXY_ZOO_2


def write_zip(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_folder(path, files):
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


# Finding


def test_of_a_zip_and_a_folder_the_zip_is_found(tmp_path):
    for name in ("images_training_rev1", "images_test_rev1"):
        (tmp_path / name).mkdir()
    for name in ("images_training_rev1.zip", "training_solutions_rev1.csv"):
        (tmp_path / name).touch()
    files = find(str(tmp_path))
    assert files.training_images == tmp_path / "images_training_rev1.zip"
    assert files.solutions == tmp_path / "training_solutions_rev1.csv"
    assert files.test_images == tmp_path / "images_test_rev1"


def test_test_images_may_be_missing(tmp_path):
    (tmp_path / "images_training_rev1").mkdir()
    (tmp_path / "training_solutions_rev1.zip").touch()
    files = find(tmp_path)
    assert files.training_images == tmp_path / "images_training_rev1"
    assert files.solutions == tmp_path / "training_solutions_rev1.zip"
    assert files.test_images is None


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        ("training_solutions_rev1.csv", "images_training_rev1.zip nor images_training_rev1,"),
        ("images_training_rev1.zip", "training_solutions_rev1.zip nor training_solutions_rev1.csv"),
    ],
)
def test_what_the_folder_lacks_is_named_with_the_folder(tmp_path, present, missing):
    (tmp_path / present).touch()
    with pytest.raises(InputError) as error:
        find(tmp_path)
    assert f"{tmp_path} holds neither {missing}" in str(error.value)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no folder .*nowhere; give the folder that"):
        find(tmp_path / "nowhere")


# Images


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_images_are_found_at_any_depth_and_read_by_their_id(tmp_path, write):
    files = {
        "a/b/100023.jpg": b"jpg",
        "7.PNG": b"png",
        "a/100008.jpeg": b"jpeg",
        "z/8.jpg": b"8",
        "__MACOSX/a/100008.jpeg": b"not an image",
        "a/._100023.jpg": b"not an image",
        ".hidden/5.jpg": b"not an image",
        "a/README.txt": b"not an image",
    }
    images = GalaxyImages(write(tmp_path / "images", files))
    assert list(images.names) == [7, 8, 100008, 100023]
    assert images.faults == {}
    assert [images.read(i) for i in images.names] == [b"png", b"8", b"jpeg", b"jpg"]


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_images_that_cannot_be_told_apart_are_faults(tmp_path, write):
    files = {"a/12.jpg": b"1", "b/12.png": b"2", "012.jpg": b"3", "13.jpg": b"4", "m31.jpg": b"5"}
    images = GalaxyImages(write(tmp_path / "images", files))
    assert list(images.names) == [13]
    assert images.faults == {
        12: "several images: 012.jpg, a/12.jpg, b/12.png",
        "m31.jpg": "the image's name is no GalaxyID",
    }


def test_one_name_twice_in_a_zip_is_a_fault(tmp_path):
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        archive.writestr("12.jpg", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("12.jpg", b"2")
    assert GalaxyImages(tmp_path / "images.zip").faults == {12: "several images: 12.jpg, 12.jpg"}


def test_a_name_too_large_for_an_id_is_a_fault(tmp_path):
    images = GalaxyImages(
        write_folder(tmp_path, {f"{2**63}.jpg": b"", f"{2**63 - 1}.jpg": b"", "²3.jpg": b""})
    )
    assert list(images.names) == [2**63 - 1]
    assert list(images.faults) == [f"{2**63}.jpg", "²3.jpg"]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip at all, though it is long enough for one"]
)
def test_a_file_that_is_no_zip_is_named(tmp_path, content):
    (tmp_path / "images.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"images\.zip is not a whole zip file .*; fetch it again"):
        GalaxyImages(tmp_path / "images.zip")


def test_a_truncated_zip_is_named(tmp_path):
    path = write_zip(tmp_path / "images.zip", {f"{i}.jpg": bytes(1000) for i in range(9)})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"images\.zip is not a whole zip file"):
        GalaxyImages(path)


def test_missing_images_are_named(tmp_path):
    with pytest.raises(InputError, match=r"images\.zip cannot be read: No such file"):
        GalaxyImages(tmp_path / "images.zip")


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_a_place_without_images_is_named(tmp_path, write):
    with pytest.raises(InputError, match="holds no images; it should hold <GalaxyID>"):
        GalaxyImages(write(tmp_path / "images", {"README.txt": b""}))


def test_images_that_are_named_otherwise_are_known_by_a_table_of_their_names(tmp_path):
    files = {"images/16.jpg": b"a", "images/a b.png": b"b", "images/17.jpg": b"c", "8.jpg": b"d"}
    (tmp_path / "names.csv").write_text(
        "image,GalaxyID\nimages/16.jpg,587722981742084144\nimages/a b.png,8\n9.jpg,7\n"
    )
    names = read_image_names(tmp_path / "names.csv")
    images = GalaxyImages(write_zip(tmp_path / "i.zip", files), names)
    assert images.names == {8: "images/a b.png", 587722981742084144: "images/16.jpg"}
    assert images.faults == {}
    assert images.read(8) == b"b"


def test_two_images_of_one_galaxy_are_a_fault_whatever_they_are_named(tmp_path):
    archive = write_zip(tmp_path / "i.zip", {"1.jpg": b"a", "2.jpg": b"b", "3.jpg": b"c"})
    images = GalaxyImages(archive, {"1.jpg": 5, "2.jpg": 5, "3.jpg": 6})
    assert images.faults == {5: "several images: 1.jpg, 2.jpg"}
    assert images.names == {6: "3.jpg"}


def test_forked_processes_read_one_zip_at_the_same_time(tmp_path):
    contents = {i: bytes([i]) * 100_000 for i in range(40)}
    images = GalaxyImages(write_zip(tmp_path / "z", {f"{i}.jpg": contents[i] for i in contents}))

    def read_often(offset, errors):
        for i in [*contents] * 10:
            galaxy = (i + offset) % 40
            try:
                wrong = images.read(galaxy) != contents[galaxy]
            except zipfile.BadZipFile:
                wrong = True
            if wrong:
                errors.value += 1

    fork = multiprocessing.get_context("fork")
    errors = [fork.Value("i", 0) for _ in range(4)]
    readers = [fork.Process(target=read_often, args=(9 * k, errors[k])) for k in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [reader.exitcode for reader in readers] == [0, 0, 0, 0]
    assert [e.value for e in errors] == [0, 0, 0, 0]


# Labels


def test_solutions_come_back_bit_for_bit_from_csv_and_zip(tmp_path, random_labels):
    labels = random_labels([30, 10, 20])
    text = labels.to_csv(lineterminator="\r\n")
    (tmp_path / "s.csv").write_text("\ufeff" + text, encoding="utf-8", newline="")
    write_zip(tmp_path / "s.zip", {"x/s.csv": text, "__MACOSX/x/._s.csv": b"\0"})
    for name in ("s.csv", "s.zip"):
        pd.testing.assert_frame_equal(
            read_solutions(tmp_path / name, GALAXY_ZOO_2), labels, check_exact=True
        )


def test_solutions_come_in_tree_order_as_float64(tmp_path, random_labels):
    labels = random_labels([1, 2])
    labels.loc[:, "Class1.3"] = 0.0
    shuffled = labels[list(labels.columns[::-1])].assign(comment="no answer")
    shuffled.to_csv(tmp_path / "s.csv", float_format="%g")
    read = read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2)
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
        read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2), labels, check_exact=True
    )


def test_missing_columns_are_named(tmp_path, random_labels):
    labels = random_labels([1]).drop(columns=["Class2.1", "Class11.6"])
    labels.to_csv(tmp_path / "s.csv")
    with pytest.raises(InputError, match=r"s\.csv has no column Class2\.1, Class11\.6;"):
        read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_a_missing_id_column_is_named(tmp_path, random_labels):
    random_labels([1]).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(InputError, match=r"s\.csv has no column GalaxyID;"):
        read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2)


def test_a_cell_that_is_no_number_is_named(tmp_path, random_labels):
    labels = random_labels([11, 12, 13]).astype(object)
    labels.loc[12, "Class3.2"] = "0,5"
    labels.to_csv(tmp_path / "s.csv")
    with pytest.raises(InputError, match=r"s\.csv, row 2, column Class3\.2: '0,5' is not a number"):
        read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2)


@pytest.mark.parametrize("galaxy", ["12.5", "", "M31", str(2**63)])
def test_an_id_that_is_no_whole_number_is_named(tmp_path, random_labels, galaxy):
    labels = random_labels([11, 12, 13]).reset_index().astype({"GalaxyID": object})
    labels.loc[2, "GalaxyID"] = galaxy
    labels.to_csv(tmp_path / "s.csv", index=False)
    message = rf"s\.csv, row 3, column GalaxyID: '{galaxy}' is not a whole number"
    with pytest.raises(InputError, match=message):
        read_solutions(tmp_path / "s.csv", GALAXY_ZOO_2)


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
    for read in (partial(read_solutions, tree=GALAXY_ZOO_2), read_fair_ids):
        with pytest.raises(InputError, match=rf"s\.csv {wrong}"):
            read(tmp_path / "s.csv")


def test_a_missing_table_is_named(tmp_path):
    for name in ("s.csv", "s.zip"):
        with pytest.raises(InputError, match=f"{name} cannot be read: No such file"):
            read_solutions(tmp_path / name, GALAXY_ZOO_2)


def test_a_zip_must_hold_one_table(tmp_path):
    write_zip(tmp_path / "s.zip", {"a.csv": "", "b.csv": ""})
    with pytest.raises(InputError, match=r"s\.zip holds 2 CSV files; it should hold one"):
        read_solutions(tmp_path / "s.zip", GALAXY_ZOO_2)


def test_a_damaged_zip_of_a_table_is_named(tmp_path, random_labels):
    path = write_zip(tmp_path / "s.zip", {"s.csv": random_labels(range(5)).to_csv()})
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"s\.zip is not a whole zip file \(Bad CRC"):
        read_solutions(path, GALAXY_ZOO_2)


# Fair galaxies


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
