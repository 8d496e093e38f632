"""Downloads from a server on loopback: whole and the ones meant, or not there."""

import hashlib
import logging

import pytest

from file_server import FileServer
from galaxyzoo import downloads
from galaxyzoo.downloads import fetch, put
from galaxyzoo.errors import InputError

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


@pytest.mark.parametrize("known_hash", [md5(CONTENT), None])
def test_a_connection_that_breaks_off_leaves_nothing(server, tmp_path, known_hash):
    server.broken_off.add("images.zip")
    with pytest.raises(
        InputError, match=r"^key\.address: http.*images\.zip.* could not be fetched"
    ):
        fetch(server.address("images.zip"), known_hash, tmp_path / "images.zip", "key")
    assert list(tmp_path.iterdir()) == []


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


def test_a_log_file_gets_a_line_each_tenth(server, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(downloads, "CHUNK_BYTES", 100_000)
    caplog.set_level(logging.INFO)
    fetch(server.address("images.zip"), None, tmp_path / "images.zip", "key")
    lines = [r.getMessage() for r in caplog.records if "%" in r.getMessage()]
    assert lines == [f"images.zip: {k} % of 5.1 MB" for k in range(10, 101, 10)]


def test_a_small_file_is_told_to_be_whole_once(server, tmp_path, caplog):
    server.files["small"] = b"12345"
    caplog.set_level(logging.INFO)
    fetch(server.address("small"), None, tmp_path / "small", "key")
    assert [r.getMessage() for r in caplog.records if "%" in r.getMessage()] == [
        "small: 100 % of 0.0 MB"
    ]


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
