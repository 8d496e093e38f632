"""The networks from Python: every form of pictures, and what is refused before any work."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from galaxyzoo.catalogue.finished_ensemble import its_reference, load_ensemble
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.predict import Networks, load, predict


@pytest.fixture(scope="module")
def networks(finished) -> Networks:
    return load(finished.results)


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory) -> Path:
    """The test pictures as files in a folder."""
    folder = tmp_path_factory.mktemp("pictures")
    with zipfile.ZipFile(finished.survey / "raw" / "images_test_rev1.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".jpg"):
                (folder / Path(name).name).write_bytes(archive.read(name))
    return folder


@pytest.fixture(scope="module")
def files(folder) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: int(path.stem))


@pytest.fixture(scope="module")
def expected(networks, folder) -> pd.DataFrame:
    return predict(networks, folder)


def same_but_ids(found: pd.DataFrame, expected: pd.DataFrame) -> bool:
    """Whether two catalogues are equal bit for bit, whatever their galaxies are called."""
    return found.drop(columns="id").equals(expected.drop(columns="id"))


def test_all_forms_of_the_same_pictures_give_the_same(networks, files, expected):
    ids = [int(path.stem) for path in files]
    assert expected["id"].tolist() == ids
    assert not expected["flag_bad_image"].any()
    assert (expected["bar_yes_fraction_90pc_lower"] <= expected["bar_yes_fraction"]).all()
    assert predict(networks, files).equals(expected)
    assert predict(networks, map(str, files)).equals(expected)
    contents = [path.read_bytes() for path in files]
    by_place = predict(networks, contents)
    assert by_place["id"].tolist() == list(range(1, len(files) + 1))
    images = [Image.open(path) for path in files]
    arrays = np.stack([np.asarray(image) for image in images])
    for form in (images, arrays, list(arrays), [files[0], *contents[1:]]):
        assert same_but_ids(predict(networks, form), expected)
    named = predict(networks, dict(zip("abcdefg", contents, strict=True)))
    assert named["id"].tolist() == list("abcdefg")
    assert same_but_ids(named, expected)


def test_one_picture_is_one_row_in_the_same_columns(networks, files, expected):
    with Image.open(files[0]) as image:
        forms = (str(files[0]), files[0].read_bytes(), image, np.asarray(image))
        rows = [predict(networks, form) for form in forms]
    assert rows[0]["id"].tolist() == [int(files[0].stem)]
    for row in rows:
        assert row.columns.tolist() == expected.columns.tolist()
        assert same_but_ids(row, rows[0])
    np.testing.assert_allclose(rows[0]["Class1_1"], expected["Class1_1"].iloc[:1], atol=1e-6)


def test_what_cannot_be_used_is_a_row_with_its_reason(networks, files, tmp_path):
    grey = Image.open(files[1]).convert("L")
    pictures = [files[0].read_bytes(), b"no picture", np.zeros((9, 9, 3), np.uint8), grey]
    pictures += [tmp_path / "gone.jpg", Image.new("CMYK", (300, 300))]
    found = predict(networks, pictures)
    assert found["flag_bad_image"].tolist() == [False, True, True, False, True, True]
    reasons = found["bad_image_reason"].tolist()
    assert reasons[1] == "the image is not a JPEG or PNG file"
    assert reasons[2].startswith("the picture is 9 x 9 px, and 224 are needed")
    assert "gone.jpg" in reasons[4]
    assert "CMYK" in reasons[5]
    assert found["Class1_1"].isna().tolist() == found["flag_bad_image"].tolist()


def test_settings_are_those_of_a_catalogue(networks, folder, files, expected):
    table = pd.DataFrame({"name": ["x", "y"], "file": [path.name for path in files[:2]]})
    table["petroR90_r"] = 10.0
    table.to_csv(folder / "table.csv", index=False)
    settings = {"id_column": "name", "pixel_scale": 0.2}
    found = predict(networks, folder / "table.csv", **settings)
    os.remove(folder / "table.csv")
    assert found["id"].tolist() == ["x", "y"]
    assert found["petroR90_r"].tolist() == [10, 10]
    assert (found["how_fitted"] == "resampled").all()
    np.testing.assert_allclose(found["Class1_1"], expected["Class1_1"].iloc[:2], atol=1e-6)


@pytest.mark.parametrize(
    ("pictures", "settings", "message"),
    [
        ([], {}, "there is no picture"),
        ("nowhere", {}, "there is no nowhere; give the path of pictures"),
        ("nowhere.jpg", {}, "there is no nowhere.jpg"),
        ([b"", 3], {}, r"pictures\[1\] is of type int; give a path, bytes, an array or a PIL"),
        (np.zeros((9, 9), np.uint8), {}, r"pictures\[0\] is an array \(9,\) of uint8; give"),
        ([np.zeros((9, 9, 3))], {}, r"pictures\[0\] is an array \(9, 9, 3\) of float64; give"),
        (["a/1.jpg", "b/1.jpg"], {}, "the galaxy 1 occurs twice"),
        ([b""], {"pixel_scale": -1}, "catalogue.pixel_scale: -1 is not allowed; allowed: null, or"),
        ([b""], {"pixelscale": 1}, "unknown key catalogue.pixelscale; allowed: "),
        ([b""], {"shard_size": 1}, "shard_size: of no use here, but for `snakemake catalogue`"),
        ([b""], {"labels": {"table": "a.csv"}}, "labels: of no use here"),
    ],
)
def test_what_is_no_picture_or_setting_is_refused_before_any_work(
    networks, pictures, settings, message
):
    with pytest.raises(InputError, match=message):
        predict(networks, pictures, **settings)


def test_positions_are_for_a_run(networks, tmp_path):
    pd.DataFrame({"ra": [1.0], "dec": [2.0]}).to_csv(tmp_path / "positions.csv", index=False)
    with pytest.raises(InputError, match="whose cut-outs `snakemake catalogue` fetches"):
        predict(networks, tmp_path / "positions.csv")


def test_an_unfinished_experiment_is_a_sentence(finished, tmp_path):
    with pytest.raises(
        InputError, match=r"nowhere is no folder; give that of a finished experiment"
    ):
        predict(tmp_path / "nowhere", b"")
    with pytest.raises(InputError, match=r"is not finished: there is no .*finished.json"):
        predict(finished.survey, b"")


def test_what_training_is_like_is_read_where_it_is_kept_and_up_to_date(finished, tmp_path):
    ensemble = load_ensemble(finished.copy(tmp_path).results)
    kept = ensemble.folder / "reference.npz"
    computed = its_reference(ensemble)
    assert computed.limits.keys() == {
        "central_brightness",
        "offset_px",
        "half_light_radius_px",
        "red_share",
        "blue_share",
        "feature_distance",
    }
    limits = dict.fromkeys(computed.limits, (-1.0, 1.0))
    np.savez(
        kept,
        mean=computed.mean,
        precision=computed.precision,
        names=list(limits),
        limits=list(limits.values()),
    )
    assert its_reference(ensemble).limits == limits
    os.utime(kept, (0, 0))
    assert its_reference(ensemble).limits == computed.limits


def test_bytes_may_be_anything_a_catalogue_takes(networks, files):
    file = io.BytesIO()
    with Image.open(files[0]) as image:
        image.save(file, "PNG")
    png = predict(networks, [file.getvalue()])
    assert same_but_ids(png, predict(networks, [files[0].read_bytes()]))
