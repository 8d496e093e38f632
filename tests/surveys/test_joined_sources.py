"""A look at several surveys before any crop: each galaxy by its own picture, rules and name."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.plan.labellers import VOLUNTEERS
from galaxyzoo.plan.picture_settings import USUAL, pictures_of_survey
from galaxyzoo.surveys.check import check, drawn_galaxies, ignored_pictures
from galaxyzoo.surveys.crops import Cropping
from galaxyzoo.surveys.joined_sources import (
    files_of_place,
    joined_cropping,
    joined_images,
    joined_labelled,
)
from galaxyzoo.surveys.labelled import read_labelled
from trees import GALAXY_ZOO_2

SURVEYS, CROP_PX = ["near", "far"], 16
SETTINGS = [
    pictures_of_survey({"source": "files"}),
    pictures_of_survey(
        {"source": "own", "own": USUAL | {"sizes": "pad", "radius_column": None, "table": "t.csv"}}
    ),
]


def write_picture(path, level: int, width: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (width, width), (level,) * 3).save(file, "PNG")
    path.write_bytes(file.getvalue())


@pytest.fixture
def given(tmp_path, random_labels):
    """Two surveys: near has galaxies 1 to 4, and far small pictures of g1 to g3 and one of nobody.

    Of far, g3's labels are impossible. Of near, 4 has no picture.
    """
    for survey in SURVEYS:
        (tmp_path / survey).mkdir()
    for galaxy in range(1, 4):
        write_picture(tmp_path / "near" / f"{galaxy}.png", galaxy, 20)
    for galaxy in range(1, 5):
        write_picture(tmp_path / "far" / f"g{galaxy}.png", 100 + galaxy, 10)
    random_labels(range(1, 5)).to_csv(tmp_path / "near.csv")
    labels = random_labels(range(1, 4))
    labels.loc[3] = 2.0
    labels.to_csv(tmp_path / "far.csv")
    rows = [(n, f"g{n}.png", f"g{n}", 9 + n) for n in range(1, 4)]
    names = pd.DataFrame(rows, columns=["GalaxyID", "image", "id", "row"])
    names.to_csv(tmp_path / "names.csv", index=False)
    files = {
        "labels_0": tmp_path / "near.csv",
        "labels_1": tmp_path / "far.csv",
        "image_names_1": tmp_path / "names.csv",
        "index": tmp_path / "training.csv",
    }
    parts = [read_labelled(files_of_place(files, place), GALAXY_ZOO_2) for place in (0, 1)]
    sources = [
        GalaxyImages(tmp_path / survey, pictures, part.image_ids)
        for survey, pictures, part in zip(SURVEYS, SETTINGS, parts, strict=True)
    ]
    return parts, sources


def test_a_look_counts_the_galaxies_of_all_and_tells_whose_are_bad(given):
    parts, sources = given
    source, together = joined_images(SURVEYS, sources), joined_labelled(SURVEYS, parts, sources)
    cropping = joined_cropping([Cropping(CROP_PX, pictures) for pictures in SETTINGS])
    carried = pd.DataFrame(index=together.labels.index)
    unnamed = sum(map(ignored_pictures, sources, parts))
    held = check(source, together, GALAXY_ZOO_2, carried, cropping, VOLUNTEERS, unnamed)
    counts = ("pictures", "unnamed", "galaxies", "matched", "fit", "usable")
    assert [held[name] for name in counts] == [7, 1, 7, 6, 5, 5]
    assert held["unreadable"] == []  # far's are smaller than the crop, and padded
    assert {row["kind"]: row["example"] for row in held["left_out"]} == {
        "labels without an image": "8: near: 4: labels without an image",
        "Class1.1 is …, outside [0, 1]": "7: far: g3, row 12: Class1.1 is 2.0, outside [0, 1]",
    }
    drawn, crops = drawn_galaxies(source, together, cropping)
    levels = dict(zip(drawn, crops[:, CROP_PX // 2, CROP_PX // 2, 0].tolist(), strict=True))
    assert levels == {2: 1, 4: 2, 6: 3, 3: 101, 5: 102}
    by_corner = dict(zip(drawn, crops[:, 0, 0, 0].tolist(), strict=True))
    assert (by_corner[2], by_corner[3]) == (1, 0)
    assert together.called[3] == "far: g1, row 10"
    assert together.called[2] == "near: 1"


def test_each_galaxy_keeps_its_labels(given):
    parts, _ = given
    together = joined_labelled(SURVEYS, parts)
    assert together.labels.index.tolist() == [2, 4, 6, 8, 3, 5, 7]
    assert np.array_equal(together.labels.loc[5], parts[1].labels.loc[2])
    assert np.array_equal(together.notes.loc[6], parts[0].notes.loc[3])


def test_one_survey_by_itself_stays_as_it_is(given):
    parts, sources = given
    assert joined_labelled(["near"], parts[:1]) is parts[0]
    assert joined_images(["near"], sources[:1]) is sources[0]
    cropping = Cropping(CROP_PX, SETTINGS[0])
    assert joined_cropping([cropping]) is cropping
