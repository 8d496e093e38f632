"""Training takes whatever pictures a catalogue takes, and makes the same pixels of them."""

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy.io import fits
from PIL import Image
from pyarrow import parquet

from galaxyzoo.catalogue.batches import fitted_pictures
from galaxyzoo.catalogue.ensemble import predict_together
from galaxyzoo.catalogue.sources import list_galaxies
from galaxyzoo.engine.augmentation import first_view
from galaxyzoo.engine.ensemble import Member
from galaxyzoo.engine.prediction import predict_by_views, ready
from galaxyzoo.files.galaxy_images import GalaxyImages
from galaxyzoo.files.picture_sources import PictureReader
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.plan.config import catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import as_trained, pictures_of_survey, taught
from galaxyzoo.predict import Given
from galaxyzoo.showing.answers import crop_of
from galaxyzoo.surveys.crops import crop_survey
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.surveys.own import write_labels
from galaxyzoo.surveys.own_rows import own_galaxies, own_groups
from galaxyzoo.tree.decision_tree import tree_from
from tiny_network import CPU, new_tiny_network

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
KINDS = tree_from([{"answers": [{"column": "spiral"}, {"column": "round"}]}])
OWN = dict.fromkeys(["id_column", "radius_column", "hdu", "pixel_scale", "training_scale"]) | {
    "image_column": "file",
    "labels": "class",
    "class_column": "kind",
    "missing": [],
    "far_sums": "normalise",
    "bands": ["i", "r", "g"],
    "stretch": {"minimum": 0.0, "stretch": 50.0, "q": 8.0, "scales": None},
    "sizes": "crop",
}
SIZE_PX = 16
RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (24, 20, 3), dtype=np.uint8)
FLUX = RNG.exponential(60, (3, 24, 20)).astype(np.float32)


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def fits_file(planes: np.ndarray, **header: str) -> bytes:
    unit = fits.PrimaryHDU(planes)
    unit.header.update(header)
    file = io.BytesIO()
    unit.writeto(file)
    return file.getvalue()


COLOUR = Image.fromarray(COLOURS)
PICTURES = {
    "colour.jpg": encoded(COLOUR, "JPEG"),
    "deep.png": encoded(Image.fromarray(COLOURS[..., 0].astype(np.uint16) * 257)),
    "grey.jpg": encoded(COLOUR.convert("L"), "JPEG"),
    "palette.png": encoded(COLOUR.quantize()),
    "clear.png": encoded(COLOUR.convert("RGBA")),
    "cube.fits": fits_file(FLUX, BANDS="irg"),
    "plane.fits": fits_file(FLUX[0]),
    **{f"bands-{band}.fits": fits_file(FLUX[at]) for at, band in enumerate("irg")},
}
NAMES = sorted({name.partition(".")[0].partition("-")[0] for name in PICTURES})


def folder_of(path: Path) -> Path:
    (path / "more").mkdir(parents=True)
    for name, content in PICTURES.items():
        (path / ("more" if "bands" not in name else ".") / name).write_bytes(content)
    return path


def zip_of(path: Path) -> Path:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for name, content in PICTURES.items():
            archive.writestr(f"more/{name}", content)
    return path.with_suffix(".zip")


