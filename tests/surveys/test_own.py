"""Anyone's own images, table and tree: read from any format, matched, and through Snakemake."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from astropy.table import Table
from PIL import Image

from browsing import opened, require_links
from checkout import HEAD, ROOT, Checkout, labels_in, replaced_by_older
from galaxyzoo.calibration.dirichlet_intervals import dirichlet_scores
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.evaluation.vote_noise import vote_noise_floor
from galaxyzoo.files.picture_sources import PictureFile
from galaxyzoo.files.tables import column_names, read_table
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.plan.finished import read_finished
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.surveys.labels import read_faults, read_groups, read_names
from galaxyzoo.surveys.layout import OF_A_TABLE, require_own
from galaxyzoo.surveys.missing_labels import IN_PART, NO_LABEL, read_notes
from galaxyzoo.surveys.own import SHOWN, images_named, tell_of_matches, write_labels
from galaxyzoo.surveys.own_rows import galaxy_ids, own_galaxies, own_groups, without_suffix
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of
from galaxyzoo.tree.vote_columns import votes_of
from gz2_catalogue import CLASS_OF_ANSWER, STEMS, catalogue_table
from looked_at import HELD
from trees import GALAXY_ZOO_2

RINGS = yaml.safe_load((ROOT / "config" / "experiments" / "rings.yaml").read_text(encoding="utf-8"))
RING_COLUMNS = ["ring", "no_ring", "inner", "outer", "collisional"]
SMALL = {
    "experiment": "tiny",
    "seeds": [0],
    "validation": 0.2,
    "model": {"backbone": "test_resnet", "weights": "random", "output": "softmax"},
    "stages": [
        {**HEAD, "name": "head", "size": 32},
        {"name": "all", "size": 32, "epochs": 6, "lr": 0.005, "batch_size": 8},
    ],
    "tta": {"rotations": 2, "flips": False, "zooms": [1.0]},
}
SIZE_PX = 64
NOT_NAMED = "no image in rings/images is named so"
VALUES = {"name": ["a", "b c", "d"], "ring": [0.5, np.nan, 0.25], "votes": [3, 4, 5]}


# Tables


def write_table(table: pd.DataFrame, path):
    """A table in the format of the path's name."""
    if path.name.endswith(".parquet"):
        table.to_parquet(path, index=False)
    elif ".fit" in path.name.lower():
        Table.from_pandas(table).write(path, format="fits")
    elif path.suffix in (".vot", ".ecsv"):
        kind = "votable" if path.suffix == ".vot" else "ascii.ecsv"
        Table.from_pandas(table).write(path, format=kind)
    elif path.name.endswith(".tsv"):
        table.to_csv(path, index=False, sep="\t")
    elif path.name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("table.csv", table.to_csv(index=False))
    else:
        table.to_csv(path, index=False)
    return path


FORMATS = ["t.csv", "t.csv.gz", "t.tsv", "t.zip", "t.parquet", "t.fits", "t.fit", "t.fits.gz"]


@pytest.fixture(params=[*FORMATS, "t.vot", "t.ecsv"])
def any_table(request, tmp_path):
    """A path that ends as a table of some format does."""
    return tmp_path / request.param


def test_a_table_reads_the_same_from_every_format(any_table):
    write_table(pd.DataFrame(VALUES), any_table)
    assert column_names(any_table) == ["name", "ring", "votes"]
    table = read_table(any_table, {"votes": "float64", "name": "str", "ring": "float64"})
    assert table.columns.tolist() == ["votes", "name", "ring"]
    assert table["name"].tolist() == ["a", "b c", "d"]
    np.testing.assert_array_equal(table["ring"], VALUES["ring"])
    np.testing.assert_array_equal(table["votes"], [3.0, 4.0, 5.0])


def test_ids_of_64_bits_are_read_exactly_from_every_format(any_table):
    ids = [587722981742084144, 587722981742084145]  # the same, as floating-point numbers
    write_table(pd.DataFrame({"id": ids, "x": [0.0, 1.0]}), any_table)
    assert read_table(any_table, {"id": "int64"})["id"].tolist() == ids
    assert read_table(any_table, {"id": "str"})["id"].tolist() == [str(i) for i in ids]


def test_a_missing_column_is_named_with_those_there_are(any_table):
    write_table(pd.DataFrame(VALUES), any_table)
    message = f"{any_table.name} has no column rnig; its columns are ring, name, votes"
    with pytest.raises(InputError, match=message):
        read_table(any_table, {"name": "str", "rnig": "float64"})


def test_a_cell_that_is_no_number_is_named(any_table):
    write_table(pd.DataFrame({"ring": ["0.5", "maybe", "1"]}), any_table)
    message = rf"{any_table.name}, row 2, column ring: 'maybe' is not a number"
    with pytest.raises(InputError, match=message):
        read_table(any_table, {"ring": "float64"})


def test_a_row_without_a_name_is_named(any_table):
    write_table(pd.DataFrame({"name": ["a", ""], "x": [0.0, 1.0]}), any_table)
    with pytest.raises(
        InputError, match=rf"{any_table.name}, row 2, column name: .* is not a name"
    ):
        read_table(any_table, {"name": "str"})


def test_a_file_that_is_no_table_is_named(any_table):
    any_table.write_bytes(b"\x00\xff")
    with pytest.raises(InputError, match=rf"{any_table.name} (cannot be read|is not a whole)"):
        read_table(any_table, {"name": "str"})
    any_table.unlink()
    with pytest.raises(InputError, match=rf"{any_table.name} cannot be read.*No such file"):
        read_table(any_table, {"name": "str"})


