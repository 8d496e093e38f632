"""The page that a galaxy is shown to: the real server, asked by a real browser."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import psutil
import pytest
import requests
from astropy.io import fits
from PIL import Image
from playwright.sync_api import Page, expect

from browsing import VIEWS, require_access, require_fit
from checkout import ROOT, Checkout
from crowd_words import crowd_words, shown_on
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.labellers import VOLUNTEERS
from galaxyzoo.showing.answers import like, nearest
from galaxyzoo.showing.browsing import load_browsed
from galaxyzoo.showing.experts import load_experts
from galaxyzoo.showing.local_server import page_application, server_of
from galaxyzoo.showing.server import Busy, Turns, rendered
from looked_through import features, name_of, small_catalogue
from trees import GALAXY_ZOO_2

CROPPED = {"sizes": "crop"}
API = "sys.path.insert(0, 'workflow'); import galaxyzoo.predict"
# Says what torch's library of threads is told when torch is imported.
WATCH = """
import os, runpy, sys
class Watch:
    def find_spec(name, path, target=None):
        if name == "torch":
            print(os.environ.get("GOMP_SPINCOUNT"))
sys.meta_path.insert(0, Watch)
{code}
"""


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
    assert found["nearest"][0]["name"] == str(first)


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


def test_what_is_no_picture_is_a_bad_request_with_the_reason(server):
    refused = requests.post(f"{server[0]}answer", data=b"no picture", timeout=60)
    assert refused.status_code == 400
    assert refused.json()["error"].startswith("It cannot be used: ")


def test_idle_and_slow_connections_keep_nobody_waiting(server, galaxy):
    address = urlsplit(server[0])
    with ExitStack() as open_ones:
        connections = [
            open_ones.enter_context(socket.create_connection((address.hostname, address.port)))
            for _ in range(20)
        ]
        half = (
            f"POST /answer HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 9999\r\n\r\nhalf"
        )
        for slow in connections[:10]:
            slow.sendall(half.encode())
        assert requests.get(server[0], timeout=60).status_code == 200
        assert requests.post(f"{server[0]}answer", data=galaxy, timeout=60).status_code == 200


def test_other_sites_may_not_ask(server, galaxy):
    def status(**headers: str) -> int:
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        found = requests.post(f"{server[0]}answer", data=galaxy, headers=asked, timeout=60)
        assert ("sentence" in found.json()) == (found.status_code == 200)
        return found.status_code

    own = server[0].rstrip("/")
    assert status(Origin=own, Sec_Fetch_Site="same-origin") == 200
    for origin in (
        "http://evil.example",
        "null",
        "http://127.0.0.1:1",
        own.replace("http", "https"),
    ):
        assert status(Origin=origin) == 403
    for site in ("cross-site", "same-site"):
        assert status(Sec_Fetch_Site=site) == 403
        assert status(Origin=own, Sec_Fetch_Site=site) == 403


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(server):
    address = urlsplit(server[0])
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"POST /answer HTTP/1.1\r\nHost: {address.netloc}\r\n"
        connection.sendall(f"{head}Content-Length: {LARGEST_BYTES + 1}\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_pictures_are_looked_at_in_turns_and_not_too_many_wait():
    turns, go_on = Turns(2), Event()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(turns.run, go_on.wait) for _ in range(2)]
        while turns._places._value:  # until both are there
            go_on.wait(0.01)
        with pytest.raises(Busy):
            turns.run(int)
        go_on.set()
        assert [one.result() for one in both] == [True, True]
    assert turns.run(int, "3") == 3


def test_a_port_that_is_taken_is_a_sentence():
    app = page_application(1000)
    first = server_of(app, 0, 1)
    with pytest.raises(InputError, match=f"port {first.effective_port} cannot be taken .* --port"):
        server_of(app, first.effective_port, 1)
    first.close()


@pytest.mark.parametrize("code", ["runpy.run_path('workflow/scripts/show.py')", API])
def test_threads_that_wait_do_not_spin_whoever_starts_them(code):
    """As torch is imported, so that its library of threads reads it."""
    told = subprocess.run(
        [sys.executable, "-c", WATCH.format(code=code)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "GOMP_SPINCOUNT"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["2000"]


def test_an_experiment_is_found_by_any_path(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(finished.results)
    results = finished.folder / "results"
    (tmp_path / "results").symlink_to(results)
    (tmp_path / "alone").symlink_to(finished.results)
    for path in (".", "../tiny", tmp_path / "results" / "tiny", tmp_path / "alone"):
        assert load_experts(Path(path)).name == "tiny"


def test_the_page_says_who_labelled_the_galaxies(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    record = checkout.results / "finished.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    content["config"]["survey"]["labelled_by"] = "experts"
    record.write_text(json.dumps(content), encoding="utf-8")
    experts = load_experts(checkout.results)
    templates = ROOT / "workflow" / "report"
    text = shown_on(rendered(experts, templates, CROPPED)[0])
    assert "What would the experts say? tiny" in text
    assert crowd_words(text) == []
    assert "More like this" not in text
    with_catalogue = shown_on(rendered(experts, templates, CROPPED, "mine")[0])
    assert "More like this in the catalogue mine" in with_catalogue
    of_volunteers = shown_on(rendered(experts._replace(words=VOLUNTEERS), templates, CROPPED)[0])
    assert "What would the crowd say? tiny" in of_volunteers


def test_nearest_galaxies_have_the_names_that_their_owner_gave_them(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    named = checkout.survey / "raw" / "galaxies.csv"
    ids = pd.read_csv(checkout.survey / "training.csv")["GalaxyID"]
    names = [f"J{one}+05" for one in ids]
    pd.DataFrame({"GalaxyID": ids, "name": names}).to_csv(named, index=False)
    record = checkout.results / "finished.json"
    content = json.loads(record.read_text(encoding="utf-8"))
    assert content["galaxies"] is None
    place = "../surveys/tiny/raw/galaxies.csv"
    content["galaxies"], content["files"][place] = place, file_hash(named)
    record.write_text(json.dumps(content), encoding="utf-8")
    experts = load_experts(checkout.results)
    first = experts.training.features[0]
    galaxy = experts.training.names[0]
    assert [nearest(first, experts)[0]["name"]] == [galaxy]
    assert galaxy.startswith("J")
    assert galaxy.endswith("+05")
    named.write_text("GalaxyID,name\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"galaxies\.csv was made anew since"):
        load_experts(checkout.results)


def test_what_is_most_like_a_picture_in_a_catalogue_is_told_nearest_first(tmp_path):
    catalogue = load_browsed(small_catalogue(tmp_path))
    found = like(features()[3:4], catalogue)
    assert len(found) == 6
    assert found[0]["name"] == name_of(3)
    assert found[0]["sentence"] == "Galaxy 3."
    assert all(one["picture"] for one in found)


def test_an_experiment_that_is_not_finished_is_a_sentence(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    os.remove(checkout.results / "seed1" / "stages" / "all_large.pt")
    with pytest.raises(InputError, match=r"is not finished: there is no .*all_large\.pt"):
        load_experts(checkout.results)
    with pytest.raises(
        InputError, match="nowhere is no folder; give that of a finished experiment"
    ):
        load_experts(checkout.folder / "nowhere")
    with pytest.raises(InputError, match=r"config.yaml is no folder; give that of a finished"):
        load_experts(checkout.results / "config.yaml")