def tar_of(path: Path) -> Path:
    """A tar as WebDataset keeps one, where KEY.image.jpg is the picture of KEY."""
    with tarfile.open(path.with_suffix(".tar"), "w") as archive:
        for name, content in PICTURES.items():
            stem, _, suffix = name.partition(".")
            member = tarfile.TarInfo(f"{stem}.image.{suffix}" if suffix != "fits" else name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path.with_suffix(".tar")


def cropped(folder: Path, images: Path, table: pd.DataFrame | None, **keys) -> dict:
    """The crops of a survey of the user's own by its galaxies' names, as the rules make them."""
    own = OWN | keys | {"images": str(images)}
    path = folder / "t.csv"
    if table is not None:
        table.to_csv(path, index=False)
    own["table"] = None if table is None else str(path)
    given = None if table is None else path
    kinds = ("labels", "label_notes", "image_names", "faults")
    files = {kind: folder / f"{kind}.csv" for kind in kinds}
    write_labels(images, given, own, KINDS, "", *files.values(), folder / "votes.csv")
    labelled = read_labelled(files, KINDS)
    settings = pictures_of_survey({"source": "own", "own": own})
    out = [folder / name for name in ("crops.npy", "index.csv", "rejected.csv")]
    any_fits = crop_survey(
        images,
        labelled.labels,
        labelled.faults,
        SIZE_PX,
        *out,
        "skip",
        processes=1,
        pictures=settings,
        image_ids=labelled.image_ids,
        called=labelled.called,
        radii=labelled.radii,
    )
    (folder / "taught.json").write_text(json.dumps(taught(settings, SIZE_PX, None, any_fits)))
    names = own_galaxies(images, given, own | {"carry": []})["name"]
    ids = pd.read_csv(out[1])["GalaxyID"]
    return dict(zip(names[ids], packed_crops(*out[:2])[:], strict=True))


def in_a_catalogue(folder: Path, images: Path) -> dict[str, np.ndarray]:
    """The same pictures as a catalogue takes them, by the settings that the network was taught."""
    taught_then = json.loads((folder / "taught.json").read_text())
    settings = as_trained(catalogue_settings({}, SCHEMA), {"network": taught_then})
    table = list_galaxies(images, settings).table
    ids, places = (table[name].to_pylist() for name in ("id", "place"))
    nothing = [None] * len(ids)
    reader = PictureReader(images, settings)
    batches = fitted_pictures(places, nothing, nothing, reader, SIZE_PX, settings, 4, decoders=1)
    pictures = [galaxy.picture for batch in batches for galaxy in batch]
    return {str(name): one.pixels for name, one in zip(ids, pictures, strict=True)}


def labels_of(names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"file": names, "kind": ["spiral", "round"] * 4})


def require_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert sorted(found) == sorted(expected)
    for name, pixels in expected.items():
        np.testing.assert_array_equal(found[name], pixels)


@pytest.mark.parametrize("write", [folder_of, zip_of, tar_of])
def test_training_and_catalogue_make_the_same_pixels_of_every_kind_of_picture(tmp_path, write):
    images = write(tmp_path / "pictures")
    found = cropped(tmp_path, images, labels_of(NAMES))
    assert sorted(found) == NAMES
    require_same(in_a_catalogue(tmp_path, images), found)
    top, left = (24 - SIZE_PX) // 2, (20 - SIZE_PX) // 2
    part = slice(top, top + SIZE_PX), slice(left, left + SIZE_PX)
    np.testing.assert_array_equal(found["clear"], COLOURS[part])
    np.testing.assert_array_equal(found["deep"][..., 2], COLOURS[..., 0][part])
    np.testing.assert_array_equal(found["bands"], found["cube"])
    assert found["plane"].std() > 0


def test_page_and_python_make_the_same_pixels_too(tmp_path):
    images = folder_of(tmp_path / "pictures")
    found = cropped(tmp_path, images, labels_of(NAMES), sizes="pad")
    note = json.loads((tmp_path / "taught.json").read_text())
    settings = as_trained(catalogue_settings({}, SCHEMA), {"network": note})

    class OfThisSize:
        size_px = SIZE_PX

    for name in ("cube.fits", "grey.jpg", "deep.png"):
        of_page = crop_of(PICTURES[name], OfThisSize, settings)
        np.testing.assert_array_equal(of_page, found[name.partition(".")[0]])
        given = Given([images / "more" / name])
        (batch,) = fitted_pictures(["0"], [None], [None], given, SIZE_PX, settings, 1, decoders=1)
        np.testing.assert_array_equal(batch[0].picture.pixels, of_page)


def test_the_same_pictures_give_the_same_numbers_in_validation_and_catalogue(tmp_path):
    images = folder_of(tmp_path / "pictures")
    crops = cropped(tmp_path, images, labels_of(NAMES))
    listed = in_a_catalogue(tmp_path, images)
    network, maps = new_tiny_network(), first_view()
    validated = predict_by_views(
        network, np.stack([*crops.values()]), np.arange(len(crops)), maps, [1], 8, CPU
    )
    member = Member("tiny.seed0", ready(network, CPU), maps, SIZE_PX, 1.0)
    found = predict_together(np.stack([listed[name] for name in crops]), [member], CPU)
    np.testing.assert_array_equal(found.probabilities, validated[0])


def rows_of_parquet(path: Path, names: list[str], first: int = 0, **columns: list) -> None:
    """Pictures as Hugging Face's hub keeps them, one in a row group, with other columns."""
    contents = [PICTURES[name] for name in names]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    cells = [{"bytes": one, "path": None} for one in contents]
    table = pa.table({"image": pa.array(cells, kind), **columns})
    parquet.write_table(table, path, row_group_size=1)