def test_an_index_that_pandas_kept_in_parquet_is_a_column_like_others(tmp_path):
    pd.DataFrame(VALUES).set_index("name").to_parquet(tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet", {"name": "str", "ring": "float64"})
    assert table["name"].tolist() == VALUES["name"]


def test_a_fits_file_without_a_table_and_a_column_of_vectors_are_told(tmp_path):
    from astropy.io import fits

    fits.PrimaryHDU(np.zeros((3, 3))).writeto(tmp_path / "image.fits")
    with pytest.raises(InputError, match=r"image\.fits cannot be read .*it holds no table"):
        read_table(tmp_path / "image.fits", {"name": "str"})
    Table({"x": np.zeros((3, 2))}).write(tmp_path / "vectors.fits")
    with pytest.raises(
        InputError, match=r"vectors\.fits, row 1, column x: \[0\.0, 0\.0\] is not a number"
    ):
        read_table(tmp_path / "vectors.fits", {"x": "float64"})


# Which image is whose


@pytest.mark.parametrize(
    ("cell", "images", "named"),
    [
        ("7", ["7.jpg"], ["7.jpg"]),
        ("J1207.5+05", ["a/J1207.5+05.png"], ["a/J1207.5+05.png"]),
        ("7.jpg", ["7.jpg", "7.png"], ["7.jpg"]),
        ("7", ["7.jpg", "7.png"], ["7.jpg", "7.png"]),
        ("ring/7.jpg", ["ring/7.jpg", "other/7.jpg"], ["ring/7.jpg"]),
        ("ring/7", ["x/ring/7.jpg", "x/spring/7.jpg"], ["x/ring/7.jpg"]),
        ("/home/me/ring/7.jpg", ["ring/7.jpg", "other/7.jpg"], ["ring/7.jpg"]),
        ("7.jpg", ["7.jpg", "old/7.jpg"], ["7.jpg"]),
        ("7.jpg", ["new/7.jpg", "old/7.jpg"], ["new/7.jpg", "old/7.jpg"]),
        ("new/7.jpg", ["old/7.jpg"], []),
        ("7.JPG", ["7.jpg"], []),
    ],
)
def test_a_name_or_path_finds_its_image(cell, images, named):
    pictures = [PictureFile(without_suffix(name), name, name, 0) for name in images]
    assert [picture.file for picture in images_named(cell, pictures)] == named


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (["30", "10", "20"], [30, 10, 20]),
        (["a/30.jpg", "b/10.png"], [30, 10]),
        (["30", "10", "30"], [30, 10, 30]),
        (["30", "x", "20", "x"], [2, 3, 1, 3]),
        (["b/1.jpg", "a/1.jpg"], [2, 1]),
        (["07", "7"], [1, 2]),
        (["8", "7.5"], [2, 1]),
    ],
)
def test_whole_numbers_are_ids_and_places_in_the_alphabet_are_for_all_other_names(cells, ids):
    assert galaxy_ids(pd.Series(cells)).tolist() == ids


def test_a_row_without_a_name_has_no_id():
    assert galaxy_ids(pd.Series(["b", "", "a"])).isna().tolist() == [False, True, False]


RING = tree_from([{"parent": None, "answers": [{"column": "ring"}, {"column": "no"}]}])


NO_KEYS = dict.fromkeys(["id_column", "class_column", "radius_column"]) | {
    "missing": [],
    "far_sums": "normalise",
    "bands": ["i", "r", "g"],
}
OWN = NO_KEYS | {"image_column": "name", "labels": "weighted"}


def labelled(
    folder,
    table: dict | None,
    images=("a.jpg", "b.jpg"),
    tree=RING,
    name="t.csv",
    tree_name="",
    **own,
):
    """The labels by GalaxyID, image names and faults that a table and some images make."""
    for image in images:
        path = folder / "images" / image
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if table is not None:
        write_table(pd.DataFrame(table), folder / name)
    out = [folder / f"{what}.csv" for what in ("labels", "notes", "names", "faults", "votes")]
    given = None if table is None else folder / name
    write_labels(folder / "images", given, OWN | own, tree, tree_name, *out)
    labels = pd.read_csv(out[0], index_col="GalaxyID")
    return labels.astype(float).T.to_dict("list"), pd.read_csv(out[2]), read_faults(out[3])


def test_every_fit_row_is_labelled_and_those_with_an_image_are_named(tmp_path, caplog):
    table = {"name": ["b", "x", "a"], "ring": [1, 0.5, 0], "no": [0, 0.5, 1]}
    found, names, faults = labelled(tmp_path, table, images=["a.jpg", "s/b.png", "c.jpg"])
    assert found == {2: [1, 0], 1: [0, 1]}  # ids are places in the alphabet
    assert names[["GalaxyID", "image", "id"]].to_numpy().tolist() == [
        [2, "s/b.png", "b"],
        [1, "a.jpg", "a"],
    ]
    assert read_names(tmp_path / "names.csv") == {2: "b, row 1", 1: "a, row 3"}
    assert faults == {3: f"x, row 2: no image in {tmp_path / 'images'} is named so"}
    assert "without an image: 1, such as x" in caplog.text


def test_the_order_of_the_rows_changes_no_id(tmp_path):
    table = {"name": ["b", "c", "a"], "ring": [1, 0.5, 0], "no": [0, 0.5, 1]}
    images = ["a.jpg", "b.jpg", "c.jpg"]
    found, *_ = labelled(tmp_path, table, images)
    turned = {name: cells[::-1] for name, cells in table.items()}
    assert labelled(tmp_path, turned, images)[0] == found


def test_votes_are_divided_by_their_sum_and_an_empty_cell_leaves_the_sum_unknown(tmp_path):
    table = {"name": ["a", "b", "c"], "ring": [3, 4, 1], "no": [1, None, 0]}
    found, *_ = labelled(tmp_path, table, ("a.jpg", "b.jpg", "c.jpg"), labels="shares")
    np.testing.assert_array_equal([*found.values()], [[0.75, 0.25], [np.nan, np.nan], [1, 0]])
    notes = read_notes(tmp_path / "notes.csv", ["ring", "no"])
    assert {row.Index: [row.ring, row.no] for row in notes.itertuples()} == {2: [IN_PART, NO_LABEL]}


