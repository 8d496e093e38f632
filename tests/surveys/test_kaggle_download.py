"""Files fetched through Kaggle's own client, from a server on loopback that has its vices."""

import hashlib
import io
import itertools
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from checkout import ROOT, Checkout, changed
from galaxyzoo.surveys.layout import COMPETITION, IMAGE_COUNTS
from kaggle_server import KEY, RULES, TOKEN, USER, Kaggle

WITHOUT_KAGGLE = "(survey.source: simulation) and files that are on disk (survey.source: files)"
BY_TOKEN = {"KAGGLE_API_TOKEN": TOKEN}
BY_KEY = {"KAGGLE_USERNAME": USER, "KAGGLE_KEY": KEY}
DOWNLOAD = """
import logging, sys
from pathlib import Path
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys.kaggle_download import download_survey
logging.basicConfig(level=logging.INFO, format="%(message)s")
try:
    download_survey(Path(sys.argv[1]), "stars", {"labels.zip": 0, "images.zip": int(sys.argv[2])})
except InputError as error:
    sys.exit(f"InputError: {error}")
"""


pytestmark = pytest.mark.usefixtures("nobody")


def write_images(path: Path, count: int, seed: int = 0) -> Path:
    """A zip of `count` images of 100 kB that no decoder would take."""
    rng = np.random.default_rng(seed)
    with zipfile.ZipFile(path, "w") as archive:
        for galaxy in range(count):
            archive.writestr(f"images/{galaxy}.jpg", rng.bytes(100_000))
    return path


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    with zipfile.ZipFile(tmp_path / "labels.zip", "w") as archive:
        archive.writestr("labels.csv", "GalaxyID\n")
    images = write_images(tmp_path / "images.zip", 50)
    return {"labels.zip": tmp_path / "labels.zip", "images.zip": images}


def command(folder: Path, images: int) -> list:
    return [sys.executable, "-c", DOWNLOAD, folder, str(images)]


def environment(kaggle: Kaggle, credentials: dict[str, str]) -> dict[str, str]:
    path = {"PYTHONPATH": str(ROOT / "workflow")}
    return {**os.environ, **path, **kaggle.environment, **credentials}


def download(
    kaggle: Kaggle, folder: Path, credentials: dict[str, str] = BY_TOKEN, images: int = 50
) -> subprocess.CompletedProcess:
    """Download the two files, in a process of its own: the client signs in once a process."""
    return subprocess.run(
        command(folder, images),
        env=environment(kaggle, credentials),
        text=True,
        capture_output=True,
        check=False,
    )


def assert_refused(run: subprocess.CompletedProcess, *sentences: str) -> None:
    """Assert that all that came out is one InputError with these parts."""
    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.count("InputError: ") == 1
    assert "Traceback" not in run.stderr
    for sentence in sentences:
        assert sentence in run.stderr


def assert_there(folder: Path, files: dict[str, Path]) -> None:
    """Assert that the files have come, with their record, and nothing else is left."""
    for name, path in files.items():
        assert (folder / name).read_bytes() == path.read_bytes()
    assert {path.name for path in folder.iterdir()} == {*files, "provenance.json"}


# Who asks


@pytest.mark.parametrize("credentials", [BY_TOKEN, BY_KEY])
def test_files_come_whole_and_with_a_record(tmp_path, files, credentials):
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw", credentials)
    assert run.returncode == 0, run.stderr
    assert_there(tmp_path / "raw", files)
    record = json.loads((tmp_path / "raw" / "provenance.json").read_text())
    assert record["source"] == "https://www.kaggle.com/competitions/stars"
    assert record["versions"].keys() == {"python", "kaggle"}
    assert record["files"][1] == {
        "name": "images.zip",
        "bytes": files["images.zip"].stat().st_size,
        "sha256": hashlib.sha256(files["images.zip"].read_bytes()).hexdigest(),
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [("access_token", TOKEN), ("kaggle.json", json.dumps({"username": USER, "key": KEY}))],
)
def test_credentials_may_be_in_a_file(tmp_path, files, name, content):
    folder = Path.home() / ".kaggle"
    folder.mkdir()
    (folder / name).write_text(content)
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw", credentials={})
    assert run.returncode == 0, run.stderr
    assert_there(tmp_path / "raw", files)


def test_without_credentials_nothing_is_asked_and_the_steps_are_told(tmp_path, files):
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw", credentials={})
    assert kaggle.requests == []
    assert_refused(run, "finds no credentials", "https://www.kaggle.com/settings/api")
    assert_refused(run, "~/.kaggle/access_token", "KAGGLE_API_TOKEN", WITHOUT_KAGGLE)


def test_what_one_checkout_fetched_another_has_without_asking_kaggle(tmp_path, files):
    shared = {"GALAXYZOO_DOWNLOADS": str(tmp_path / "shared")}
    with Kaggle(files) as kaggle:
        first = download(kaggle, tmp_path / "raw", BY_TOKEN | shared)
        assert first.returncode == 0, first.stderr
        asked = list(kaggle.requests)
        second = download(kaggle, tmp_path / "other", shared)
        assert kaggle.requests == asked
    assert second.returncode == 0, second.stderr
    for folder in ("raw", "other"):
        assert_there(tmp_path / folder, files)


