"""Images in zips and folders: found, told apart, and read by forked processes."""

import multiprocessing
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.surveys.labels import read_image_names

SETTINGS = pictures_of_survey({"source": "files"})


def write_zip(path, files):
    path = path.with_suffix(".zip")
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
    images = GalaxyImages(write(tmp_path / "images", files), SETTINGS)
    assert list(images.names) == [7, 8, 100008, 100023]
    assert images.faults == {}
    assert [images.read(i) for i in images.names] == [b"png", b"8", b"jpeg", b"jpg"]


def test_names_in_a_zip_may_begin_with_the_folder_itself(tmp_path):
    images = GalaxyImages(
        write_zip(tmp_path / "i.zip", {"./7.jpg": b"7", "./.8.jpg": b"hidden"}), SETTINGS
    )
    assert list(images.names) == [7]
    assert images.read(7) == b"7"


def test_a_name_that_is_not_utf_8_is_a_fault_that_can_be_written_down(tmp_path):
    folder = write_folder(tmp_path / "images", {"7.jpg": b"7"})
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.jpg")).write_bytes(b"8")
    images = GalaxyImages(folder, SETTINGS)
    assert list(images.names) == [7]
    assert images.faults == {"'\\udcff.jpg'": "the image's name is not UTF-8"}


def test_linked_folders_are_read_and_a_pipe_is_not_waited_for(tmp_path):
    write_folder(tmp_path / "elsewhere", {"7.jpg": b"7"})
    folder = write_folder(tmp_path / "images", {"8.jpg": b"8"})
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(folder / "9.jpg")
    images = GalaxyImages(folder, SETTINGS)
    assert [images.read(galaxy) for galaxy in (7, 8)] == [b"7", b"8"]
    with pytest.raises(InputError, match="it is no file, but a folder, a pipe or a device"):
        images.read(9)


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_a_file_of_too_many_bytes_is_not_read(tmp_path, write):
    images = GalaxyImages(write(tmp_path / "images", {"7.jpg": bytes(LARGEST_BYTES + 1)}), SETTINGS)
    with pytest.raises(InputError, match="the image has 268,435,457 bytes, more than 268,435,456"):
        images.read(7)


def test_a_zip_that_understates_an_image_is_not_unpacked_further(tmp_path):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("7.jpg", bytes(2**27))
    content = path.read_bytes()
    path.write_bytes(content.replace((2**27).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    images = GalaxyImages(path, SETTINGS)
    tracemalloc.start()
    try:
        with pytest.raises(zipfile.BadZipFile):
            images.read(7)
        assert tracemalloc.get_traced_memory()[1] < 2**24
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_images_that_cannot_be_told_apart_are_faults(tmp_path, write):
    files = {"a/12.jpg": b"1", "b/12.png": b"2", "012.jpg": b"3", "13.jpg": b"4", "m31.jpg": b"5"}
    images = GalaxyImages(write(tmp_path / "images", files), SETTINGS)
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
    assert GalaxyImages(tmp_path / "images.zip", SETTINGS).faults == {
        12: "several images: 12.jpg, 12.jpg"
    }


def test_a_name_too_large_for_an_id_is_a_fault(tmp_path):
    images = GalaxyImages(
        write_folder(tmp_path, {f"{2**63}.jpg": b"", f"{2**63 - 1}.jpg": b"", "²3.jpg": b""}),
        SETTINGS,
    )
    assert list(images.names) == [2**63 - 1]
    assert list(images.faults) == [f"{2**63}.jpg", "²3.jpg"]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip at all, though it is long enough for one"]
)
def test_a_file_that_is_no_zip_is_named(tmp_path, content):
    (tmp_path / "images.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"images\.zip is not a whole zip file .*; replace it"):
        GalaxyImages(tmp_path / "images.zip", SETTINGS)


def test_a_truncated_zip_is_named(tmp_path):
    path = write_zip(tmp_path / "images.zip", {f"{i}.jpg": bytes(1000) for i in range(9)})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"images\.zip is not a whole zip file"):
        GalaxyImages(path, SETTINGS)


def test_missing_images_are_named(tmp_path):
    with pytest.raises(InputError, match=r"images\.zip cannot be read: No such file"):
        GalaxyImages(tmp_path / "images.zip", SETTINGS)


@pytest.mark.parametrize("write", [write_zip, write_folder])
def test_a_place_without_images_is_named(tmp_path, write):
    with pytest.raises(InputError, match="holds no images; it should hold files in"):
        GalaxyImages(write(tmp_path / "images", {"README.txt": b""}), SETTINGS)


def test_images_that_are_named_otherwise_are_known_by_a_table_of_their_names(tmp_path):
    files = {"images/16.jpg": b"a", "images/a b.png": b"b", "images/17.jpg": b"c", "8.jpg": b"d"}
    (tmp_path / "names.csv").write_text(
        "image,GalaxyID\nimages/16.jpg,587722981742084144\nimages/a b.png,8\n9.jpg,7\n"
    )
    names = read_image_names(tmp_path / "names.csv")
    images = GalaxyImages(write_zip(tmp_path / "i.zip", files), SETTINGS, names)
    assert images.names == {8: "images/a b.png", 587722981742084144: "images/16.jpg"}
    assert images.faults == {}
    assert images.read(8) == b"b"


def test_two_images_of_one_galaxy_are_a_fault_whatever_they_are_named(tmp_path):
    archive = write_zip(tmp_path / "i.zip", {"1.jpg": b"a", "2.jpg": b"b", "3.jpg": b"c"})
    images = GalaxyImages(archive, SETTINGS, {"1.jpg": 5, "2.jpg": 5, "3.jpg": 6})
    assert images.faults == {5: "several images: 1.jpg, 2.jpg"}
    assert images.names == {6: "3.jpg"}


def test_forked_processes_read_one_zip_at_the_same_time(tmp_path):
    contents = {i: bytes([i]) * 100_000 for i in range(40)}
    images = GalaxyImages(
        write_zip(tmp_path / "z", {f"{i}.jpg": contents[i] for i in contents}), SETTINGS
    )

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