@pytest.mark.parametrize("kind", [int, float])
def test_votes_are_kept_as_they_were_counted_beside_their_shares(tmp_path, kind):
    ring, no = [3, 4, 1], [1, -1, 0]
    table = {"name": ["a", "b", "c"], "ring": [*map(kind, ring)], "no": [*map(kind, no)]}
    images = ("a.jpg", "b.jpg", "c.jpg")
    found, *_ = labelled(tmp_path, table, images, labels="votes", missing=[-1])
    np.testing.assert_array_equal([*found.values()], [[0.75, 0.25], [np.nan, np.nan], [1, 0]])
    files = {kind: str(tmp_path / f"{kind}.csv") for kind in ("labels", "faults", "votes")}
    indexed = read_labelled(files | {"label_notes": str(tmp_path / "notes.csv")}, RING).to_index
    np.testing.assert_array_equal(votes_of(indexed, RING), [[3, 1], [4, np.nan], [1, 0]])
    np.testing.assert_array_equal(RING.probabilities(indexed), [*found.values()])


def test_the_votes_of_galaxy_zoo_2s_catalogue_are_found_by_their_ending(tmp_path):
    spiral, smooth = {1: 10, 2: 30, 4: 6, 5: 24, 15: 40, 16: 10, 25: 6}, {1: 20, 15: 20, 17: 20}
    table = {"name": ["a", "b"]}
    for answer, stem in STEMS.items():
        table[f"{stem}_count"] = [votes.get(answer, 0) for votes in (spiral, smooth)]
        table[f"{stem}_fraction"] = [0.5, 0.5]
    labelled(tmp_path, table, tree=GALAXY_ZOO_2, labels="gz2_count")
    votes = pd.read_csv(tmp_path / "votes.csv", index_col="GalaxyID")
    labels = pd.read_csv(tmp_path / "labels.csv", index_col="GalaxyID")
    for galaxy, counted in ((1, spiral), (2, smooth)):
        expected = {column: counted.get(answer, 0) for answer, column in CLASS_OF_ANSWER.items()}
        assert votes.loc[galaxy].to_dict() == expected
    assert labels.loc[1, ["Class1.1", "Class2.1", "Class9.1"]].to_list() == pytest.approx(
        [0.25, 0.15, 0.15]
    )


def test_what_is_no_whole_number_of_votes_is_a_fault(tmp_path):
    table = {"name": ["a", "b"], "ring": [3, 0.75], "no": [1, 0.25]}
    found, _, faults = labelled(tmp_path, table, labels="votes")
    assert [*found] == [1]
    assert faults == {
        2: "b, row 2: ring is 0.75, which is no whole number of votes; survey.own.labels: shares "
        "takes fractions"
    }
    assert pd.read_csv(tmp_path / "votes.csv").to_numpy().tolist() == [[1, 3, 1]]


def test_no_votes_are_written_where_labels_are_shares_and_other_galaxies_votes_are_refused(
    tmp_path,
):
    labelled(tmp_path, {"name": ["a", "b"], "ring": [3, 0], "no": [1, 2]}, labels="shares")
    assert (tmp_path / "votes.csv").read_text(encoding="utf-8") == "GalaxyID,ring,no\n"
    files = {kind: str(tmp_path / f"{kind}.csv") for kind in ("labels", "votes")}
    with pytest.raises(InputError, match=r"votes\.csv.*it lists other galaxies than .*labels\.csv"):
        read_labelled(files, RING)


def test_weighted_labels_keep_what_is_given_beside_an_empty_cell(tmp_path):
    table = {"name": ["a", "b"], "ring": [0.75, 0.4], "no": [0.25, None]}
    found, *_ = labelled(tmp_path, table)
    np.testing.assert_array_equal([*found.values()], [[0.75, 0.25], [0.4, np.nan]])


@pytest.mark.parametrize("labels", ["weighted", "shares"])
def test_numbers_that_stand_for_a_missing_label_are_counted_and_left_empty(
    tmp_path, caplog, labels
):
    caplog.set_level("INFO")
    tree = tree_from([{"answers": [{"column": "bar"}]}, {"answers": [{"column": "arms"}]}])
    table = {"name": ["a", "b"], "bar": [0.25, -99], "arms": [-1, 0.5]}
    found, _, faults = labelled(tmp_path, table, tree=tree, labels=labels, missing=[-1, -99])
    np.testing.assert_array_equal([found[1], found[2]], [[0.25, np.nan], [np.nan, 0.5]])
    assert not faults
    assert "1 of 2 cells in the column arms hold what survey.own.missing lists" in caplog.text


@pytest.mark.parametrize("labels", ["weighted", "shares"])
def test_a_negative_cell_is_a_fault_that_names_the_key(tmp_path, labels):
    table = {"name": ["a", "b"], "ring": [1, 1], "no": [0, -99]}
    found, _, faults = labelled(tmp_path, table, labels=labels)
    assert [*found] == [1]
    assert faults == {
        2: "b, row 2: no is -99, below 0; if -99 stands for a missing label, add it to "
        "survey.own.missing"
    }


def test_every_kind_of_bad_row_is_told_and_the_others_are_labelled(tmp_path):
    table = {
        "name": ["a", "", "c", "d", "e", "b.jpg", "b", "f"],
        "ring": ["1", "1", "maybe", "-1", "inf", "1", "1", "0"],
        "no": [0, 0, 0, 2, 0, 0, 0, 1],
    }
    images = [f"{name}.jpg" for name in "abcdef"]
    found, _, faults = labelled(tmp_path, table, images=images)
    assert found == {1: [1, 0], 7: [0, 1]}
    assert faults["row 2"] == "name is empty, which should name the image"
    assert faults[4] == "c, row 3: ring is 'maybe', which is no number"
    assert faults[5].startswith("d, row 4: ring is -1, below 0;")
    assert faults[6] == "e, row 5: ring is infinite"
    shared = "rows 6 and 7 name the same image, b.jpg; keep one of them"
    assert faults[3] == f"b.jpg, row 6: {shared}"
    assert faults[2] == f"b, row 7: {shared}"


