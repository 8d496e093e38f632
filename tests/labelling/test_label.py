"""The page on which galaxies are labelled: the real server, asked by a real browser."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import pytest
import requests
from astropy.io import fits
from PIL import Image
from playwright.sync_api import Page, expect

from browsing import VIEWS, require_access, require_fit
from checkout import ROOT
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.folders import (
    is_same_picture,
    require_own_galaxies,
    require_same_pictures,
)
from galaxyzoo.labelling.galaxies import Galaxies, galaxies_at
from galaxyzoo.labelling.page import THREADS, application
from galaxyzoo.labelling.session import Session
from galaxyzoo.labelling.volunteers import Given, Writer
from galaxyzoo.labelling.votes import Table, TableWriter
from galaxyzoo.plan.config import catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import as_trained
from galaxyzoo.showing.local_server import address_of, server_of
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from

SCHEMA = load_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")
SETTINGS = as_trained(catalogue_settings({}, SCHEMA), {})
RINGS = [
    {
        "text": "Does it have a ring?",
        "answers": [{"column": "ring"}, {"column": "no_ring", "name": "no ring"}],
    },
    {
        "text": "Which kind of ring?",
        "parent": "ring",
        "answers": [{"column": "inner"}, {"column": "outer"}, {"column": "collisional"}],
    },
]
TREE = tree_from(RINGS)


def jpeg(shade: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (120, 90), (shade, shade, 40)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def pictures(tmp_path) -> Path:
    """A table of three pictures, in an order that is not that of their names."""
    (tmp_path / "stamps").mkdir()
    for name, shade in {"b": 90, "a": 160}.items():
        (tmp_path / "stamps" / f"{name}.jpg").write_bytes(jpeg(shade))
    light = np.random.default_rng(0).random((3, 50, 50), np.float32)
    fits.PrimaryHDU(light).writeto(tmp_path / "stamps" / "c.fits")
    table = tmp_path / "rings.csv"
    table.write_text("name,file\nb,stamps/b.jpg\nc,stamps/c.fits\na,stamps/a.jpg\n")
    return table


@contextmanager
def served(galaxies: Galaxies, folder: Path, name: str, tree: DecisionTree = TREE) -> Iterator[str]:
    """The address of the page of a volunteer; at the end, the table of votes is whole."""
    folder.mkdir(exist_ok=True)
    table = Table(folder, tree)
    writer = TableWriter(table)
    session = Session(galaxies, tree, Writer(folder / f"{name}.jsonl", tree), writer)
    app = application(session, ROOT / "workflow" / "report", table.path)
    server = server_of(app, 0, THREADS)
    Thread(target=server.run, daemon=True).start()  # until its last connection is closed
    try:
        yield address_of(server)
    finally:
        server.close()
        writer.end()


@contextmanager
def opened(browser, address: str, width_px: int = 1280, colours: str = "light") -> Iterator[Page]:
    """The page in a browser; at the end it must have asked nobody but its server."""
    context = browser.new_context(viewport={"width": width_px, "height": 800}, color_scheme=colours)
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []


@contextmanager
def at_work(
    browser, pictures: Path, width_px: int = 1280, colours: str = "light"
) -> Iterator[Page]:
    """The page of Ann, who labels the galaxies of a table, in a browser."""
    galaxies = galaxies_at(pictures, SETTINGS)
    with (
        served(galaxies, pictures.parent / "answers", "ann") as address,
        opened(browser, address, width_px, colours) as page,
    ):
        yield page


def press(page: Page, keys: str) -> None:
    """Press keys, each once what is asked is there with its picture."""
    for key in keys:
        expect(page.locator("#label-stage img")).to_be_visible()
        page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        before = page.locator("#label-last li").count()
        page.keyboard.press(key)
        expect(page.locator("#label-last li")).to_have_count(before + (-1 if key == "u" else 1))


def votes_in(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "votes.csv", dtype={"id": str}).set_index("id")
    return table.drop(columns="image")


def test_galaxies_are_labelled_by_one_key_an_answer(pictures, tmp_path, browser):
    with at_work(browser, pictures) as page:
        expect(page.locator("#label-galaxy")).to_have_text("b")
        expect(page.locator("#label-question")).to_have_text("Does it have a ring?")
        press(page, "1")
        expect(page.locator("#label-question")).to_have_text("Which kind of ring?")
        press(page, "2")
        expect(page.locator("#label-galaxy")).to_have_text("c")
        press(page, "1u2")
        expect(page.locator("#label-galaxy")).to_have_text("a")
        press(page, "1c")
        expect(page.locator("#label-end")).to_be_visible()
        expect(page.locator("#label-count")).to_have_text("3 of 3 galaxies")
        page.keyboard.press("u")
        expect(page.locator("#label-question")).to_have_text("Which kind of ring?")
        press(page, "c")
    found = votes_in(tmp_path / "answers")
    columns = ["volunteers", *TREE.columns]
    expected = {"a": [1, 1, 0, None, None, None], "b": [1, 1, 0, 0, 1, 0], "c": [1, 0, 1, 0, 0, 0]}
    wanted = pd.DataFrame.from_dict(expected, "index", columns=columns, dtype=float)
    pd.testing.assert_frame_equal(found.astype(float), wanted, check_names=False)


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_is_accessible_and_fits(view, pictures, tmp_path, browser):
    with at_work(browser, pictures, *view) as page:
        press(page, "12")
        require_fit(page)
        require_access(page)
        press(page, "s2")
        expect(page.locator("#label-end")).to_be_visible()
        require_access(page)


def test_zoom_and_brightness_are_changed_by_keys_and_stay_for_the_next_galaxy(
    pictures, tmp_path, browser
):
    style = "style => [style.width, style.filter]"
    look = f"image => ({style})(image.style)"
    with at_work(browser, pictures) as page:
        image = page.locator("#label-stage img")
        expect(image).to_be_visible()
        for key in ("+", "+", "b", "b", "b", "b"):
            page.keyboard.press(key)
        assert image.evaluate(look) == ["200%", "brightness(2)"]
        assert page.evaluate("document.querySelector('#label-stage').scrollLeft") > 0
        press(page, "2")
        expect(page.locator("#label-galaxy")).to_have_text("c")
        assert image.evaluate(look) == ["200%", "brightness(2)"]
        page.keyboard.press("r")
        assert image.evaluate(look) == ["100%", ""]


def test_keys_can_be_turned_off_and_the_buttons_do_the_same(pictures, tmp_path, browser):
    with at_work(browser, pictures) as page:
        expect(page.locator("#label-stage img")).to_be_visible()
        page.locator("#label-keys").uncheck()
        page.keyboard.press("1")
        page.get_by_role("button", name="no ring").click()
        expect(page.locator("#label-galaxy")).to_have_text("c")
        expect(page.locator("#label-last li")).to_have_count(1)


def test_a_picture_that_cannot_be_used_is_told_of_and_can_only_be_skipped(
    pictures, tmp_path, browser
):
    (tmp_path / "stamps" / "b.jpg").write_bytes(jpeg(90)[:200])
    with at_work(browser, pictures) as page:
        said = page.locator("#label-stage p")
        expect(said).to_contain_text("The picture cannot be used. The image cannot be decoded")
        page.keyboard.press("1")
        page.keyboard.press("s")
        expect(page.locator("#label-galaxy")).to_have_text("c")
        press(page, "2")
    assert [*votes_in(tmp_path / "answers").index] == ["c"]


def test_agreement_is_told_once_one_has_answered(pictures, tmp_path, browser):
    galaxies, folder = galaxies_at(pictures, SETTINGS), tmp_path / "answers"
    with served(galaxies, folder, "ann") as ann, served(galaxies, folder, "ben") as ben:
        with opened(browser, ann) as page:
            press(page, "12")
            expect(page.locator("#label-agreement")).to_contain_text("has answered what you did")
        with opened(browser, ben) as page:
            expect(page.locator("#label-last li")).to_have_count(0)
            press(page, "13")
            latest = page.locator("#label-last li").first
            expect(latest).to_contain_text("b: Which kind of ring? collisional (0 of 1 other said")
            expect(page.locator("#label-agreement")).to_contain_text("1 (50 %) are yours")
    assert votes_in(folder).loc["b"].tolist() == [2, 2, 0, 0, 1, 1]


def test_an_older_window_and_other_sites_answer_nothing(pictures, tmp_path):
    with served(galaxies_at(pictures, SETTINGS), tmp_path / "answers", "ann") as address:

        def status(path: str = "answer", headers: dict | None = None, **sent: object) -> int:
            return requests.post(address + path, json=sent, headers=headers, timeout=60).status_code

        right = {"galaxy": 0, "question": 0, "answer": 0}
        for wrong in ({"question": 1}, {"galaxy": 1}, {"answer": 2}, {"answer": -1}):
            assert status(**right | wrong) == 409
        for wrong in ({"galaxy": "0"}, {"question": True}, {"question": 9}, {"galaxy": None}):
            assert status(**right | wrong) == 409
        assert status(headers={"Origin": "http://evil.example"}, **right) == 403
        assert status(headers={"Sec-Fetch-Site": "cross-site"}, **right) == 403
        assert status(headers={"Host": "evil.example"}, **right) == 400
        assert status("undo") == 400
        assert status("skip", galaxy=2) == 409
        elsewhere = requests.get(address + "view", headers={"Host": "evil.example"}, timeout=60)
        assert elsewhere.status_code == 400
        assert requests.get(address + "picture/3", timeout=60).status_code == 404
        large = requests.post(address + "answer", data=b"x" * 20_000, timeout=60)
        assert large.status_code == 413
        assert requests.get(address + "view", timeout=60).json()["labelled"] == 0
        assert status(**right) == 200
        assert status(**right) == 409


def test_an_answer_that_cannot_be_written_is_told_of_and_not_counted(pictures, tmp_path):
    folder = tmp_path / "answers"
    with served(galaxies_at(pictures, SETTINGS), folder, "ann") as address:
        right = {"galaxy": 0, "question": 0, "answer": 1}
        (folder / "ann.jsonl").rename(folder / "away")
        refused = requests.post(address + "answer", json=right, timeout=60)
        assert refused.status_code == 400
        assert "The answer could not be written" in refused.json()["error"]
        assert requests.get(address + "view", timeout=60).json()["labelled"] == 0
        (folder / "away").rename(folder / "ann.jsonl")
        assert requests.post(address + "answer", json=right, timeout=60).json()["labelled"] == 1


def test_answers_survive_a_kill(pictures, tmp_path):
    tree = tmp_path / "tree.yaml"
    tree.write_text(json.dumps(RINGS), encoding="utf-8")  # which is YAML
    command = [sys.executable, "workflow/scripts/label.py", str(pictures), "--as", "ann"]
    command += ["--folder", str(tmp_path / "answers"), "--tree", str(tree), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().partition(" at ")[2].split()[0]
        right = {"galaxy": 0, "question": 0, "answer": 0}
        assert requests.post(address + "answer", json=right, timeout=60).status_code == 200
        process.kill()
    with served(galaxies_at(pictures, SETTINGS), tmp_path / "answers", "ann") as address:
        view = requests.get(address + "view", timeout=60).json()
        assert (view["galaxy"]["id"], view["galaxy"]["question"]) == ("b", 1)


def test_a_table_of_positions_is_refused(tmp_path):
    (tmp_path / "sky.csv").write_text("id,ra,dec,petroR90_r\n1,10.0,20.0,5\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"sky\.csv has positions and no pictures; .*snakemake"):
        galaxies_at(tmp_path / "sky.csv", SETTINGS)


def test_answers_on_other_galaxies_do_not_mix_in(pictures, tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    galaxies = galaxies_at(pictures, SETTINGS)
    require_own_galaxies(folder, galaxies)
    require_own_galaxies(folder, galaxies)
    other = tmp_path / "other" / "rings.csv"
    other.parent.mkdir()
    other.write_text("name,file\nb,../stamps/a.jpg\n", encoding="utf-8")
    others = galaxies_at(other, SETTINGS)
    with pytest.raises(InputError, match=r"has answers on the galaxies of .*rings\.csv, and"):
        require_own_galaxies(folder, others)
    writer = Writer(folder / "ann.jsonl", TREE)
    writer.answer(Given("b", galaxies.images[0], 0, "ring"))
    require_same_pictures([writer], galaxies)
    with pytest.raises(InputError, match=r"galaxy b had the picture stamps/b\.jpg, and has \.\./"):
        require_same_pictures([writer], others)


def test_a_position_s_cut_out_is_the_same_picture_in_each_of_its_catalogues():
    first = "/a/results/first/catalogues/sky/cutouts/3f/J1.jpg"
    assert is_same_picture(first, first.replace("first", "second"))
    assert not is_same_picture(first, first.replace("J1", "J2"))
    assert not is_same_picture("/a/stamps/3f/J1.jpg", "/b/stamps/3f/J1.jpg")


def test_other_galaxies_are_shown_in_a_random_order_that_is_the_same_for_everyone(tmp_path):
    for name in range(30):
        (tmp_path / f"{name}.jpg").write_bytes(jpeg(9))
    found = galaxies_at(tmp_path, SETTINGS)
    assert found.ids == galaxies_at(tmp_path, SETTINGS).ids
    assert found.ids != sorted(found.ids, key=int)
    assert sorted(found.ids, key=int) == [str(name) for name in range(30)]
    assert found.images == found.ids
