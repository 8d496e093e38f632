"""Hashes of contents are kept, and taken again where a file may have changed."""

import hashlib
import os
import shutil

from galaxyzoo.foundation.content_hashes import content_hash


def test_a_file_replaced_by_an_older_one_has_another_hash(tmp_path):
    file, cache = tmp_path / "labels.csv", tmp_path / "kept" / "hashes.json"
    file.write_bytes(b"one")
    first = content_hash(file, cache)
    assert first == hashlib.sha256(b"one").hexdigest()
    other = tmp_path / "other"
    other.write_bytes(b"two")
    os.utime(other, (0, 0))
    other.replace(file)
    assert content_hash(file, cache) == hashlib.sha256(b"two").hexdigest()


def test_a_file_is_read_once_and_a_copy_has_the_same_hash(tmp_path):
    file, cache = tmp_path / "labels.csv", tmp_path / "hashes.json"
    file.write_bytes(b"one")
    first = content_hash(file, cache)
    kept = cache.read_bytes()
    assert content_hash(file, cache) == first
    assert cache.read_bytes() == kept
    assert content_hash(shutil.copy(file, tmp_path / "copy.csv"), cache) == first


def test_damaged_hashes_are_taken_again(tmp_path):
    file, cache = tmp_path / "labels.csv", tmp_path / "hashes.json"
    file.write_bytes(b"one")
    for kept in (b"", b"[1]", b"{"):
        cache.write_bytes(kept)
        assert content_hash(file, cache) == hashlib.sha256(b"one").hexdigest()