def test_columns_of_a_tree_at_hand_are_found(tmp_path):
    setting = {"survey": "galaxy_zoo_decals", "without": ["bar"]}
    tree = tree_from(questions_of(setting))
    table = {"name": ["a", "b"], "smooth-or-featured_total-votes": [10, 20]}
    table |= {f"{column}_fraction": [0.0, 0.0] for column in tree.columns}
    table["smooth-or-featured_smooth_fraction"] = [0.75, 1.0]
    table["smooth-or-featured_artifact_fraction"] = [0.25, 0.0]
    table["how-rounded_round_fraction"] = [0.5, 1.0]
    table["how-rounded_in-between_fraction"] = [0.5, 0.0]
    table["merging_none_fraction"] = [1.0, 1.0]
    found, _, faults = labelled(
        tmp_path, table, tree=tree, tree_name="galaxy_zoo_decals", labels="shares"
    )
    assert not faults
    labels = dict(zip(tree.columns, found[1], strict=True))
    # By hand: each fraction times that of the answers that lead to its question.
    assert labels["how-rounded_round"] == labels["how-rounded_in-between"] == 0.375
    assert labels["merging_none"] == 0.75
    assert labels["disk-edge-on_yes"] == 0  # nobody saw features, so nobody was asked


def test_a_table_of_which_no_row_names_an_image_is_told(tmp_path):
    table = {"name": ["x.jpg", "y.jpg"], "ring": [1, 1], "no": [0, 0]}
    message = r"t\.csv: no row names an image in .*images; its column name holds x\.jpg, y\.jpg"
    with pytest.raises(InputError, match=message):
        labelled(tmp_path, table)
    assert not (tmp_path / "labels.csv").exists()


@pytest.mark.parametrize("name", ["t.FITS", "t.csv", "t.zip", "t.parquet", "t.vot", "t.ecsv"])
def test_labels_are_read_from_whatever_a_catalogue_reads(tmp_path, name):
    table = {"name": ["a", "b"], "ring": [1, 0.5], "no": [0, 0.5]}
    assert labelled(tmp_path, table, name=name)[0] == {1: [1, 0], 2: [0.5, 0.5]}


def test_a_missing_column_is_told_with_all_that_there_are(tmp_path):
    table = {"ring": [1], "no": [0], "jpeg_loc": ["a"], "redshift": [0.1]}
    message = (
        r"t\.csv has no column name; its columns are (?=.*ring)(?=.*no)(?=.*jpeg_loc).*redshift"
    )
    with pytest.raises(InputError, match=message):
        labelled(tmp_path, table)


def test_galaxies_have_the_names_of_the_column_for_them(tmp_path):
    table = {"name": ["a", "b"], "ngc": ["NGC 7", ""], "ring": [1, 1], "no": [0, 0]}
    found, _, faults = labelled(tmp_path, table, id_column="ngc")
    assert found == {1: [1, 0]}
    assert read_names(tmp_path / "names.csv") == {1: "NGC 7, row 1"}
    assert faults == {"row 2": "ngc is empty, which should hold the galaxy's name"}


def test_groups_are_the_cells_of_their_column_as_they_are_written(tmp_path):
    table = {"name": ["b", "a", "", "c", "c", "d"], "tile": ["01", "1", "7", "", "2", "NA"]}
    pd.DataFrame(table).to_csv(tmp_path / "t.csv", index=False)
    groups = own_groups(tmp_path, tmp_path / "t.csv", OWN | {"group_column": "tile"})
    assert groups.to_dict() == {1: "1", 2: "01", 3: "", 4: ""}
    groups.to_csv(tmp_path / "groups.csv")
    assert read_groups(tmp_path / "groups.csv").to_dict() == {1: "1", 2: "01", 3: "", 4: ""}


def test_names_and_carried_columns_are_as_they_are_written(tmp_path):
    table = {"name": ["b", "a", "c"], "z": ["0.10", "", "587722981742084144"], "x": [1, 2, 3]}
    pd.DataFrame(table).to_csv(tmp_path / "t.csv", index=False)
    galaxies = own_galaxies(tmp_path, tmp_path / "t.csv", OWN | {"carry": ["z"]})
    galaxies.to_csv(tmp_path / "galaxies.csv")
    owners = read_owners(tmp_path / "galaxies.csv", np.array([1, 3]))
    assert owners.to_dict("list") == {"name": ["a", "c"], "z": ["", "587722981742084144"]}
    assert read_owners(None, np.array([7]))["name"].tolist() == ["7"]


def test_carried_columns_of_numbers_are_those_that_differ():
    owners = pd.DataFrame(
        {"name": ["1", "2"], "z": ["0.5", "1e-3"], "gap": ["", "2"], "same": ["3", "3"]}
    ).assign(word=["4", "x"], half=["nan", "5"], most=["6", ""])
    assert [*numbers_carried(owners)] == ["z"]


# Classes

KINDS = tree_from(
    [{"answers": [{"column": "0", "name": "elliptical"}, {"column": "1", "name": "spiral"}]}]
)


@pytest.mark.parametrize("cells", [["elliptical", "spiral"], [0, 1], [0.0, 1.0], ["00", "1.0"]])
def test_a_class_is_found_by_its_name_or_number(tmp_path, cells):
    classes = {"labels": "class", "class_column": "type"}
    table = {"name": ["a", "b"], "type": cells}
    assert labelled(tmp_path, table, tree=KINDS, **classes)[0] == {1: [1, 0], 2: [0, 1]}


def test_an_unknown_or_empty_class_is_told_with_the_classes_that_there_are(tmp_path):
    classes = {"labels": "class", "class_column": "type", "missing": [-1]}
    table = {"name": ["a", "b", "c", "d"], "type": ["spirla", "", "-1", "spiral"]}
    images = [f"{name}.jpg" for name in "abcd"]
    found, _, faults = labelled(tmp_path, table, images, KINDS, **classes)
    assert found == {4: [0, 1]}
    known = "0 (elliptical), 1 (spiral)"
    assert faults == {
        1: f"a, row 1: type is 'spirla', which is none of the tree's classes: {known}",
        2: "b, row 2: it has no type; each galaxy needs a class",
        3: "c, row 3: it has no type; each galaxy needs a class",
    }