@pytest.fixture
def shards(tmp_path) -> Path:
    """A folder of two Parquet files, whose ids are not in the order of their rows."""
    (tmp_path / "data").mkdir()
    kinds = {"kind": ["spiral", "round"], "tile": ["a", "b"], "size": [5.0, 10.0]}
    files = (["colour.jpg", "cube.fits"], ["J9", "J1"]), (["grey.jpg", "clear.png"], ["J5", "J3"])
    for number, (names, ids) in enumerate(files):
        path = tmp_path / "data" / f"{number}.parquet"
        rows_of_parquet(path, names, id_str=ids, **kinds)
    return tmp_path / "data"


def test_parquet_files_are_their_own_table_of_labels(tmp_path, shards):
    keys = {"image_column": None, "sizes": "resize"}
    found = cropped(tmp_path, shards, None, **keys)
    labels = pd.read_csv(tmp_path / "labels.csv", index_col="GalaxyID")["spiral"]
    assert labels.sort_index().tolist() == [0, 0, 1, 1]  # of J1, J3, J5 and J9
    require_same(in_a_catalogue(tmp_path, shards), found)
    groups = own_groups(shards, None, OWN | {"group_column": "tile", "image_column": None})
    assert groups.tolist() == ["b", "b", "a", "a"]


def test_rows_of_parquet_files_without_an_id_or_with_another_s_are_bad_ones(tmp_path):
    names, kinds = ["colour.jpg", "grey.jpg", "clear.png", "deep.png"], ["spiral", "round"] * 2
    path = tmp_path / "t.parquet"
    rows_of_parquet(path, names, id_str=["J1", None, "J2", "J2"], kind=kinds)
    assert sorted(cropped(tmp_path, path, None, image_column=None)) == ["J1"]
    reasons = pd.read_csv(tmp_path / "rejected.csv").set_index("GalaxyID")["reason"]
    assert reasons["row 2"] == "its id is empty, which should name the image"
    assert reasons.index.tolist() == ["2", "row 2"]


def test_parquet_files_are_trained_on_with_a_table_beside_them(tmp_path, shards):
    table = pd.DataFrame({"file": ["J9", "J5"], "kind": ["round", "round"]})
    found = cropped(tmp_path, shards, table)
    assert sorted(found) == ["J5", "J9"]
    expected = in_a_catalogue(tmp_path, shards)
    require_same(found, {name: expected[name] for name in found})


@pytest.fixture
def webdataset(tmp_path) -> Callable[..., Path]:
    """A function that writes a tar of two galaxies, with other files beside the pictures."""

    def write(**files: str) -> Path:
        path = tmp_path / "t.tar"
        pictures = {"J9.image.jpg": PICTURES["colour.jpg"], "J1.fits": PICTURES["cube.fits"]}
        texts = {name.replace("_", "."): text.encode() for name, text in files.items()}
        with tarfile.open(path, "w") as archive:
            for name, content in (pictures | texts).items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path

    return write


def test_labels_beside_the_pictures_of_a_webdataset_are_its_table(tmp_path, webdataset, caplog):
    caplog.set_level("INFO")
    rows = {"J9": {"kind": "spiral", "tile": 7, "box": [1]}, "J1": {"kind": "round", "tile": "a"}}
    path = webdataset(**{f"{key}_json": json.dumps(row) for key, row in rows.items()}, J9_txt="-")
    keys = {"image_column": None, "sizes": "resize"}
    found = cropped(tmp_path, path, None, **keys)
    assert sorted(found) == ["t.tar/J1", "t.tar/J9"]
    labels = pd.read_csv(tmp_path / "labels.csv", index_col="GalaxyID")
    assert labels.loc[[1, 2], "spiral"].tolist() == [0, 1]
    assert "Left out as no images: 1 (.txt 1)." in caplog.text
    groups = own_groups(path, None, OWN | keys | {"group_column": "tile"})
    assert groups.tolist() == ["a", "7"]
    assert sorted(cropped(tmp_path, path, None, **keys, id_column="tile")) == ["7", "a"]
    path = webdataset(J9_cls="spiral\n", J1_cls="round")
    cropped(tmp_path, path, None, **keys, class_column="cls")
    labels = pd.read_csv(tmp_path / "labels.csv", index_col="GalaxyID")
    assert labels.loc[[1, 2], "spiral"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"J9_json": "[1]"}, r"t\.tar/J9\.json cannot be read as labels \(it is no object\)"),
        ({"J9_json": "{"}, r"t\.tar/J9\.json cannot be read as labels \(Expecting property"),
        ({"J9_json": '{"cls": 1}', "J9_cls": "2"}, r"J9\.cls: cls has been given by another file"),
        ({"J9_json": '{"type": 1}'}, "has no column kind"),
    ],
)
def test_labels_that_cannot_be_read_are_told_by_their_file(tmp_path, webdataset, files, message):
    with pytest.raises(InputError, match=message):
        cropped(tmp_path, webdataset(**files), None, image_column=None)


