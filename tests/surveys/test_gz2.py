"""Galaxy Zoo 2's own files as a survey: from a server on loopback through Snakemake to crops."""

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from checkout import Checkout, changed, labels_in
from file_server import FileServer
from gz2_catalogue import catalogue_table
from trees import GALAXY_ZOO_2

FIRST = 587722981742084144  # as the real ones; neighbours are the same as floating-point numbers
IDS = [FIRST + k for k in range(12)]
SPIRAL = {
    **{1: 8, 2: 32, 4: 8, 5: 24, 6: 6, 7: 18, 8: 12, 9: 12, 11: 24, 14: 10, 15: 30, 17: 8},
    **{24: 8, 38: 2, 25: 8, 28: 12, 32: 12},
}
ROUND = {1: 40, 15: 40, 16: 30, 17: 10}
STAR = {3: 40}  # so that nobody was asked whether there is anything odd
UNNAMED, IMAGELESS, STARRY = IDS[9:]
ONLY_PHOTOMETRY, VOTELESS = FIRST + 99, FIRST + 100
CROP = 48


def asset_id(galaxy: int) -> int:
    return 3000 - 7 * (galaxy - FIRST)  # in another order than the galaxies


def grey(galaxy: int) -> int:
    """Each image is of one grey, to be known by."""
    return 10 + 15 * (galaxy - FIRST) % 240


def picture(level: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (level,) * 3).save(file, "JPEG")
    return file.getvalue()


def images_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("images/", "")
        for galaxy in [*IDS, ONLY_PHOTOMETRY, VOTELESS]:
            if galaxy != IMAGELESS:
                archive.writestr(f"images/{asset_id(galaxy)}.jpg", picture(grey(galaxy)))
        archive.writestr("images/99999.jpg", picture(0))
        archive.writestr("__MACOSX/images/._3000.jpg", b"\0")
    return file.getvalue()


def mapping() -> bytes:
    rows = [(g, "original", asset_id(g)) for g in [VOTELESS, ONLY_PHOTOMETRY, *IDS] if g != UNNAMED]
    return pd.DataFrame(rows, columns=["objid", "sample", "asset_id"]).to_csv(index=False).encode()


def table(votes: Mapping = SPIRAL, without: tuple[str, ...] = ()) -> bytes:
    galaxies = {galaxy: votes if k % 2 else ROUND for k, galaxy in enumerate(IDS[::-1])}
    rows = catalogue_table(galaxies | {STARRY: STAR}, of="weighted_fraction")
    return gzip.compress(rows.drop(columns=list(without)).to_csv(index=False).encode(), mtime=0)


SPECTRA, PHOTOMETRY = "zoo2MainSpecz.csv.gz", "zoo2MainPhotoz.csv.gz"


def second_table() -> bytes:
    """Other votes of a galaxy that is in the first table too, and those of one more."""
    rows = catalogue_table({IDS[0]: ROUND, ONLY_PHOTOMETRY: ROUND}, of="weighted_fraction")
    return gzip.compress(rows.to_csv(index=False).encode(), mtime=0)


FILES = {
    "images_gz2.zip": images_zip(),
    "gz2_filename_mapping.csv": mapping(),
    SPECTRA: table(),
    PHOTOMETRY: second_table(),
}
# Names of the files in the survey's raw/: tables have their number before it.
RAW = {**dict(zip(FILES, FILES, strict=True)), SPECTRA: f"tables/1_{SPECTRA}"}
RAW[PHOTOMETRY] = f"tables/2_{PHOTOMETRY}"