def test_a_folder_for_each_class_is_a_table(tmp_path):
    images = ["spiral/a.jpg", "more/elliptical/a.jpg", "b.jpg", "odd/c.jpg"]
    own = {"labels": "class", "image_column": None}
    found, names, faults = labelled(tmp_path, None, images, KINDS, **own)
    assert found == {2: [1, 0], 4: [0, 1]}
    assert names["id"].tolist() == sorted(images)
    assert faults[1] == "b.jpg: it has no folder; each galaxy needs a class"
    assert faults[3].startswith("odd/c.jpg: folder is 'odd', which is none of")


def test_files_that_are_not_there_or_of_no_known_kind_are_named(tmp_path):
    for name in ("t.csv", "t.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "images").mkdir()
    images = str(tmp_path / "images")
    require_own({"images": images, "table": str(tmp_path / "t.csv")})
    folders = dict.fromkeys(OF_A_TABLE) | {"images": images, "table": None, "labels": "class"}
    require_own(folders)
    with pytest.raises(InputError, match=r"survey\.own\.table: missing with labels: shares; give"):
        require_own(folders | {"labels": "shares"})
    with pytest.raises(InputError, match=r"survey\.own\.group_column: 'tile' is of a table, and"):
        require_own(folders | {"group_column": "tile"})
    (tmp_path / "images" / "0.parquet").touch()
    require_own(folders | {"labels": "shares", "group_column": "tile"})
    with pytest.raises(InputError, match=r"survey\.own\.class_column: missing with labels: class"):
        require_own(folders)
    with pytest.raises(InputError, match=r"survey\.own\.table: there is no nowhere\.csv"):
        require_own({"images": images, "table": "nowhere.csv"})
    with pytest.raises(InputError, match=r"survey\.own\.images: there is no nowhere;"):
        require_own({"images": "nowhere", "table": str(tmp_path / "t.csv")})
    with pytest.raises(InputError, match=r"t\.xlsx is of no known kind; .* \.csv, \.csv\.gz"):
        require_own({"images": images, "table": str(tmp_path / "t.xlsx")})


# Through Snakemake


def ring_picture(radius_px: float, brightness: float, rng: np.random.Generator) -> bytes:
    """A galaxy's core, perhaps with a ring around it, on a noisy sky."""
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX] - (SIZE_PX - 1) / 2
    distance = np.hypot(x, y)
    light = np.exp(-((distance / 4) ** 2)) + brightness * np.exp(-((distance - radius_px) ** 2) / 4)
    return picture(200 * light + 20, rng)


def picture(light: np.ndarray | float, rng: np.random.Generator) -> bytes:
    """A PNG file of so much light in each pixel, or all of them, and noise."""
    pixels = light + rng.normal(0, 3, (SIZE_PX, SIZE_PX))
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert("RGB").save(file, "PNG")
    return file.getvalue()


def ring_survey(folder, galaxies: int = 60) -> pd.DataFrame:
    """Images in folders below rings/images, and the votes of ten volunteers, as rings.yaml says."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(galaxies):
        seen = int(rng.integers(0, 11))  # volunteers who see a ring
        kinds = rng.multinomial(seen, rng.dirichlet([1, 1, 1]))
        path = f"night{i % 3}/galaxy-{i // 3}.png"
        radius_px = (12.0, 24.0, 18.0)[int(np.argmax(kinds))]
        file = folder / "rings" / "images" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ring_picture(radius_px, 0.8 * seen / 10, rng))
        # Of every seventh galaxy, one kind was not counted: no loss where nobody saw a ring.
        counted = (kinds[0], None, kinds[2]) if i % 7 == 0 else kinds
        rows.append((path, seen, 10 - seen, *counted))
    votes = pd.DataFrame(rows, columns=["path", *RING_COLUMNS])
    votes.to_parquet(folder / "rings" / "votes.parquet")
    return votes


def ring_config(**files) -> dict:
    """The experiment on rings in small, on counted votes, which its last stage learns as such."""
    own = RINGS["survey"]["own"] | {"labels": "votes"} | files
    survey = RINGS["survey"] | {"name": "tiny", "crop": 48, "holdout": 0.25, "own": own}
    head, every = SMALL["stages"]
    stages = [head | {"vote_weights": 5}, every | {"loss": "dirichlet_multinomial"}]
    return RINGS | SMALL | {"survey": survey, "stages": stages}


@pytest.fixture(scope="module")
def rings(tmp_path_factory):
    """A checkout in which the experiment on rings is done, in small."""
    checkout = Checkout(tmp_path_factory.mktemp("rings"), ring_config())
    checkout.votes = ring_survey(checkout.folder)
    run = checkout.make()
    assert run.returncode == 0, run.stdout
    return checkout


def would_run(checkout: Checkout, config: dict) -> set[str]:
    """The rules that a dry run lists."""
    jobs = {job.split()[0] for job in checkout.would_run(config)}
    checkout.write_config(ring_config())
    return jobs


def by_id(votes: pd.DataFrame) -> pd.DataFrame:
    """Votes by GalaxyID, which is the place of the galaxy's path in the alphabet."""
    return votes.sort_values("path").set_axis(range(1, len(votes) + 1))