def test_labels_that_are_nowhere_are_asked_for(tmp_path, webdataset):
    path = webdataset()
    keys = {"image_column": None, "class_column": None}
    with pytest.raises(InputError, match=r"survey\.own\.table: missing with labels: weighted"):
        cropped(tmp_path, path, None, **keys, labels="weighted")
    path = webdataset(J9_cls="spiral", J1_cls="round")
    with pytest.raises(InputError, match=r"survey\.own\.class_column: missing.*: image, cls"):
        cropped(tmp_path, path, None, **keys)


def test_pictures_are_resampled_to_the_scale_of_training_by_their_radii(tmp_path, shards):
    keys = {"image_column": None, "radius_column": "size", "pixel_scale": 0.1}
    found = cropped(tmp_path, shards, None, **keys)
    # At 0.02 radii a pixel, the pictures of radius 5 arcsec are of that scale already, and those of
    # 10 arcsec would have to be twice as wide.
    unscaled = cropped(tmp_path, shards, None, image_column=None)
    np.testing.assert_array_equal(found["J9"], unscaled["J9"])
    assert sorted(found) == ["J5", "J9"]
    padded = cropped(tmp_path, shards, None, **keys, sizes="pad")
    assert sorted(padded) == ["J1", "J3", "J5", "J9"]
    assert padded["J3"][:, 0].max() < 5  # black, but for what Lanczos adds
    assert padded["J3"][4:-4, 4:-4].any()


def test_a_galaxy_without_radius_or_scale_is_a_bad_one(tmp_path):
    images = folder_of(tmp_path / "pictures")
    table = labels_of(NAMES).assign(r50=[5.0] * 7 + [None])
    with pytest.raises(InputError, match="has no WCS"):
        cropped(tmp_path, images, table, radius_column="r50")
    found = cropped(tmp_path, images, table, radius_column="r50", pixel_scale=0.1)
    assert NAMES[-1] not in found
    reasons = pd.read_csv(tmp_path / "rejected.csv")["reason"].tolist()
    assert reasons == [f"{NAMES[-1]}, row 8: it has no radius (survey.own.radius_column)"]


def test_one_band_of_fits_files_is_one_channel(tmp_path):
    images = tmp_path / "stamps"
    images.mkdir()
    for number in range(8):
        (images / f"{number}.fits").write_bytes(fits_file(FLUX[number % 3] + number))
    found = cropped(tmp_path, images, labels_of([*map(str, range(8))]), bands=["r"])
    assert {pixels.shape for pixels in found.values()} == {(SIZE_PX, SIZE_PX, 1)}
    require_same(in_a_catalogue(tmp_path, images), found)


def test_a_folder_for_each_class_may_hold_a_folder_of_bands_for_each_galaxy(tmp_path):
    images = tmp_path / "kinds"
    for name in ("spiral/J1", "round/J2"):
        (images / name).mkdir(parents=True)
        for at, band in enumerate("irg"):
            (images / name / f"{band}.fits").write_bytes(fits_file(FLUX[at]))
    found = cropped(tmp_path, images, None, image_column=None, class_column=None)
    assert sorted(found) == ["round/J2", "spiral/J1"]
    labels = pd.read_csv(tmp_path / "labels.csv", index_col="GalaxyID")
    assert labels.sort_index().to_numpy().tolist() == [[0, 1], [1, 0]]


def test_what_is_left_out_is_told(tmp_path, caplog):
    caplog.set_level("INFO")
    images = folder_of(tmp_path / "pictures")
    (images / "more" / "grey_mask.png").write_bytes(PICTURES["deep.png"])
    (images / "notes.txt").touch()
    cropped(tmp_path, images, labels_of(NAMES))
    assert "Left out as no images: 1 (.txt 1)." in caplog.text
    assert "masks, weights and the like of other pictures: 1 (more/grey_mask.png)." in caplog.text
    assert "(survey.own.bands)" in caplog.text


def test_pictures_are_read_in_the_order_in_which_they_lie(shards):
    settings = pictures_of_survey({"source": "files"})
    images = GalaxyImages(shards, settings, {"J1": 1, "J3": 3, "J5": 5, "J9": 9})
    assert images.as_they_lie([1, 3, 5, 9]) == [9, 1, 5, 3]
