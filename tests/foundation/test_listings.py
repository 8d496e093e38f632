"""A folder's files, and a hash that changes with them."""

import pytest

from galaxyzoo.foundation.listings import below, listing_hash


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


def test_linked_folders_are_read_too_and_each_folder_once(tmp_path):
    folder, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    (folder / "z").mkdir(parents=True)
    elsewhere.mkdir()
    (folder / "a").symlink_to(elsewhere)
    (folder / "z" / "up").symlink_to(folder)
    before = listing_hash(folder, dates=False)
    (elsewhere / "1.png").write_bytes(b"1")
    (folder / "z" / "2.png").write_bytes(b"2")
    assert below(folder) == (["z/2.png", "a/1.png"], ["z/up"])
    assert listing_hash(folder, dates=False) != before
    with pytest.raises(NotADirectoryError):
        below(elsewhere / "1.png")
