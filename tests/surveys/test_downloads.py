"""Downloads from a server on loopback: whole and the ones meant, or not there."""

import hashlib
import logging
from pathlib import Path

import pytest

from file_server import FileServer
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys import downloads
from galaxyzoo.surveys.downloads import fetch, put

CONTENT = bytes(range(256)) * 20_000  # 5.12 MB: several chunks, the last not full


def md5(content: bytes) -> str:
    return f"md5:{hashlib.md5(content).hexdigest()}"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer({"images.zip": CONTENT}) as running:
        yield running


@pytest.mark.parametrize(
    "known_hash", [md5(CONTENT), f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", None]
)
def test_what_the_server_has_is_what_is_there(server, tmp_path, known_hash):
    path = tmp_path / "new" / "folder" / "images.zip"
    fetch(server.address("images.zip"), known_hash, path, "key")
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_there_and_meant_is_not_fetched_again(server, tmp_path):
    for _ in range(2):
        fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert server.requests["images.zip"] == 1


def test_a_file_that_is_there_but_not_meant_is_replaced(server, tmp_path):
    (tmp_path / "images.zip").write_bytes(CONTENT[:-1])
    fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


def test_without_a_hash_it_is_fetched_every_time(server, tmp_path):
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    server.files["images.zip"] = b"other"
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == b"other"


def break_off(server: FileServer, path: Path, known_hash: str | None) -> None:
    """Fetch `path` from a server that hangs up in the middle of it."""
    server.broken_off.add("images.zip")
    with pytest.raises(
        InputError, match=r"^key\.address: http.*images\.zip.* could not be fetched"
    ):
        fetch(server.address("images.zip"), known_hash, path, "key")
    server.broken_off.clear()


def test_a_download_that_broke_off_goes_on_where_it_broke(server, tmp_path):
    path = tmp_path / "images.zip"
    break_off(server, path, md5(CONTENT))
    [part] = tmp_path.iterdir()
    there = part.stat().st_size
    assert part.name == "images.zip.part"
    assert there > 0
    fetch(server.address("images.zip"), md5(CONTENT), path, "key")
    assert server.ranges == ["", f"bytes={there}-"]
    assert path.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [path]


def test_a_server_without_ranges_sends_the_whole_file_again(server, tmp_path):
    server.takes_ranges = False
    break_off(server, tmp_path / "images.zip", md5(CONTENT))
    fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


def test_a_file_that_had_come_whole_only_gets_its_name(server, tmp_path):
    (tmp_path / "images.zip.part").write_bytes(CONTENT)
    fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [tmp_path / "images.zip"]


def test_what_came_of_another_file_is_found_out_and_not_gone_on_with_again(server, tmp_path):
    (tmp_path / "images.zip.part").write_bytes(b"other")
    with pytest.raises(InputError, match=r"^key\.hash: .*run it again"):
        fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert list(tmp_path.iterdir()) == []
    fetch(server.address("images.zip"), md5(CONTENT), tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


def test_without_a_hash_a_download_that_broke_off_leaves_nothing_to_go_on_from(server, tmp_path):
    break_off(server, tmp_path / "images.zip", None)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "images.zip.part").write_bytes(b"of a job that was killed")
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


def test_a_wrong_hash_is_one_sentence_with_both_and_leaves_nothing(server, tmp_path):
    with pytest.raises(InputError) as error:
        fetch(
            server.address("images.zip"),
            md5(b"meant"),
            tmp_path / "images.zip",
            "survey.gz2.images",
        )
    message = str(error.value)
    assert message.startswith("survey.gz2.images.hash: ")
    assert f"its hash is {md5(CONTENT)}, not {md5(b'meant')}" in message
    assert len(message.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_failed_fetch_leaves_the_file_of_before(server, tmp_path):
    (tmp_path / "images.zip").write_bytes(b"before")
    with pytest.raises(InputError):
        fetch(server.address("images.zip"), md5(b"meant"), tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == b"before"


def test_a_file_that_the_server_does_not_have_is_named(server, tmp_path):
    with pytest.raises(InputError, match=r"no\.zip.* could not be fetched .*404"):
        fetch(server.address("no.zip"), None, tmp_path / "no.zip", "key")


def test_a_server_that_is_not_there_is_named(server, tmp_path):
    address = server.address("images.zip")
    server.__exit__()
    with pytest.raises(InputError, match="could not be fetched"):
        fetch(address, None, tmp_path / "images.zip", "key")


def test_a_log_file_gets_plain_lines_of_megabytes(server, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    lines = [record.getMessage() for record in caplog.records]
    assert lines[-1].startswith("images.zip: 5.1 of 5.1 MB, ")


def test_a_server_that_does_not_tell_the_length_will_do(server, tmp_path):
    server.tells_length = False
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    assert (tmp_path / "images.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("links", [True, False])
def test_a_file_is_put_at_a_second_path(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(downloads.os, "link", refuse)
    (tmp_path / "kept").write_bytes(CONTENT)
    (tmp_path / "second").write_bytes(b"before")
    put(tmp_path / "kept", tmp_path / "second")
    assert (tmp_path / "second").read_bytes() == CONTENT
    assert (tmp_path / "second").samefile(tmp_path / "kept") == links
    (tmp_path / "second").unlink()
    assert (tmp_path / "kept").read_bytes() == CONTENT
