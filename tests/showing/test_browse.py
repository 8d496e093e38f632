"""The pages of a catalogue, served on this machine: the strangest galaxies, and more like one."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from browsing import VIEWS, require_access, require_fit
from checkout import ROOT
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.showing.browsing import load_browsed, more_like, most_like, position_of
from galaxyzoo.showing.catalogue_pages import catalogue_application
from galaxyzoo.showing.local_server import server_of
from looked_through import BAD, GALAXIES, STRANGE, compared, name_of, shard_tables, small_catalogue

TEMPLATES = Path(__file__).parents[2] / "workflow" / "report"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return small_catalogue(tmp_path_factory.mktemp("small"))


@pytest.fixture
def client(folder) -> FlaskClient:
    return catalogue_application(load_browsed(folder), TEMPLATES).test_client()


def ids(page: str) -> list[str]:
    """The positions of the galaxies on a page, in its order."""
    return [int(one) for one in re.findall(r"<b>J(\d+) ", page)]


@pytest.fixture(scope="module")
def address(folder) -> Iterator[str]:
    server = server_of(catalogue_application(load_browsed(folder), TEMPLATES), 0, 4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.mark.parametrize(("width_px", "colour_scheme"), VIEWS)
def test_one_goes_from_the_strangest_to_more_like_it(address, browser, width_px, colour_scheme):
    context = browser.new_context(
        viewport={"width": width_px, "height": 800}, color_scheme=colour_scheme
    )
    page = context.new_page()
    asked, errors = [], []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(address)
    expect(page.locator(".contact li")).to_have_count(24)
    expect(page.locator(".contact li").first).to_contain_text(f"{name_of(STRANGE)} strangeness")
    require_fit(page)
    require_access(page)
    page.get_by_role("link", name=f"More like {name_of(STRANGE)}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"More like {name_of(STRANGE)}")
    expect(page.locator(".contact img")).to_have_count(25)
    require_fit(page)
    require_access(page)
    page.get_by_role("searchbox").fill("nobody")
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_have_text("The catalogue has no galaxy nobody.")
    require_access(page)
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    assert errors == []


def test_the_strangest_come_first_and_the_bad_picture_is_none_of_them(client):
    page = client.get("/catalogue").text
    assert ids(page)[0] == STRANGE
    assert len(ids(page)) == 24
    assert BAD not in ids(page)
    shown = [float(one) for one in re.findall(r"strangeness (\S+)<", page)]
    assert shown == sorted(shown, reverse=True)


def test_the_nearest_of_a_galaxy_are_those_of_its_features_without_itself(client, folder):
    catalogue = load_browsed(folder)
    page = client.get("/catalogue", query_string={"like": name_of(3)}).text
    found = ids(page)
    assert found[0] == 3  # shown above the others
    assert found[1:] == more_like(3, catalogue)
    assert 3 not in found[1:]
    nearest = most_like(catalogue.index.get(3), catalogue, GALAXIES)
    assert nearest[0] == 3
    assert len(nearest) == GALAXIES - 1
    assert position_of(name_of(39), catalogue) == 39  # in the last shard


def test_a_galaxy_without_features_and_an_unknown_one_have_a_sentence(client):
    bad = client.get("/catalogue", query_string={"like": name_of(BAD)}).text
    assert "It has no features to compare" in bad
    odd = client.get("/catalogue", query_string={"like": "<script>alert(1)</script>"})
    assert odd.status_code == 200
    assert "<script" not in odd.text
    assert client.get("/catalogue?like=").status_code == 200


def test_other_sites_and_other_names_of_this_machine_get_nothing(client):
    assert client.get("/catalogue", headers={"Host": "evil.example"}).status_code == 400
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}):
        assert client.get("/catalogue", headers=headers).status_code == 403
    answer = client.get("/catalogue", headers={"Sec-Fetch-Site": "none"})
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_picture_that_is_gone_is_told_in_its_place(tmp_path):
    folder = small_catalogue(tmp_path)
    (folder / "pictures" / f"{STRANGE}.png").unlink()
    page = catalogue_application(load_browsed(folder), TEMPLATES).test_client().get("/catalogue")
    assert "Its picture cannot be read: there is no file" in page.text
    assert len(ids(page.text)) == 24


def test_what_is_no_catalogue_or_is_not_whole_is_refused_by_name(tmp_path, folder):
    with pytest.raises(InputError, match="nowhere has no finished catalogue with neighbours"):
        load_browsed(tmp_path / "nowhere")
    copy = shutil.copytree(folder, tmp_path / "copy")
    index = copy / "neighbours" / "index.usearch"
    content = index.read_bytes()
    index.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match=r"index.usearch is damaged \(it is not what was written"):
        load_browsed(copy)
    index.write_bytes(content)
    shutil.rmtree(copy / "pictures")
    (copy / "galaxies.json").write_text('{"path": "gone", "resolved": "/gone"}', encoding="utf-8")
    with pytest.raises(InputError, match="there is no /gone, of which"):
        load_browsed(copy)
    (copy / "catalogue.parquet" / "00002.parquet").unlink()
    with pytest.raises(InputError, match="has 3 parts, and there are 2 shards"):
        load_browsed(copy)


def test_a_catalogue_of_one_galaxy_or_none_has_a_page(tmp_path):
    shards, reduced = shard_tables(tmp_path)
    compared(tmp_path, shards, reduced)
    catalogue = load_browsed(tmp_path)._replace(
        index=None, strangest=load_browsed(tmp_path).strangest[:0]
    )
    client = catalogue_application(catalogue, TEMPLATES).test_client()
    assert "too few galaxies to say which are strange" in client.get("/catalogue").text
    assert "It has no features" in client.get("/catalogue", query_string={"like": name_of(1)}).text


def test_the_script_says_where_the_pages_are_and_serves_them(folder):
    command = [sys.executable, "workflow/scripts/browse.py", str(folder), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline()
        address = re.fullmatch(r"Look through the catalogue at (http://\S+) .*\n", said)[1]
        with urlopen(address, timeout=30) as page:
            assert ids(page.read().decode())[0] == STRANGE
        process.send_signal(signal.SIGINT)
    assert process.returncode == 0