@pytest.mark.parametrize(
    ("credentials", "why"),
    [
        ({"KAGGLE_API_TOKEN": "mistyped"}, "no user has that token"),
        (BY_KEY | {"KAGGLE_KEY": "old"}, "401: Unauthenticated"),
    ],
)
def test_wrong_credentials_are_told_as_such(tmp_path, files, credentials, why):
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw", credentials)
    assert_refused(run, "does not accept the credentials", why, "https://www.kaggle.com/settings")
    assert_refused(run, WITHOUT_KAGGLE)


def test_rules_that_were_not_accepted_are_told_with_their_address(tmp_path, files):
    with Kaggle(files, rules_accepted=False) as kaggle:
        run = download(kaggle, tmp_path / "raw")
    assert_refused(run, RULES, "https://www.kaggle.com/competitions/stars/rules", WITHOUT_KAGGLE)
    assert list((tmp_path / "raw").iterdir()) == []


def test_a_kaggle_that_is_not_there_is_one_sentence(tmp_path, files):
    with Kaggle(files) as kaggle:
        pass
    assert_refused(download(kaggle, tmp_path / "raw"), "Kaggle could not be reached", "refused")


# Connections


def test_a_connection_that_breaks_goes_on_where_it_broke(tmp_path, files):
    with Kaggle(files, breaks=[None, 3_500_000]) as kaggle:
        run = download(kaggle, tmp_path / "raw")
    assert run.returncode == 0, run.stderr
    assert_there(tmp_path / "raw", files)
    # The client writes by the MiB; what it had of the fourth is lost.
    assert kaggle.downloads("images.zip") == ["", f"bytes={3 * 2**20}-"]


def test_a_store_without_ranges_sends_the_whole_file_again(tmp_path, files):
    with Kaggle(files, breaks=[None, 3_500_000], has_ranges=False) as kaggle:
        run = download(kaggle, tmp_path / "raw")
    assert run.returncode == 0, run.stderr
    assert_there(tmp_path / "raw", files)


def test_an_error_of_the_store_is_never_taken_for_a_file(tmp_path, files):
    with Kaggle(files, breaks=[None, 3_500_000], statuses=[200, 200, 503, 503]) as kaggle:
        run = download(kaggle, tmp_path / "raw")
        assert_refused(run, "images.zip broke off, and Kaggle would not send the rest")
        assert [path.name for path in (tmp_path / "raw").iterdir()] == ["labels.zip.part"]
        assert download(kaggle, tmp_path / "raw").returncode == 0
    assert_there(tmp_path / "raw", files)


def test_a_file_that_was_whole_is_not_fetched_again_after_a_failure(tmp_path, files):
    with Kaggle(files, statuses=[200, 404]) as kaggle:
        assert_refused(download(kaggle, tmp_path / "raw"), "404: Not Found", "competitions/stars,")
        run = download(kaggle, tmp_path / "raw")
    assert "labels.zip has been downloaded before" in run.stderr
    assert_there(tmp_path / "raw", files)


def test_a_file_for_which_there_is_no_room_is_not_begun(tmp_path, files):
    with Kaggle(files, announced=10**15) as kaggle:
        run = download(kaggle, tmp_path / "raw")
    assert_refused(run, "labels.zip takes 1,000,000,000,000,000 more bytes", "make room")
    assert list((tmp_path / "raw").iterdir()) == []


# Content