class Survey(Checkout):
    """A checkout with a survey of the files that a server has."""

    def __init__(self, folder, server: FileServer, downloads=None) -> None:
        self.server = server
        self.shared = {"downloads": str(downloads)} if downloads else {}
        super().__init__(folder)

    def config(self, **gz2) -> dict:
        """The config; what the tables' keys are changed to is given as images={"hash": ...}."""
        sources = {}
        for key, name in zip(("images", "mapping"), FILES, strict=False):
            sources[key] = {
                "address": self.server.address(name),
                "hash": f"md5:{hashlib.md5(FILES[name]).hexdigest()}",
            } | gz2.pop(key, {})
        sources["tables"] = [{"address": self.server.address(n)} for n in (SPECTRA, PHOTOMETRY)]
        gz2 = {"votes": "weighted_fraction"} | gz2
        survey = {"name": "tiny", "source": "gz2", "crop": CROP, "holdout": 0.25}
        survey |= {"on_bad_galaxy": "skip", "gz2": sources | gz2}
        return changed(survey=survey, **self.shared)

    def made(self, target: str, *arguments: str, **gz2):
        self.write_config(self.config(**gz2))
        return self.make(f"results/surveys/tiny/{target}", *arguments)

    def raw(self, name: str):
        return self.survey / "raw" / name

    def log(self, rule: str) -> str:
        return (self.survey / "logs" / f"{rule}.log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch, FileServer(FILES) as server:
        patch.setenv("NO_PROXY", "127.0.0.1")
        shared = tmp_path_factory.mktemp("shared")
        survey = Survey(tmp_path_factory.mktemp("checkout"), server, shared)
        run = survey.made("holdout.csv")
        assert run.returncode == 0, run.stdout
        yield survey


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FileServer(FILES) as server:
        yield Survey(tmp_path, server)


def test_the_files_are_as_they_came(finished):
    for name, content in FILES.items():
        assert finished.raw(RAW[name]).read_bytes() == content


def test_the_files_are_kept_for_other_checkouts_as_files_of_their_own(finished):
    shared = Path(finished.shared["downloads"])
    for name, content in FILES.items():
        [kept] = shared.glob(f"{name}-*/{name}")
        assert kept.read_bytes() == content
        assert not kept.samefile(finished.raw(RAW[name]))


def test_galaxies_with_image_and_votes_are_cropped_each_from_its_own_image(finished):
    crops = np.load(finished.survey / "training.npy")
    ids = pd.read_csv(finished.survey / "training.csv")["GalaxyID"].tolist()
    assert ids == [*IDS[:9], ONLY_PHOTOMETRY]
    assert crops.shape == (10, CROP, CROP, 3)
    assert crops[:, 20, 20, 0].tolist() == pytest.approx([grey(g) for g in ids], abs=1)  # JPEG


def test_the_labels_are_the_votes_over_all_volunteers(finished):
    labels = labels_in(finished.survey / "training.csv")
    # By hand from SPIRAL and ROUND, each of 40 volunteers, none of whom said star or artifact.
    spiral = {
        **{"Class1.1": 8, "Class1.2": 32, "Class2.1": 8, "Class2.2": 24, "Class3.1": 6},
        **{"Class3.2": 18, "Class4.1": 12, "Class4.2": 12, "Class5.2": 24, "Class6.1": 10},
        **{"Class6.2": 30, "Class7.2": 8, "Class8.6": 8, "Class8.7": 2, "Class9.1": 8},
        **{"Class10.1": 12, "Class11.2": 12},
    }
    smooth = {"Class1.1": 40, "Class6.2": 40, "Class7.1": 30, "Class7.2": 10}
    for galaxy, votes in ((IDS[0], spiral), (IDS[1], smooth), (ONLY_PHOTOMETRY, smooth)):
        expected = [votes.get(column, 0) / 40 for column in labels.columns]
        # The table has three decimals, and an answer at most four questions above it.
        np.testing.assert_allclose(labels.loc[galaxy], expected, atol=4 * 5e-4)
    assert GALAXY_ZOO_2.sum_errors(labels.to_numpy()).max() < 1e-9


def test_galaxies_that_are_not_in_all_files_are_counted_in_the_log(finished):
    assert (
        "11 galaxies have an image and votes; left out: 1 with votes but without a name for their "
        "image, 1 with votes but without the image, 1 images without votes, 2 without a galaxy"
    ) in finished.log("label_gz2")


def test_a_galaxy_in_two_tables_has_the_votes_of_the_first(finished):
    assert f"{PHOTOMETRY}: 2 rows, 1 of them of galaxies in an earlier table" in finished.log(
        "label_gz2"
    )


def test_a_galaxy_with_a_question_that_nobody_was_asked_is_rejected_by_name(finished):
    rejected = pd.read_csv(finished.survey / "rejected.csv")
    assert rejected.to_numpy().tolist() == [
        [STARRY, "question 6's answers sum to 0.000000, not to 1"]
    ]


def test_the_hold_out_knows_the_galaxies_by_their_exact_ids(finished):
    holdout = pd.read_csv(finished.survey / "holdout.csv")["GalaxyID"]
    assert len(holdout) == 2
    assert set(holdout) < {*IDS[:9], ONLY_PHOTOMETRY}


def test_the_record_names_addresses_and_bytes(finished):
    record = json.loads(finished.raw("provenance.json").read_text(encoding="utf-8"))
    assert record["versions"].keys() == {"python", "requests"}
    assert {file["name"]: file["sha256"] for file in record["files"]} == {
        RAW[name].split("/")[-1]: hashlib.sha256(content).hexdigest()
        for name, content in FILES.items()
    }
    assert all(finished.server.address(name) in record["source"] for name in FILES)


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.made("holdout.csv").stdout


def test_other_votes_are_other_labels_and_no_download(finished):
    jobs = finished.would_run(finished.config(votes="debiased"))
    assert jobs >= {"label_gz2", "crop_training", "hold_out"}
    assert not {"download_gz2", "simulate", "crop_test", "submission"} & jobs


def test_other_bytes_than_before_are_told_and_files_with_a_hash_not_fetched_again(fresh):
    assert fresh.made("raw/tables").returncode == 0
    assert "other bytes" not in fresh.log("download_gz2")
    fresh.server.files[SPECTRA] = table(ROUND)
    run = fresh.made("raw/tables", "--forcerun", "download_gz2")
    assert run.returncode == 0, run.stdout
    assert f"{SPECTRA} has other bytes than on" in fresh.log("download_gz2")
    assert fresh.log("download_gz2").count("other bytes") == 1
    assert fresh.raw(RAW[SPECTRA]).read_bytes() == table(ROUND)
    assert fresh.server.requests["images_gz2.zip"] == 1
    assert fresh.server.requests[SPECTRA] == 2


def test_a_download_that_breaks_off_leaves_nothing_half_by_its_name_and_is_made_good(fresh):
    fresh.server.broken_off.add("images_gz2.zip")
    run = fresh.made("raw/images_gz2.zip")
    assert run.returncode != 0
    assert "survey.gz2.images.address: http://127.0.0.1" in run.stdout
    assert "could not be fetched" in run.stdout
    assert "Traceback (most recent call last)" not in fresh.log("download_gz2")
    half = fresh.folder / "results" / "downloads" / "images_gz2.zip.part"
    assert list((fresh.folder / "results").rglob("*.zip*")) == [half]
    fresh.server.broken_off.clear()
    assert fresh.made("raw/images_gz2.zip").returncode == 0
    assert fresh.raw("images_gz2.zip").read_bytes() == FILES["images_gz2.zip"]
    assert fresh.server.requests["gz2_filename_mapping.csv"] == 1


def test_a_wrong_hash_is_one_sentence_and_leaves_nothing(fresh):
    wrong = f"md5:{'0' * 32}"
    run = fresh.made("raw/images_gz2.zip", mapping={"hash": wrong})
    assert run.returncode != 0
    [line] = [line for line in fresh.log("download_gz2").splitlines() if "Error" in line]
    assert "survey.gz2.mapping.hash: what came from http://127.0.0.1" in line
    assert f"not {wrong};" in line
    assert not list((fresh.folder / "results").rglob("gz2_filename_mapping.csv*"))


def test_a_table_that_lacks_a_column_ends_the_labelling_and_is_named(fresh):
    missing = "t08_odd_feature_a38_dust_lane_weighted_fraction"
    fresh.server.files[SPECTRA] = table(without=(missing,))
    run = fresh.made("raw/labels.csv")
    assert run.returncode != 0
    [line] = [line for line in fresh.log("label_gz2").splitlines() if "Error" in line]
    assert "has no column t08_..._a38_..._weighted_fraction (Class8.7);" in line
    assert not fresh.raw("labels.csv").exists()
    assert fresh.raw("images_gz2.zip").exists()


def test_files_that_do_not_belong_together_are_told(fresh):
    lines = b"objid,sample,asset_id\n1,original,3000\n"
    fresh.server.files["gz2_filename_mapping.csv"] = lines
    run = fresh.made("raw/labels.csv", mapping={"hash": None})
    assert run.returncode != 0
    assert "Error: no galaxy is in all of" in fresh.log("label_gz2")
