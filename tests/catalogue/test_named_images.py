"""An image that a table of paths names is noticed when it is replaced, or comes later."""

from checkout import replaced_by_older
from galaxyzoo.catalogue.named_images import named_images_hash

SETTINGS = dict.fromkeys(("id_column", "image_column", "ra_column", "dec_column")) | {
    "bands": ["i", "r", "g"],
    "key": "catalogue",
}


def test_images_that_a_table_names_are_told_by_size_and_date(tmp_path):
    table, image = tmp_path / "galaxies.csv", tmp_path / "images" / "a.jpg"
    table.write_text("id,path\n1,images/a.jpg\n2,images/b.jpg\n3,\n")
    image.parent.mkdir()
    image.write_bytes(b"one")
    hashes = [named_images_hash(table, SETTINGS)]
    replaced_by_older(image, b"two")
    hashes.append(named_images_hash(table, SETTINGS))
    (tmp_path / "images" / "b.jpg").write_bytes(b"late")
    hashes.append(named_images_hash(table, SETTINGS))
    assert len({*hashes}) == 3
    (tmp_path / "images" / "c.jpg").write_bytes(b"of no row")
    assert named_images_hash(table, SETTINGS) == hashes[-1]


def test_what_is_no_table_of_paths_has_none(tmp_path):
    positions, unread = tmp_path / "positions.csv", tmp_path / "galaxies.fits"
    positions.write_text("id,ra,dec\n1,10.0,20.0\n")
    unread.write_bytes(b"no table")
    for path in (tmp_path, tmp_path / "images.zip", positions, unread):
        assert named_images_hash(path, SETTINGS) is None