def test_a_tree_of_ones_own_is_what_is_learnt_and_predicted(rings):
    tree = tree_from(RINGS["tree"])
    labels = labels_in(rings.survey / "training.csv")
    assert labels.columns.tolist() == RING_COLUMNS
    votes = by_id(rings.votes)[RING_COLUMNS]
    expected = votes.astype(float) / 10  # kinds are among those who see one
    lacking = expected["outer"].isna()
    expected.loc[lacking, RING_COLUMNS[2:]] = np.nan
    expected[lacking & (expected["ring"] == 0)] = [0, 1, 0, 0, 0]
    np.testing.assert_allclose(labels, expected, atol=1e-12)
    assert 0 < labels.isna().sum().sum() < 3 * 9
    counted = votes_of(read_index(rings.survey / "training.csv"), tree)
    np.testing.assert_array_equal(counted, votes.astype(float))
    bag = pd.read_parquet(rings.results / "bag" / "holdout.parquet")
    assert bag.columns.tolist() == ["GalaxyID", *RING_COLUMNS]
    assert len(bag) == 15
    assert tree.sum_errors(bag[RING_COLUMNS].to_numpy()).max() < 1e-9
    assert bag[RING_COLUMNS].to_numpy().min() >= 0


def test_every_galaxy_of_ones_own_has_its_own_picture(rings):
    crops = np.load(rings.survey / "training.npy")
    ids = pd.read_csv(rings.survey / "training.csv")["GalaxyID"].tolist()
    for row, galaxy in enumerate(ids):
        path = rings.folder / "rings" / "images" / by_id(rings.votes)["path"][galaxy]
        with Image.open(path) as image:
            np.testing.assert_array_equal(crops[row], np.asarray(image)[8:56, 8:56])


def test_scores_and_report_follow_a_tree_of_ones_own(rings):
    metrics = json.loads((rings.results / "metrics.json").read_text())
    labels = labels_in(rings.survey / "training.csv")
    bag = pd.read_parquet(rings.results / "bag" / "holdout.parquet").set_index("GalaxyID")
    errors = bag - labels.loc[bag.index]
    assert errors.isna().any(axis=None)
    assert metrics["rmse"]["bag"] == pytest.approx(np.sqrt(np.nanmean(errors**2)))
    assert metrics["questions"].keys() == {"1", "2"}
    kinds = errors[["inner", "outer", "collisional"]].to_numpy()
    assert metrics["questions"]["2"] == pytest.approx(np.sqrt(np.nanmean(kinds**2)))
    votes = by_id(rings.votes)[RING_COLUMNS].astype(float).loc[bag.index].to_numpy()
    floor = vote_noise_floor(votes, labels.loc[bag.index].to_numpy(), tree_from(RINGS["tree"]))
    assert metrics["rmse"]["vote_noise_floor"] == pytest.approx(floor)
    single = pd.read_parquet(rings.results / "seed0" / "predictions" / "holdout_single.parquet")
    unsure = single[["dispersion_1", "dispersion_2"]].to_numpy()
    expected = dirichlet_scores(bag.to_numpy(), unsure, votes, tree_from(RINGS["tree"]))
    assert 0 < expected["width"] < 1
    for key in ("coverage", "width"):
        assert metrics["intervals"]["dirichlet"][key] == pytest.approx(expected[key])
    page = (rings.results / "report.html").read_text(encoding="utf-8")
    assert "1. Does the galaxy have a ring?" in page
    assert "2. What kind of ring is it?" in page
    assert "5 answers to the 2 questions of" in " ".join(page.split())
    assert "Galaxy Zoo 2" not in page
    missing = labels.isna().sum().sum()
    assert f"{missing} answers of 60 galaxies have no label, most of them of question 2" in page
    masked = pd.read_csv(rings.survey / "masked.csv").set_index("reason")["answers"]
    assert masked["no label was given"] == missing / 3
    assert masked.sum() == missing
    log = (rings.survey / "logs" / "crop_training.log").read_text(encoding="utf-8")
    assert f"question 2, answers without a label: {missing // 3} in {missing // 3} of 60" in log
    assert not re.search(r">\s*nan\b", page)
    assert "no error here can be compared with a score on Kaggle" in " ".join(page.split())
    assert not (rings.results / "submission.csv.gz").exists()


def test_other_words_train_nothing_and_another_tree_does(rings):
    first, second = RINGS["tree"]
    ring, no_ring = first["answers"]
    words = [first | {"answers": [ring | {"phrase": "ringed"}, no_ring]}, second]
    figures = {"plot_errors", "plot_galaxies", "explorer", "plot_augmentation", "plot_attribution"}
    figures |= {"check_survey"}
    assert would_run(rings, ring_config() | {"tree": words}) == figures | {
        "resolved_config",
        "finish",
        "write_report",
        "all",
    }
    everyone = [first, second | {"parent": None}]
    jobs = would_run(rings, ring_config() | {"tree": everyone})
    assert {"label_own", "crop_training", "train_stage", "predict_holdout", "evaluate"} <= jobs
    assert would_run(rings, ring_config()) == set()


def test_another_column_to_carry_and_who_labelled_train_nothing(rings):
    jobs = would_run(rings, ring_config(carry=["z"]))
    assert {"name_own", "compare_missing", "check_survey", "explorer", "write_report"} <= jobs
    assert not {"label_own", "crop_training", "split", "train_stage", "bag", "evaluate"} & jobs
    survey = ring_config()["survey"] | {"labelled_by": "experts"}
    assert would_run(rings, ring_config() | {"survey": survey}) == {
        *("plot_errors", "plot_galaxies", "plot_augmentation", "check_survey"),
        *("resolved_config", "finish", "write_report", "all"),
    }


def test_the_record_says_where_the_owner_s_names_are(rings):
    assert read_finished(rings.results).galaxies == rings.survey / "raw" / "galaxies.csv"


def test_ones_own_files_replaced_by_older_ones_are_read_again(rings):
    table = rings.folder / "rings" / "votes.parquet"
    image = rings.folder / "rings" / "images" / "night1" / "galaxy-2.png"
    for file in (table, image):
        kept = shutil.copy2(file, rings.folder / "kept")
        replaced_by_older(file, file.read_bytes())
        jobs = would_run(rings, ring_config())
        shutil.copy2(kept, file)
        if file == image:  # of a folder's files, sizes and dates alone are looked at
            assert {"label_own", "crop_training"} <= jobs
        else:
            assert jobs == set()
    kept = shutil.copy2(table, rings.folder / "kept")
    replaced_by_older(table, table.read_bytes() + b"PAR1")
    assert {"label_own", "crop_training"} <= would_run(rings, ring_config())
    shutil.copy2(kept, table)
    assert would_run(rings, ring_config()) == set()


