"""The page that a galaxy is shown to: the real server, asked by a real browser."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import requests
from astropy.io import fits
from PIL import Image
from playwright.sync_api import Page, expect

from browsing import VIEWS, require_access, require_fit
from checkout import Checkout
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.showing.experts import load_experts
from trees import GALAXY_ZOO_2


def start(checkout: Checkout, folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "workflow/scripts/show.py", str(folder), "--port", "0"],
        cwd=checkout.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def server(finished) -> Iterator[tuple[str, int]]:
    """The address of the page of the tiny experiment, and its server's process id."""
    process = start(finished, finished.results)
    line = process.stdout.readline()
    if "http://" not in line:
        pytest.fail(process.communicate()[1])
    yield line.partition(" at ")[2].split()[0], process.pid
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


@pytest.fixture(scope="module")
def galaxy(finished) -> bytes:
    """The survey's first test picture."""
    with zipfile.ZipFile(finished.survey / "raw" / "images_test_rev1.zip") as archive:
        name = min(name for name in archive.namelist() if name.endswith(".jpg"))
        return archive.read(name)


@pytest.fixture(params=VIEWS)
def page(request, browser, server) -> Iterator[Page]:
    """The page in a browser; at the end it must have asked nobody but its server."""
    width_px, colour_scheme = request.param
    context = browser.new_context(
        viewport={"width": width_px, "height": 800}, color_scheme=colour_scheme
    )
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server[0])
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((server[0], "data:"))] == []
    assert errors == []


def given(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def test_a_picture_s_sentence_tree_places_and_neighbours_are_shown(page, galaxy):
    given(page, "galaxy.jpg", galaxy)
    expect(page.locator("#show-sentence")).to_contain_text(".")
    assert page.locator("#show-tree .band").count() > 37
    assert page.locator("#show-tree .range").count() == 37
    expect(page.locator("#show-places img")).to_have_count(2)
    expect(page.locator("#show-nearest li")).to_have_count(6)
    page.locator("summary").click()
    assert page.locator("#show-numbers tr").count() == 37
    require_fit(page)
    require_access(page)
    page.locator("#show-answer").select_option(label="irregular")
    expect(page.locator("#show-places img")).to_have_count(2)


def test_what_is_no_picture_is_refused_with_a_sentence_and_the_next_is_shown(page, galaxy):
    for name, content, sentence in (
        ("notes.txt", b"a spiral", "the image is not a JPEG or PNG file"),
        ("cut.jpg", galaxy[:2000], "the image cannot be decoded"),
        ("small.png", picture(100), "the picture is 100 x 100 px, and 224 are needed"),
    ):
        given(page, name, content)
        expect(page.locator("#show-status")).to_contain_text(f"It cannot be used: {sentence}")
        expect(page.locator("#show-found")).to_be_hidden()
    given(page, "galaxy.jpg", galaxy)
    expect(page.locator("#show-found")).to_be_visible()


def picture(size_px: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (size_px, size_px)).save(file, "PNG")
    return file.getvalue()


def test_it_says_what_the_recalibrated_bag_predicts(server, finished, galaxy):
    found = requests.post(f"{server[0]}answer", data=galaxy, timeout=60).json()
    bag = pd.read_parquet(finished.results / "bag" / "test.parquet").set_index("GalaxyID")
    calibration = read_calibration(finished.results / "calibration.json", GALAXY_ZOO_2)
    expected, bounds = calibration.of(GALAXY_ZOO_2.probabilities(bag.sort_index().iloc[:1]))
    np.testing.assert_allclose(found["predicted"], 1000 * expected[0], atol=1)
    np.testing.assert_allclose(found["lower"], 1000 * bounds.lower.joint[0], atol=1)
    np.testing.assert_allclose(found["upper"], 1000 * bounds.upper.joint[0], atol=1)
    assert found["sentence"] == GALAXY_ZOO_2.describe(expected[0])


def test_a_training_galaxy_s_nearest_is_itself(server, finished):
    split = pd.read_csv(finished.results / "seed0" / "split.csv")
    first = split.loc[split["part"] == "train", "GalaxyID"].iloc[0]
    with zipfile.ZipFile(finished.survey / "raw" / "images_training_rev1.zip") as archive:
        name = next(name for name in archive.namelist() if name.endswith(f"{first}.jpg"))
        content = archive.read(name)
    found = requests.post(f"{server[0]}answer", data=content, timeout=60).json()
    assert found["nearest"][0]["id"] == str(first)


def test_fits_pictures_are_taken_and_black_ones_are_warned_of(server):
    file = io.BytesIO()
    fits.PrimaryHDU(np.random.default_rng(0).random((3, 300, 300), np.float32)).writeto(file)
    found = requests.post(f"{server[0]}answer", data=file.getvalue(), timeout=60)
    assert found.json()["sentence"].endswith(".")
    black = requests.post(f"{server[0]}answer", data=picture(300), timeout=60).json()
    assert "There is too little light in its middle." in black["warnings"]


def test_it_listens_on_this_machine_alone_and_by_no_other_name(server):
    address, pid = server
    listening = [
        one.laddr.ip
        for one in psutil.Process(pid).net_connections()
        if one.status == psutil.CONN_LISTEN
    ]
    assert listening == ["127.0.0.1"]
    for path in ("", "answer"):
        ask = requests.post if path else requests.get
        elsewhere = ask(address + path, headers={"Host": "evil.example"}, timeout=60)
        assert elsewhere.status_code == 400
    assert requests.post(f"{address}places/37", data=b"", timeout=60).status_code == 404


def test_an_experiment_that_is_not_finished_is_a_sentence(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    os.remove(checkout.results / "seed1" / "stages" / "all_large.pt")
    with pytest.raises(InputError, match=r"is not finished: there is no .*all_large\.pt"):
        load_experts(checkout.results)
    with pytest.raises(InputError, match="nowhere"):
        load_experts(checkout.folder / "nowhere")
