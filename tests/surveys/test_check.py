"""A look before training: every fault is counted by its kind, and labels are summed up."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.plan.labellers import VOLUNTEERS
from galaxyzoo.plan.picture_settings import pictures_of_survey
from galaxyzoo.surveys import check as module
from galaxyzoo.surveys.check import (
    FEW_GALAXIES,
    answer_rows,
    by_kind,
    check,
    drawn_galaxies,
    ignored_pictures,
    kind_of,
    spread_over,
    warnings_about,
)
from galaxyzoo.surveys.crops import Cropping
from galaxyzoo.surveys.labelled import Labelled, read_labelled
from galaxyzoo.surveys.missing_labels import FEW, KNOWN
from trees import GALAXY_ZOO_2, NUMBER_TREE, RING_TREE, VOTES_FOR_TREE

CROP_PX = 16
PICTURES = pictures_of_survey({"source": "files"})
CROPPING = Cropping(CROP_PX, PICTURES)


def image_file(level: int, size: tuple[int, int] = (20, 18), mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, level if mode == "L" else (level,) * 3).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path, random_labels):
    """A folder with the images and labels of ten galaxies, all good."""
    (tmp_path / "images").mkdir()
    for galaxy in range(1, 11):
        (tmp_path / "images" / f"{galaxy}.png").write_bytes(image_file(galaxy))
    random_labels(range(1, 11)).to_csv(tmp_path / "labels.csv")
    return tmp_path


def looked_at(folder, **files):
    """What a look at the survey in a folder finds, as JSON brings it back."""
    given = read_labelled({"labels": folder / "labels.csv"} | files, GALAXY_ZOO_2)
    source = GalaxyImages(folder / "images", PICTURES, given.image_ids)
    carried = pd.DataFrame(index=given.labels.index)
    unnamed = ignored_pictures(source, given)
    held = check(source, given, GALAXY_ZOO_2, carried, CROPPING, VOLUNTEERS, unnamed)
    return json.loads(json.dumps(held, allow_nan=False)), drawn_galaxies(source, given, CROPPING)


def test_of_a_good_survey_all_galaxies_can_be_used(folder):
    held, (drawn, crops) = looked_at(folder)
    counts = ("pictures", "galaxies", "matched", "fit", "usable", "looked_at")
    assert {held[name] for name in counts} == {10}
    assert held["kinds"] == [{"width": 20, "height": 18, "mode": "RGB", "galaxies": 10}]
    assert held["unnamed"] == 0
    assert held["unreadable"] == held["left_out"] == held["masked"] == []
    assert [row["column"] for row in held["answers"]] == list(GALAXY_ZOO_2.columns)
    assert sorted(drawn) == list(range(1, 11))
    assert crops.shape == (10, CROP_PX, CROP_PX, 3)
    assert crops[:, 0, 0, 0].tolist() == drawn  # each picture's level is its galaxy's number


def test_every_kind_of_fault_is_counted_with_an_example(folder):
    images = folder / "images"
    table = pd.read_csv(folder / "labels.csv", index_col="GalaxyID")
    table.loc[2, "Class1.1"] = 1.5
    table.loc[3, "Class1.1"] = -0.25
    table.loc[4] = np.nan
    pd.concat([table, table.loc[[5]]]).drop(6).to_csv(folder / "labels.csv")
    (images / "7.png").unlink()
    (images / "8.png").write_bytes(b"no picture")
    (images / "9.png").write_bytes(image_file(9, (15, 18)))
    (images / "10.png").unlink()
    Image.new("CMYK", (20, 18)).save(images / "10.jpg")
    (images / "a name.png").write_bytes(image_file(11))
    held, (drawn, _) = looked_at(folder)
    assert {row["kind"]: row["galaxies"] for row in held["left_out"]} == {
        "Class1.1 is …, outside [0, 1]": 2,
        "has no label": 1,
        "has … rows of labels": 1,
        "an image without labels": 1,
        "labels without an image": 1,
        "the image's name is no GalaxyID": 1,
    }
    assert held["left_out"][0]["example"] == "2: Class1.1 is 1.5, outside [0, 1]"
    assert [(row["kind"], row["galaxies"], row["example"][:2]) for row in held["unreadable"]] == [
        ("the image is not a JPEG or PNG file", 1, "8:"),
        ("the picture is … x … px, and … are needed", 1, "9:"),
        ("the image is of mode CMYK, not RGB", 1, "10"),
    ]
    assert held["galaxies"] == 11  # ten, and a picture without a number
    assert (held["fit"], held["looked_at"], held["usable"]) == (4, 4, 1)
    assert [[*row.values()] for row in held["kinds"]] == [
        [20, 18, "RGB", 1],
        [15, 18, "RGB", 1],
        [20, 18, "CMYK", 1],
    ]
    assert drawn == [1]


@pytest.mark.parametrize(
    ("reason", "called", "kind"),
    [
        ("J1 12, row 3: no is -9.5, below 0", "J1 12, row 3", "no is …, below 0"),
        ("night/7.png: it has no folder", "night/7.png, row 3", "it has no folder"),
        ("x, row 12: ring is 'may, be', which is no number", "", "ring is …, which is no number"),
        ("several images: a/7.jpg, 7.PNG", "", "several images: …"),
        (
            "rows 6 and 7 name the same image, b.jpg; keep one of them",
            "",
            "rows … and … name the same image, …; keep one of them",
        ),
        (
            "question 2's answers sum to 0.4, not to Class1.2 = 0.5",
            "",
            "question …'s answers sum to …, not to Class1.2 = …",
        ),
    ],
)
def test_a_kind_of_reason_has_no_names_and_numbers(reason, called, kind):
    assert kind_of(reason, called) == kind


def test_kinds_come_by_how_many_they_are_and_the_example_is_the_first_galaxy():
    faults = {9: "has no label", "row 3": "name is empty", 4: "g 4, row 1: ring is 2"}
    faults |= {3: "g 3, row 7: ring is 11"}
    assert by_kind(faults, {3: "g 3, row 7"}) == [
        {"kind": "ring is …", "galaxies": 2, "example": "3: g 3, row 7: ring is 11"},
        {"kind": "has no label", "galaxies": 1, "example": "9: has no label"},
        {"kind": "name is empty", "galaxies": 1, "example": "row 3: name is empty"},
    ]


def test_at_most_so_many_pictures_are_read_from_all_over(folder, monkeypatch):
    assert spread_over([]) == []
    monkeypatch.setattr(module, "MOST_LOOKED_AT", 3)
    assert spread_over(list(range(100, 111))) == [100, 105, 110]
    held, _ = looked_at(folder)
    assert (held["looked_at"], held["fit"], held["usable"]) == (3, 10, 10)


def test_no_more_than_a_sheet_is_drawn_and_it_is_drawn_again_the_same(folder, monkeypatch):
    monkeypatch.setattr(module, "DRAWN", 4)
    _, (drawn, crops) = looked_at(folder)
    assert len(drawn) == len(crops) == len({*drawn}) == 4
    assert looked_at(folder)[1][0] == drawn


def test_the_share_of_an_answer_is_of_those_who_were_asked():
    labels = np.full((3, 6), np.nan)
    labels[0] = [0.8, 0.2, 0.4, 0.4, 0.0, 0.1]
    labels[1] = [0.4, 0.6, 0.1, 0.1, 0.2, 0.3]
    labels[2] = [0.6, 0.4, np.nan, np.nan, np.nan, np.nan]
    rows = {row["column"]: row for row in answer_rows(labels, RING_TREE)}
    assert rows["ring"]["share"] == pytest.approx(1.8 / 3)
    assert rows["inner"]["share"] == pytest.approx(0.5 / 1.2)  # by hand: of two galaxies
    assert rows["z"]["share"] == pytest.approx(0.2)
    assert [rows[c]["labelled"] for c in ("no", "inner", "z")] == [3, 2, 2]
    assert (rows["inner"]["lowest"], rows["inner"]["highest"]) == (0.1, 0.4)
    # Of the second galaxy less than half were asked for the kind of ring.
    mains = [rows[c]["main"] for c in ("ring", "no", "inner", "outer", "other", "z")]
    assert mains == [2, 1, 1, 0, 0, None]
    assert rows["z"]["single"]


def test_an_answer_without_a_label_has_no_numbers():
    [row] = answer_rows(np.full((2, 1), np.nan), NUMBER_TREE)
    assert row["labelled"] == 0
    assert row["share"] is row["lowest"] is row["highest"] is row["main"] is None


def test_rare_answers_and_those_nobody_was_asked_for_are_warned_of():
    labels = np.tile([0.8, 0.5, 0.3], (FEW_GALAXIES, 1))
    [rare] = warnings_about(answer_rows(labels, VOTES_FOR_TREE), VOLUNTEERS)
    assert "dust (0)" in rare
    assert "arc" not in rare
    [rare] = warnings_about(answer_rows(labels[1:], VOTES_FOR_TREE), VOLUNTEERS)
    assert f"arc ({FEW_GALAXIES - 1}), dust (0)" in rare
    [unasked] = warnings_about(answer_rows(np.zeros((9, 3)), VOTES_FOR_TREE), VOLUNTEERS)
    assert "no galaxy has a label of arc, dust: nothing but 0 can be learnt" in unasked


def test_of_a_survey_without_a_good_galaxy_the_reasons_are_told(folder):
    for image in (folder / "images").iterdir():
        image.write_bytes(b"no picture")
    held, (drawn, crops) = looked_at(folder)
    assert (held["galaxies"], held["usable"]) == (10, 0)
    assert [row["galaxies"] for row in held["unreadable"]] == [10]
    assert held["kinds"] == held["warnings"] == drawn == []
    assert crops.shape == (0, CROP_PX, CROP_PX, 3)
    table = pd.read_csv(folder / "labels.csv", index_col="GalaxyID")
    (table + 2).to_csv(folder / "labels.csv")
    held, _ = looked_at(folder)
    assert (held["fit"], held["looked_at"], held["usable"]) == (0, 0, 0)


def test_masked_answers_are_those_of_the_galaxies_that_can_be_used(folder, random_labels):
    labels = random_labels([1, 2])
    notes = pd.DataFrame(KNOWN, labels.index, labels.columns).astype(np.uint8)
    notes["Class7.1"] = FEW
    given = Labelled(labels, notes, {2: "bad"}, {}, None)
    source, carried = GalaxyImages(folder / "images", PICTURES), pd.DataFrame(index=labels.index)
    unnamed = ignored_pictures(source, given)
    held = check(source, given, GALAXY_ZOO_2, carried, CROPPING, VOLUNTEERS, unnamed)
    [row] = held["masked"]
    assert (row["question"], row["galaxies"], row["of_galaxies"]) == (7, 1, 1)
    assert held["matched"] == 2


def test_pictures_that_no_row_names_are_counted(folder):
    names = folder / "names.csv"
    rows = [(galaxy, f"{galaxy}.png", f"g{galaxy}", galaxy) for galaxy in range(1, 9)]
    table = pd.DataFrame(rows, columns=["GalaxyID", "image", "id", "row"])
    table.to_csv(names, index=False)
    held, _ = looked_at(folder, image_names=names)
    assert (held["pictures"], held["unnamed"], held["matched"]) == (10, 2, 8)
    assert held["left_out"][0]["kind"] == "labels without an image"


def test_of_many_rare_answers_some_are_named_and_the_others_counted():
    row = {"labelled": 9, "share": 0.1, "main": 2}
    (said,) = warnings_about([row | {"column": f"a{number}"} for number in range(8)], VOLUNTEERS)
    assert "asked: a0 (2), a1 (2), a2 (2), a3 (2), a4 (2) and 3 others. A network" in said