def test_a_row_without_an_image_is_rejected_or_ends_the_crop(rings, tmp_path):
    checkout = Checkout(tmp_path, ring_config())
    shutil.copytree(rings.folder / "rings", checkout.folder / "rings")
    (checkout.folder / "rings" / "images" / "night1" / "galaxy-2.png").unlink()
    target = "results/surveys/tiny/training.npy"
    run = checkout.make(target)
    assert run.returncode == 0, run.stdout
    assert "without an image: 1, such as night1/galaxy-2.png" in run.stdout
    rejected = pd.read_csv(checkout.survey / "rejected.csv")
    reason = "night1/galaxy-2.png, row 8: " + NOT_NAMED
    galaxy = by_id(rings.votes).query("path == 'night1/galaxy-2.png'").index[0]
    assert rejected.to_numpy().tolist() == [[galaxy, reason]]
    stopping = ring_config()
    stopping["survey"]["on_bad_galaxy"] = "stop"
    checkout.write_config(stopping)
    run = checkout.make(target)
    assert run.returncode != 0
    assert f"{galaxy}: {reason}" in run.stdout
    assert "Traceback (most recent call last)" not in run.stdout


def test_a_look_before_training_tells_what_would_stop_and_crops_nothing(tmp_path, browser):
    stopping = ring_config()
    stopping["survey"]["on_bad_galaxy"] = "stop"
    alike = {"views": {"tta": {"rotations": 1}}, "short": {"stages": SMALL["stages"][1:]}}
    larger = {"large": {"stages": [SMALL["stages"][0] | {"size": 40}]}}
    checkout = Checkout(tmp_path, stopping | {"variants": alike | larger})
    ring_survey(checkout.folder)
    (checkout.folder / "rings" / "images" / "night1" / "galaxy-2.png").unlink()
    (checkout.folder / "rings" / "images" / "night0" / "galaxy-3.png").write_bytes(b"no picture")
    run = checkout.run("check", "--cores", "1")
    assert run.returncode == 0, run.stdout
    assert "The run would stop: 2 galaxies cannot be used." in run.stdout
    told = "tiny: 58 of 60 galaxies can be used, 2 cannot; 59 of 59 pictures were read, page: "
    assert f"{told}results/tiny/check.html" in run.stdout
    pages = {path.parent.name for path in checkout.results.parent.glob("*/check.html")}
    assert pages == {"tiny", "tiny-large"}  # the others would look alike
    assert not list(checkout.survey.glob("*.npy"))
    held = json.loads((checkout.results / "check.json").read_text(encoding="utf-8"))
    assert held.keys() == HELD.keys()
    assert held["left_out"][0]["example"].endswith("night1/galaxy-2.png, row 8: " + NOT_NAMED)
    with opened(browser, checkout.results / "check.html") as page:
        assert "The run would stop" in page.locator("header").inner_text()
        require_links(page)


def test_what_is_wrong_with_ones_own_files_is_one_line(rings):
    for files, line in (
        ({"table": "rings/vots.csv"}, "survey.own.table: there is no rings/vots.csv; give"),
        ({"labels": "gz2_fraction"}, "config: survey.own.labels: gz2_fraction names Galaxy Zoo"),
    ):
        rings.write_config(ring_config(**files))
        run = rings.make()
        rings.write_config(ring_config())
        assert run.returncode != 0
        assert line in run.stdout
        assert "Traceback" not in run.stdout


def test_a_single_column_is_a_regression(tmp_path):
    rng = np.random.default_rng(1)
    values = rng.random(60)
    ids = rng.permutation(np.arange(1000, 1060))
    checkout = Checkout(tmp_path)
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for galaxy, value in zip(ids, values, strict=True):
            archive.writestr(f"cut-outs/{galaxy}.png", picture(255 * value, rng))
    pd.DataFrame({"objid": ids, "glow": values}).to_csv(tmp_path / "table.csv.gz", index=False)
    tree = [{"text": "How bright is it?", "answers": [{"column": "glow", "name": "glow"}]}]
    files = {"images": "images.zip", "table": "table.csv.gz", "image_column": "objid"}
    survey = {"name": "tiny", "source": "own", "own": files, "crop": 48, "holdout": 0.25}
    checkout.write_config(SMALL | {"tree": tree, "survey": survey})
    run = checkout.make()
    assert run.returncode == 0, run.stdout
    labels = labels_in(checkout.survey / "training.csv")
    expected = pd.Series(values, ids).sort_index()
    assert labels.index.tolist() == expected.index.tolist() == list(range(1000, 1060))
    np.testing.assert_allclose(labels["glow"], expected)
    bag = pd.read_parquet(checkout.results / "bag" / "holdout.parquet").set_index("GalaxyID")
    assert bag.columns.tolist() == ["glow"]
    assert bag["glow"].between(0, 1).all()
    assert bag["glow"].std() > 0.05  # neither a constant nor shared out to 1
    metrics = json.loads((checkout.results / "metrics.json").read_text())
    error = np.sqrt(((bag["glow"] - labels["glow"].loc[bag.index]) ** 2).mean())
    assert metrics["rmse"]["bag"] == metrics["questions"]["1"] == pytest.approx(error)
    assert metrics["rmse"]["bag"] < metrics["rmse"]["mean_label"]
    page = (checkout.results / "report.html").read_text(encoding="utf-8")
    assert "1 answer to the 1 question of" in " ".join(page.split())


CLASSES = yaml.safe_load(
    (ROOT / "config" / "experiments" / "classes.yaml").read_text(encoding="utf-8")
)
KINDS_OF_LIGHT = {"elliptical": 60, "lenticular": 110, "spiral": 160, "irregular": 210}