def broken(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[1_000_000] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def one_short(path: Path) -> None:
    write_images(path, 49)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (broken, "is broken: its checksum of images/9.jpg does not fit"),
        (cut, "is not a whole zip file"),
        (one_short, "holds 49 images, where there should be 50"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_deleted(tmp_path, files, spoil, fault):
    spoil(files["images.zip"])
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw")
        assert_refused(run, f"images.zip as it came from Kaggle {fault}", "run this again")
        assert_refused(
            run, "https://www.kaggle.com/competitions/stars/data", "survey.source: files"
        )
        assert [path.name for path in (tmp_path / "raw").iterdir()] == ["labels.zip.part"]
        write_images(files["images.zip"], 50)
        assert download(kaggle, tmp_path / "raw").returncode == 0
    assert_there(tmp_path / "raw", files)


def test_other_bytes_than_before_are_named(tmp_path, files):
    with Kaggle(files) as kaggle:
        download(kaggle, tmp_path / "raw")
        write_images(files["images.zip"], 50, seed=1)
        for name in files:
            (tmp_path / "raw" / name).unlink()
        run = download(kaggle, tmp_path / "raw")
    assert "images.zip has other bytes than on " in run.stderr
    assert "labels.zip has other bytes" not in run.stderr


# Progress


def test_a_log_has_plain_lines_of_megabytes(tmp_path, files):
    with Kaggle(files) as kaggle:
        run = download(kaggle, tmp_path / "raw")
    assert "images.zip: 5.0 of 5.0 MB, " in run.stderr
    assert "\r" not in run.stderr


def test_a_terminal_has_a_bar_of_megabytes(tmp_path, files):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with Kaggle(files) as kaggle:
        environ = environment(kaggle, BY_TOKEN)
        subprocess.run(command(tmp_path / "raw", 50), env=environ, stderr=theirs, check=True)
    os.close(theirs)
    output = os.read(ours, 100_000).decode()
    assert "images.zip: 100%|" in output
    assert "5.01M/5.01M" in output
    assert " MB, " not in output


# Through Snakemake

SURVEY = {"name": "tiny", "source": "kaggle", "crop": 32, "holdout": 0.25}
STAGES = [{"name": "all", "size": 32, "epochs": 1, "lr": 0.01}]
CONFIG = changed(survey=SURVEY, stages=STAGES)
TRAINING, TEST, SOLUTIONS = (
    "images_training_rev1.zip",
    "images_test_rev1.zip",
    "training_solutions_rev1.zip",
)


@pytest.fixture
def competition(tmp_path, random_labels):
    """The competition's files, with as many images as its own, each of 32 x 32 px."""
    folder = tmp_path / "competition"
    folder.mkdir()
    ids = {TRAINING: range(100_000, 161_578), TEST: range(200_000, 279_975)}
    for name, galaxies in ids.items():
        with zipfile.ZipFile(folder / name, "w") as archive:
            Image.new("RGB", (32, 32), "navy").save(picture := io.BytesIO(), "jpeg")
            for galaxy in galaxies:
                archive.writestr(f"images/{galaxy}.jpg", picture.getvalue())
    header, *rows = random_labels(range(100)).to_csv(float_format="%.9f").splitlines()
    votes = itertools.cycle(row.partition(",")[2] for row in rows)
    labels = [header, *(f"{galaxy},{next(votes)}" for galaxy in ids[TRAINING])]
    with zipfile.ZipFile(folder / SOLUTIONS, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("training_solutions_rev1.csv", "\n".join(labels) + "\n")
    yield {name: folder / name for name in (TRAINING, TEST, SOLUTIONS)}
    shutil.rmtree(folder)


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    folder.mkdir()
    yield Checkout(folder, CONFIG)
    shutil.rmtree(folder)


def test_the_competition_has_as_many_images_as_kaggle_says():
    assert COMPETITION == "galaxy-zoo-the-galaxy-challenge"
    # Kaggle's page of the competition's data.
    assert IMAGE_COUNTS == {SOLUTIONS: 0, TRAINING: 61_578, TEST: 79_975}


def test_a_killed_download_goes_on_and_its_galaxies_are_cropped(competition, checkout, monkeypatch):
    raw, target = checkout.survey / "raw", "results/surveys/tiny/training.npy"
    with Kaggle(competition, stalls=[None, 10_000_000]) as kaggle:
        for name, value in (kaggle.environment | BY_TOKEN).items():
            monkeypatch.setenv(name, value)
        process = checkout.start("--cores", "2", target)
        part, deadline = raw / f"{TRAINING}.part", time.monotonic() + 120
        while not part.exists() or part.stat().st_size < 9 * 2**20:
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert not any((raw / name).exists() for name in competition)
        checkout.snakemake("--unlock")
        run = checkout.make(target)
    assert run.returncode == 0, run.stdout
    assert kaggle.downloads(TRAINING) == ["", "", f"bytes={9 * 2**20}-"]
    record = json.loads((raw / "provenance.json").read_text())
    assert {file["name"] for file in record["files"]} == set(competition)
    for name, path in competition.items():
        assert (raw / name).stat().st_size == path.stat().st_size
    crops = np.load(checkout.survey / "training.npy", mmap_mode="r")
    assert crops.shape == (61_578, 32, 32, 3)
    assert crops[-1, 16, 16].tolist() == pytest.approx([0, 0, 128], abs=3)  # navy, as JPEG
    ids = pd.read_csv(checkout.survey / "training.csv")["GalaxyID"]
    assert ids.tolist() == list(range(100_000, 161_578))
    assert "Nothing to be done" in checkout.make(target).stdout


def test_no_credentials_are_told_before_any_work(checkout):
    run = checkout.snakemake("--cores", "1", "--resources", "gpu=1")
    assert run.returncode != 0
    assert "its client finds no credentials here" in run.stdout
    assert WITHOUT_KAGGLE in run.stdout
    assert "Traceback" not in run.stdout
    assert not (checkout.survey / "raw").exists()


def test_what_came_before_a_job_failed_is_kept(checkout, files, monkeypatch):
    with Kaggle({SOLUTIONS: files["labels.zip"]}, statuses=[200, 404]) as kaggle:
        for name, value in (kaggle.environment | BY_TOKEN).items():
            monkeypatch.setenv(name, value)
        run = checkout.make("results/surveys/tiny/training.npy")
    assert "Kaggle answered with an error (404: Not Found)" in run.stdout
    assert "Traceback" not in run.stdout
    assert [path.name for path in (checkout.survey / "raw").iterdir()] == [f"{SOLUTIONS}.part"]
