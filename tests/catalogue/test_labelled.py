"""Labels of a catalogue's galaxies are read as those of a survey are, and bad rows are named."""

import zipfile

import pandas as pd
import pytest

from checkout import ROOT
from galaxyzoo.catalogue.labelled import catalogue_labels, require_unlearnt
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.configs import picture_settings
from galaxyzoo.plan.config import given_catalogue_settings, load_schema
from trees import RING_TREE

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
ROWS = [["J2", 0.5, 0.5, 0.5, 0.0, 0.0, 0.1], ["J1", 0.0, 1.0, 0.0, 0.0, 0.0, 0.2]]


def labels_in(folder, rows, names="name", **settings) -> pd.DataFrame:
    """The labels of a table, as the catalogue's settings say."""
    path = folder / "labels.csv"
    pd.DataFrame(rows, columns=[names, *RING_TREE.columns]).to_csv(path, index=False)
    given = given_catalogue_settings({"labels": {"table": str(path), **settings}}, SCHEMA)
    return catalogue_labels(path, given["labels"], RING_TREE, "")


def test_labels_are_weighted_and_by_the_catalogue_s_ids(tmp_path):
    found = labels_in(tmp_path, ROWS)
    assert found.index.tolist() == ["J2", "J1"]
    assert found.to_numpy().tolist() == [row[1:] for row in ROWS]
    shares = labels_in(tmp_path, [["J2", 0.5, 0.5, 1.0, 0, 0, 0.1]], labels="shares")
    assert shares.to_numpy().tolist() == [[0.5, 0.5, 0.5, 0, 0, 0.1]]
    missing = labels_in(tmp_path, [["J2", 0.5, 0.5, -1, -1, -1, 0.1]], missing=[-1])
    assert missing.isna().to_numpy().tolist() == [[False, False, True, True, True, False]]


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        ([*ROWS, ROWS[0]], "name", "has 1 rows that cannot be used: row 3, J2: its galaxy has a"),
        ([["J3", 0.5, 0.7, 0.5, 0, 0, 0]], "name", "row 1, J3: question 1's answers sum to 1.2"),
        ([*ROWS, ["J3", "x", 0, 0, 0, 0, 0]], "name", "row 3, J3: ring is 'x', which is no number"),
        ([["", *ROWS[0][1:]], ROWS[1]], "name", "row 1, : name is empty"),
        (ROWS, "called", r"catalogue\.labels\.id_column: missing; name the column of"),
    ],
)
def test_rows_that_cannot_be_used_are_named(tmp_path, rows, names, message):
    with pytest.raises(InputError, match=message):
        labels_in(tmp_path, rows, names)


def test_a_damaged_picture_is_nothing_that_the_networks_learnt(tmp_path):
    path = tmp_path / "stamps.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("J1.jpg", b"whole")
        archive.writestr("J2.jpg", b"other")
    path.write_bytes(path.read_bytes().replace(b"whole", b"whale", 1))
    reader = PictureReader(path, picture_settings({}, SCHEMA))
    with pytest.raises(zipfile.BadZipFile):
        reader.read("J1.jpg")
    require_unlearnt(["J1", "J2"], ["J1.jpg", "J2.jpg"], [None, None], reader, {"0" * 32})