def test_classes_are_learnt_and_told_by_the_owners_names(tmp_path):
    """The experiment of classes.yaml in small: a class column, tiles, and columns carried along."""
    rng = np.random.default_rng(3)
    rows = []
    for i, kind in enumerate(np.repeat([*KINDS_OF_LIGHT], [20, 20, 13, 7])):
        path = tmp_path / "classes" / "images" / f"J{97 * i % 60:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(KINDS_OF_LIGHT[kind], rng))
        rows.append((path.stem, kind, f"tile{i // 2}", 10.5 + i, -i, 0.01 * i))
    columns = ["image", "type", "tile", "ra", "dec", "redshift"]
    table = pd.DataFrame(rows, columns=columns)
    table.loc[len(table)] = ["J99", "spirla", "", 0, 0, 0]
    table.to_csv(tmp_path / "classes" / "types.csv", index=False, sep=";")
    survey = CLASSES["survey"] | {"name": "tiny", "crop": 48, "holdout": 0.25}
    stages = [stage | {"class_weights": "balanced"} for stage in SMALL["stages"]]
    checkout = Checkout(tmp_path, CLASSES | SMALL | {"survey": survey, "stages": stages})
    run = checkout.make()
    assert run.returncode == 0, run.stdout
    rejected = pd.read_csv(checkout.survey / "rejected.csv")
    assert rejected["reason"].str.contains("J99, row 61: type is 'spirla', which is none").tolist()

    labels = labels_in(checkout.survey / "training.csv")
    assert labels.columns.tolist() == [*KINDS_OF_LIGHT]
    by_name = table.drop(index=60).sort_values("image").set_axis(labels.index)  # ids are ranks
    assert (labels.idxmax(axis=1) == by_name["type"]).all()
    parts = pd.read_csv(checkout.results / "seed0" / "split.csv").set_index("GalaxyID")["part"]
    assert parts.groupby(by_name["tile"]).nunique().max() == 1
    assert parts.groupby(by_name["type"]).nunique().tolist() == [3] * 4

    told = pd.read_csv(checkout.results / "predictions.csv", index_col="GalaxyID")
    held_out = by_name.loc[parts.index[parts == "holdout"]]
    assert told["name"].tolist() == held_out["image"].tolist()
    np.testing.assert_allclose(told["ra"], held_out["ra"])
    explorer = json.loads((checkout.results / "explorer.json").read_text())
    assert explorer["carried"] == ["ra", "dec", "redshift"]
    assert sorted(explorer["galaxies"]["name"]) == sorted(held_out["image"])
    figures = checkout.results / "figures"
    by_property = pd.read_csv(figures / "error_by_property.csv")
    assert {"ra", "dec", "redshift"} < set(by_property["property"])
    assert pd.read_csv(figures / "galaxies_best.csv")["name"].isin(held_out["image"]).all()
    areas = pd.read_csv(figures / "class_roc.csv").groupby("class")["area"].first()
    assert set(areas.index) == {*KINDS_OF_LIGHT}
    page = (checkout.results / "report.html").read_text(encoding="utf-8")
    for file in ("class_confusion.csv", "class_roc.csv", "class_precision_recall.csv"):
        assert f"figures/{file}" in page
        assert (figures / file).exists()
    record = json.loads((checkout.survey / "provenance.json").read_text())
    assert "types.csv" in [file["name"] for file in record["files"]]


SPIRAL = {1: 8, 2: 32, 5: 32, 6: 8, 7: 24, 9: 32, 12: 32, 15: 40, 17: 8}
ROUND = {1: 40, 15: 40, 16: 30, 17: 10}


@pytest.mark.parametrize("labels", ["gz2_fraction", "gz2_debiased"])
def test_galaxy_zoo_2s_votes_in_a_fits_table_are_its_trees_labels(tmp_path, labels):
    names = [f"J{i:04}.5-00.1" for i in range(12)]
    galaxies = {i: (SPIRAL, ROUND)[i % 2] for i in range(12)}
    table = catalogue_table(galaxies, of=labels.removeprefix("gz2_"))
    checkout = Checkout(tmp_path)
    (tmp_path / "images").mkdir()
    rng = np.random.default_rng(2)
    for name in names:
        (tmp_path / "images" / f"{name}.png").write_bytes(picture(100, rng))
    write_table(table.assign(iauname=names), tmp_path / "gz2.fits")
    files = {"images": "images", "table": "gz2.fits", "image_column": "iauname", "labels": labels}
    survey = {"name": "tiny", "source": "own", "own": files, "crop": 48, "holdout": 0.25}
    checkout.write_config(SMALL | {"survey": survey})
    run = checkout.make("results/surveys/tiny/holdout.csv")
    assert run.returncode == 0, run.stdout
    found = labels_in(checkout.survey / "training.csv")
    assert tuple(found.columns) == GALAXY_ZOO_2.columns
    assert found.index.tolist() == list(range(1, 13))
    for row, votes in ((1, SPIRAL), (2, ROUND)):
        by_column = {CLASS_OF_ANSWER[answer]: n / 40 for answer, n in votes.items()}
        expected = [by_column.get(column, 0) for column in found.columns]
        # The table has three decimals, and an answer at most four questions above it.
        np.testing.assert_allclose(found.loc[row], expected, atol=4 * 5e-4)
    assert GALAXY_ZOO_2.sum_errors(found.to_numpy()).max() < 1e-9


@pytest.mark.parametrize(
    ("rows", "end"), [(SHOWN, f"g{SHOWN - 1}, where"), (SHOWN + 1, "..., where")]
)
def test_rows_without_images_are_named_and_what_is_left_out_is_said(rows, end):
    cells = pd.Series([f"g{i}" for i in range(rows)], name="path")
    with pytest.raises(InputError) as error:
        tell_of_matches(cells, pd.DataFrame({"id": []}), Path("images"), Path("votes.csv"))
    assert end in str(error.value)
