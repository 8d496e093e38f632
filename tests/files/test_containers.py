"""Folders, zips and tars: what is in them that is no plain file, and what a damaged one says."""

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from galaxyzoo.files.containers import Folder, Tars, Zip
from galaxyzoo.foundation.errors import InputError


def contents(container: Folder | Zip | Tars) -> dict[str, bytes | str]:
    """What each entry has: its bytes, or why it has none."""
    found = {}
    for name, place in container.entries():
        try:
            found[name] = container.read(place)
        except InputError as error:
            found[name] = str(error)
    return found


def tar_of(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], kind: int) -> Tars:
    with tarfile.open(path, "w", format=kind) as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return Tars(path.parent, [path.name])


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def test_linked_folders_are_read_once_and_links_in_a_circle_are_told(tmp_path):
    folder, elsewhere = tmp_path / "pictures", tmp_path / "elsewhere"
    (folder / "deep").mkdir(parents=True)
    elsewhere.mkdir()
    (folder / "deep" / "1.png").write_bytes(b"1")
    (elsewhere / "2.png").write_bytes(b"2")
    (folder / "a").symlink_to(elsewhere)
    (folder / "b").symlink_to(elsewhere)
    (folder / "c").symlink_to(folder)
    (elsewhere / "up").symlink_to(tmp_path)
    names = [name for name, _ in Folder(folder).entries()]
    assert names == ["deep/1.png", "a/2.png", "b/", "c/", "a/up/elsewhere/", "a/up/pictures/"]


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    no_file = "it is no file, but a folder, a pipe or a device"
    assert contents(Folder(tmp_path)) == {"pipe.jpg": no_file}
    with pytest.raises(InputError, match=no_file):
        Folder(tmp_path).read("folder.jpg")


def test_links_in_a_tar_have_the_bytes_that_they_lead_to(tmp_path):
    members = [
        (member("x/first.jpg", tarfile.SYMTYPE, "../last.jpg"), b""),
        (member("./last.jpg"), b"last"),
        (member("hard.jpg", tarfile.LNKTYPE, "last.jpg"), b""),
        (member("twice.jpg", tarfile.SYMTYPE, "x/first.jpg"), b""),
        (member("lost.jpg", tarfile.SYMTYPE, "gone.jpg"), b""),
        (member("circle.jpg", tarfile.SYMTYPE, "circle.jpg"), b""),
        (member("pipe.jpg", tarfile.FIFOTYPE), b""),
        (member("folder", tarfile.DIRTYPE), b""),
    ]
    nowhere = "it is a link in the tar to a file that is not there"
    assert contents(tar_of(tmp_path / "a.tar", members, tarfile.PAX_FORMAT)) == {
        "a.tar/./last.jpg": b"last",
        "a.tar/pipe.jpg": "it is no file in the tar, but a pipe or a device",
        "a.tar/x/first.jpg": b"last",
        "a.tar/hard.jpg": b"last",
        "a.tar/twice.jpg": b"last",
        "a.tar/lost.jpg": nowhere,
        "a.tar/circle.jpg": nowhere,
    }


def test_a_sparse_file_in_a_tar_is_not_read_as_if_it_were_whole(tmp_path):
    header = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "2048"}
    info = member("a.jpg")
    info.pax_headers = header
    packed = b"1\n0\n512\n".ljust(512, b"\0") + bytes(512)
    tars = tar_of(tmp_path / "a.tar", [(info, packed)], tarfile.PAX_FORMAT)
    assert contents(tars) == {
        "a.tar/a.jpg": "it is a sparse file in the tar; pack it without --sparse"
    }


@pytest.mark.parametrize("bytes_left", [1024, 1024 + 300, 1024 + 512, 1024 + 700])
def test_a_tar_that_is_cut_off_is_refused_wherever_that_is(tmp_path, bytes_left):
    path = tmp_path / "a.tar"
    files = [(member(f"{n}.jpg"), bytes([n]) * 512) for n in (1, 2)]
    tars = tar_of(path, files, tarfile.USTAR_FORMAT)
    assert len(contents(tars)) == 2
    path.write_bytes(path.read_bytes()[:bytes_left])
    with pytest.raises(InputError, match=r"a\.tar cannot be read as a tar \(.*\); replace it"):
        contents(tars)


def test_a_tar_with_a_damaged_header_or_another_tar_behind_it_is_refused(tmp_path):
    path = tmp_path / "a.tar"
    files = [(member(f"{n}.jpg"), bytes([n]) * 512) for n in (1, 2)]
    tars = tar_of(path, files, tarfile.USTAR_FORMAT)
    whole = path.read_bytes()
    path.write_bytes(whole[:1030] + b"?" + whole[1031:])
    with pytest.raises(InputError, match="it is damaged, or another tar was put behind its end"):
        contents(tars)
    path.write_bytes(whole + whole)
    with pytest.raises(InputError, match="it is damaged, or another tar was put behind its end"):
        contents(tars)


def test_a_link_in_a_zip_is_not_taken_for_a_picture(tmp_path):
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "b.jpg")
        archive.writestr("b.jpg", b"b")
    expected = {"a.jpg": "it is a link in the zip; zip the file that it leads to", "b.jpg": b"b"}
    assert contents(Zip(tmp_path / "a.zip")) == expected
