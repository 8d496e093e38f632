"""A folder's hash changes with what is in it."""

import pytest

from galaxyzoo.foundation.listings import listing_hash


@pytest.mark.parametrize("dates", [True, False])
def test_every_file_counts_and_so_does_a_link_that_leads_nowhere(tmp_path, dates):
    (tmp_path / "inner").mkdir()
    hashes = [listing_hash(tmp_path, dates=dates)]
    for name in ("a.png", "inner/b.png"):
        (tmp_path / name).write_bytes(b"1")
        hashes.append(listing_hash(tmp_path, dates=dates))
    (tmp_path / "a.png").write_bytes(b"12")
    hashes.append(listing_hash(tmp_path, dates=dates))
    (tmp_path / "c.png").symlink_to(tmp_path / "gone.png")
    hashes.append(listing_hash(tmp_path, dates=dates))
    assert len(set(hashes)) == 5
    assert listing_hash(tmp_path, dates=dates) == hashes[-1]
