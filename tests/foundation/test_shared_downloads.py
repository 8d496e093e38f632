"""Downloads that several checkouts share: fetched once, and then a file of each one's own."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from file_server import FileServer
from galaxyzoo.foundation.downloads_folder import VARIABLE, environment_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.shared_downloads import fetch_once, place_of
from galaxyzoo.surveys.downloads import fetch

CONTENT = bytes(range(256)) * 20_000
MD5 = f"md5:{hashlib.md5(CONTENT).hexdigest()}"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer({"images.zip": CONTENT}) as running:
        yield running


@pytest.fixture
def shared(monkeypatch, tmp_path) -> Path:
    """A folder that checkouts share, which the first download makes."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "shared"))
    return tmp_path / "shared"


def download(server: FileServer, path: Path, known_hash: str | None = MD5) -> Path:
    """Have a checkout download a file to a path."""
    address = server.address("images.zip")
    fetch_once(path, address, known_hash, partial(fetch, address, known_hash, key="key"))
    return path


@pytest.mark.parametrize("known_hash", [MD5, None])
def test_checkouts_that_share_a_folder_fetch_once_however_many_do_at_once(
    server, shared, tmp_path, known_hash
):
    paths = [tmp_path / f"checkout{number}" / "images.zip" for number in range(10)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda path: download(server, path, known_hash), paths))
    assert server.requests["images.zip"] == 1
    for path in paths:
        assert path.read_bytes() == CONTENT
        assert list(path.parent.iterdir()) == [path]


def test_what_a_checkout_has_is_a_file_of_its_own(server, shared, tmp_path):
    path = download(server, tmp_path / "images.zip")
    kept = place_of(server.address("images.zip"))
    before = kept.stat()
    os.utime(path, (1, 1))
    path.write_bytes(b"other")
    assert kept.stat() == before
    assert not path.is_symlink()
    path.unlink()
    assert kept.read_bytes() == CONTENT


@pytest.mark.parametrize("known_hash", [MD5, None])
def test_a_kept_file_that_is_damaged_is_told_and_fetched_anew(
    server, shared, tmp_path, caplog, known_hash
):
    download(server, tmp_path / "one.zip", known_hash)
    kept = place_of(server.address("images.zip"))
    kept.write_bytes(CONTENT[:-1] + b"?")
    assert download(server, tmp_path / "two.zip", known_hash).read_bytes() == CONTENT
    assert kept.read_bytes() == CONTENT
    assert server.requests["images.zip"] == 2
    assert f"{kept} is damaged, or another file: its hash is " in caplog.text


def test_a_download_that_broke_off_is_nobody_s_file_and_goes_on(server, shared, tmp_path):
    server.broken_off.add("images.zip")
    with pytest.raises(InputError, match="could not be fetched"):
        download(server, tmp_path / "images.zip")
    assert not place_of(server.address("images.zip")).exists()
    assert not (tmp_path / "images.zip").exists()
    server.broken_off.clear()
    assert download(server, tmp_path / "images.zip").read_bytes() == CONTENT
    assert server.ranges[1].startswith("bytes=")
    assert server.ranges[1] != "bytes=0-"


def test_without_a_hash_it_is_told_that_the_kept_file_is_taken(server, shared, tmp_path, caplog):
    caplog.set_level("INFO")
    download(server, tmp_path / "one.zip", None)
    server.files["images.zip"] = b"other"
    assert download(server, tmp_path / "two.zip", None).read_bytes() == CONTENT
    assert "taken as it came on " in caplog.text
    place_of(server.address("images.zip")).unlink()
    assert download(server, tmp_path / "two.zip", None).read_bytes() == b"other"


def test_a_folder_that_cannot_be_written_to_is_told_and_done_without(
    server, monkeypatch, tmp_path, caplog
):
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "shared"))
    assert download(server, tmp_path / "images.zip").read_bytes() == CONTENT
    assert "cannot be written to (Not a directory); " in caplog.text


def test_a_folder_without_locks_is_told_and_used(server, shared, tmp_path, caplog):
    (place_of(server.address("images.zip")).parent / ".lock").mkdir(parents=True)
    assert download(server, tmp_path / "images.zip").read_bytes() == CONTENT
    assert place_of(server.address("images.zip")).read_bytes() == CONTENT
    assert "cannot be locked (Is a directory)" in caplog.text


def test_what_is_kept_can_be_read_and_replaced_by_who_may_write_to_the_folder(
    server, shared, tmp_path
):
    shared.mkdir()
    shared.chmod(0o1777)
    download(server, tmp_path / "images.zip")
    kept = place_of(server.address("images.zip"))
    assert kept.stat().st_mode & 0o777 == 0o644
    assert kept.parent.stat().st_mode & 0o7777 == 0o1777


def test_libraries_that_fetch_weights_are_led_there_only_if_it_can_be_written_to(tmp_path):
    found = environment_of(tmp_path / "new" / "shared")
    assert found["HF_HUB_CACHE"] == str(tmp_path / "new" / "shared" / "huggingface")
    assert found["TORCH_HOME"] == str(tmp_path / "new" / "shared" / "torch")
    (tmp_path / "file").touch()
    assert set(environment_of(tmp_path / "file" / "shared")) == {VARIABLE}
