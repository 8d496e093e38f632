"""Cut-outs of positions, fetched from a server on loopback that fails in various ways."""

import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from checkout import ROOT
from cutout_server import CutoutServer, jpeg
from galaxyzoo.catalogue import cutouts
from galaxyzoo.catalogue.cutouts import SERVICES, fetch_cutouts
from galaxyzoo.foundation.errors import InputError

COLUMNS = [
    "id",
    "ra",
    "dec",
    "pixel_scale",
    "address",
    "status",
    "reason",
    "bytes",
    "sha256",
    "path",
]
FETCH = """
import sys
from pathlib import Path
import pandas as pd
from galaxyzoo.catalogue.cutouts import fetch_cutouts
folder, address = Path(sys.argv[1]), sys.argv[2]
settings = {"survey": "sdss", "address": address, "training_scale": 0.02}
table = pd.read_csv(folder / "galaxies.csv")
fetch_cutouts(table, folder / "cutouts", folder / "manifest.csv", settings, at_once=2)
"""


@pytest.fixture(autouse=True)
def patience_of_a_test(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(cutouts, "BACKOFF_SECONDS", 0.001)


@pytest.fixture
def server():
    with CutoutServer() as running:
        yield running


def galaxies(*ras: float) -> pd.DataFrame:
    """Galaxies at whole degrees of ra, named by them, with a radius of 10 arcsec."""
    ids = [int(ra) for ra in ras]
    return pd.DataFrame({"id": ids, "ra": ras, "dec": -1.5, "radius": 10.0})


def settings_of(address: str | None, survey: str = "sdss") -> dict:
    return {"survey": survey, "address": address, "training_scale": 0.02}


def fetched(
    server: CutoutServer, folder: Path, table: pd.DataFrame, survey: str = "sdss"
) -> pd.DataFrame:
    """The manifest after cut-outs were fetched to a folder."""
    settings = settings_of(server.address, survey)
    return fetch_cutouts(table, folder / "cutouts", folder / "manifest.csv", settings)


def written(folder: Path) -> pd.DataFrame:
    """The manifest that was written; text as text, empty cells as None."""
    table = pd.read_csv(folder / "manifest.csv", dtype={"id": str, "reason": str})
    return table.astype(object).where(table.notna(), None)


def pictures(folder: Path) -> dict[str, bytes]:
    """Contents of all files below the folder of cut-outs, by name."""
    files = [path for path in (folder / "cutouts").rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files}


def encoded(picture: Image.Image, kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def test_each_galaxy_has_its_picture_and_a_row_of_the_manifest(server, tmp_path):
    found = fetched(server, tmp_path, galaxies(12, 7))
    assert pictures(tmp_path) == {"12.jpg": jpeg(12), "7.jpg": jpeg(7)}
    assert list(found.columns) == COLUMNS
    assert found["id"].tolist() == [12, 7]
    assert found["status"].tolist() == ["fetched", "fetched"]
    assert found["reason"].isna().all()
    # 0.02 radii of 10 arcsec
    np.testing.assert_allclose(found["pixel_scale"], [0.2, 0.2], rtol=1e-12)
    for row, galaxy in enumerate([12, 7]):
        assert Path(found["path"][row]).read_bytes() == jpeg(galaxy)
        assert found["bytes"][row] == len(jpeg(galaxy))
        assert found["sha256"][row] == hashlib.sha256(jpeg(galaxy)).hexdigest()
    kept = written(tmp_path)
    assert list(kept.columns) == COLUMNS
    assert kept["address"].tolist() == found["address"].tolist()
    assert kept["sha256"].tolist() == found["sha256"].tolist()
    assert kept["bytes"].tolist() == found["bytes"].tolist()


def test_a_file_lies_in_the_folder_of_its_ids_hash(server, tmp_path):
    found = fetched(server, tmp_path, galaxies(12))
    first_two = hashlib.sha1(b"12").hexdigest()[:2]
    assert found["path"].tolist() == [str(tmp_path / "cutouts" / first_two / "12.jpg")]


@pytest.mark.parametrize(
    ("survey", "call", "query"),
    [
        (
            "sdss",
            "/cutouts/getjpeg",
            {"ra": "12.0", "dec": "-1.5", "scale": "0.2", "width": "424", "height": "424"}
            | {"opt": ""},
        ),
        (
            "legacy",
            "/cutouts/jpeg-cutout",
            {"ra": "12.0", "dec": "-1.5", "pixscale": "0.2", "size": "424", "layer": "ls-dr10"},
        ),
    ],
)
def test_a_cut_out_is_asked_for_in_the_words_of_its_survey(server, tmp_path, survey, call, query):
    found = fetched(server, tmp_path, galaxies(12), survey)
    [asked] = server.asked
    assert urlsplit(asked).path == call
    assert dict(parse_qsl(urlsplit(asked).query, keep_blank_values=True)) == query
    assert found["address"].tolist() == [server.address.removesuffix("/cutouts") + asked]
    [agent] = server.agents
    assert agent.startswith("galaxyzoo-workflow ")


def test_the_surveys_own_servers_are_asked_unless_another_is_named(tmp_path):
    plan = cutouts.planned(galaxies(12), tmp_path, settings_of(None))
    assert plan["address"][0].startswith(f"{SERVICES['sdss'].address}/getjpeg?ra=12.0&")
    plan = cutouts.planned(galaxies(12), tmp_path, settings_of("http://mirror/"))
    assert plan["address"][0].startswith("http://mirror/getjpeg?ra=12.0&")


def test_ids_of_any_letters_have_files_of_their_own(server, tmp_path):
    ids = ["J12+3.4", "a/b", "a_b", "..", "é"]
    table = galaxies(1, 2, 3, 4, 5).assign(id=ids)
    found = fetched(server, tmp_path, table)
    assert found["status"].tolist() == ["fetched"] * 5
    assert [Path(path).read_bytes() for path in found["path"]] == [jpeg(n) for n in range(1, 6)]
    names = {"J12%2B3.4.jpg", "a%2Fb.jpg", "a_b.jpg", "...jpg", "%C3%A9.jpg"}
    assert pictures(tmp_path).keys() == names
    assert fetched(server, tmp_path, table)["status"].tolist() == ["kept"] * 5


def test_ids_that_are_too_long_for_a_file_s_name_have_one_each(server, tmp_path):
    table = galaxies(1, 2, 3).assign(id=["a" * 250, "a" * 249 + "b", "é" * 125])
    found = fetched(server, tmp_path, table)
    assert found["status"].tolist() == ["fetched"] * 3
    assert [Path(path).read_bytes() for path in found["path"]] == [jpeg(n) for n in range(1, 4)]
    assert fetched(server, tmp_path, table)["status"].tolist() == ["kept"] * 3


# What fails


def test_a_server_that_is_busy_twice_is_asked_a_third_time(server, tmp_path):
    server.vices = {7: [503, 429]}
    found = fetched(server, tmp_path, galaxies(7))
    assert found["status"].tolist() == ["fetched"]
    assert server.asked_for() == [7, 7, 7]


def test_a_server_that_says_when_is_asked_then(server, tmp_path):
    server.vices, server.retry_after = {7: [503]}, "1"
    fetched(server, tmp_path, galaxies(7))
    first, second = server.times
    assert second - first >= 1


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_fails_six_times_is_left_alone(server, tmp_path, status):
    server.vices = {7: [status] * 9}
    found = fetched(server, tmp_path, galaxies(7, 8))
    assert found["status"].tolist() == ["failed", "fetched"]
    assert found["reason"][0].startswith(f"the server answered {status} ")
    assert server.asked_for().count(7) == 6


def test_a_picture_that_is_not_there_is_a_row_with_a_reason(server, tmp_path):
    server.vices = {7: [404]}
    found = fetched(server, tmp_path, galaxies(7, 8))
    assert found["status"].tolist() == ["failed", "fetched"]
    assert found["reason"][0] == "the server answered 404 Not Found"
    assert found[["bytes", "sha256", "path"]].isna().all(axis=1).tolist() == [True, False]
    assert server.asked_for().count(7) == 1
    assert written(tmp_path)["reason"].tolist() == ["the server answered 404 Not Found", None]


BROKEN = [
    (b"<html>Sorry</html>", r"^what came is not a JPEG: it begins with b'<html>Sorry</html>'$"),
    (b"", r"^what came is not a JPEG: it begins with b''$"),
    (encoded(Image.open(io.BytesIO(jpeg(7))), "PNG"), r"^what came is not a JPEG"),
    (jpeg(7)[:-2000], r"^the image cannot be decoded: "),
    (jpeg(7, 212), r"^the picture has 212 x 212 px, not 424 x 424$"),
    (encoded(Image.new("RGB", (424, 424))), r"^the picture is empty"),
    (encoded(Image.new("L", (424, 424), 9)), r"^the image is of mode L, not RGB$"),
]


@pytest.mark.parametrize(("content", "reason"), BROKEN)
def test_what_is_no_cut_out_is_a_row_with_a_reason_and_no_file(server, tmp_path, content, reason):
    server.vices = {7: [content]}
    found = fetched(server, tmp_path, galaxies(7, 8))
    assert found["status"].tolist() == ["failed", "fetched"]
    assert found["reason"].str.match(reason)[0]
    assert pictures(tmp_path) == {"8.jpg": jpeg(8)}
    assert fetched(server, tmp_path, galaxies(7, 8))["status"].tolist() == ["fetched", "kept"]


def test_a_picture_that_is_cut_off_is_asked_for_again(server, tmp_path):
    server.vices = {7: [None, None]}
    found = fetched(server, tmp_path, galaxies(7))
    assert found["status"].tolist() == ["fetched"]
    assert pictures(tmp_path) == {"7.jpg": jpeg(7)}
    assert server.asked_for() == [7, 7, 7]


def test_a_picture_that_is_always_cut_off_is_a_row_with_a_reason(server, tmp_path):
    server.vices = {7: [None] * 9}
    found = fetched(server, tmp_path, galaxies(7, 8))
    assert found["status"].tolist() == ["failed", "fetched"]
    assert found["reason"][0].startswith("no answer: ")
    assert "IncompleteRead" in found["reason"][0]
    assert server.asked_for().count(7) == 6
    assert pictures(tmp_path) == {"8.jpg": jpeg(8)}


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("ra", -0.1, "its ra is not a number of degrees from 0 to 360"),
        ("ra", 360.1, "its ra is not a number of degrees from 0 to 360"),
        ("ra", np.nan, "its ra is not a number of degrees from 0 to 360"),
        ("ra", "12:30:00", "its ra is not a number of degrees from 0 to 360"),
        ("dec", 90.1, "its dec is not a number of degrees from -90 to 90"),
        ("dec", -90.1, "its dec is not a number of degrees from -90 to 90"),
        ("radius", 0.0, "its radius is not a number of arcsec above 0"),
        ("radius", np.nan, "its radius is not a number of arcsec above 0"),
        ("radius", np.inf, "its radius is not a number of arcsec above 0"),
    ],
)
def test_what_is_no_position_is_a_row_with_a_reason_and_not_asked_for(
    server, tmp_path, column, cell, reason
):
    table = galaxies(7, 8).astype({column: object})
    table.loc[0, column] = cell
    found = fetched(server, tmp_path, table)
    assert found["status"].tolist() == ["failed", "fetched"]
    assert found["reason"].tolist()[0] == reason
    assert server.asked_for() == [8]
    assert written(tmp_path)["address"].tolist()[0] is None


@pytest.mark.parametrize(("ra", "dec"), [(0, -90), (360, 90)])
def test_the_ends_of_the_sky_are_positions(server, tmp_path, ra, dec):
    found = fetched(server, tmp_path, galaxies(ra).assign(dec=dec))
    assert found["status"].tolist() == ["fetched"]


def test_if_nothing_came_the_reasons_are_told(server, tmp_path):
    server.vices = {7: [404]}
    with pytest.raises(InputError, match=r"(?s)^none of the cut-outs.*  7: .* 404 .*  8: its ra"):
        fetched(server, tmp_path, galaxies(7, 8).assign(ra=[7.0, -8.0]))
    assert written(tmp_path)["status"].tolist() == ["failed", "failed"]


def test_without_a_server_that_is_told(server, tmp_path):
    address = settings_of("http://127.0.0.1:1")
    with pytest.raises(InputError, match=r"(?s)^none of .*  7: no answer: .*refused"):
        fetch_cutouts(galaxies(7), tmp_path / "cutouts", tmp_path / "manifest.csv", address)


def test_a_server_that_goes_out_of_service_is_asked_no_more(server, tmp_path):
    ras = range(1, 101)
    server.vices = {ra: [503] * 6 for ra in ras if ra > 10}
    with pytest.raises(InputError, match=r"out of service for the last 20 cut-outs.*run this"):
        fetched(server, tmp_path, galaxies(*ras))
    assert len(set(server.asked_for())) < 50
    table = written(tmp_path)
    assert table["status"].tolist() == ["fetched"] * 10 + ["failed"] * 90
    assert table["reason"][10] == "the server answered 503 Service Unavailable"
    assert table["reason"][99].startswith("the fetching was ended")


def test_pictures_that_are_kept_tell_nothing_of_the_server(server, tmp_path):
    fetched(server, tmp_path, galaxies(*range(1, 100, 2)))
    server.vices = {ra: [503] * 6 for ra in range(1, 101)}
    with pytest.raises(InputError, match=r"out of service for the last 20 cut-outs"):
        fetched(server, tmp_path, galaxies(*range(1, 101)))
    assert "kept" in written(tmp_path)["status"].tolist()


def test_a_survey_that_lacks_many_pictures_is_asked_to_the_end(server, tmp_path):
    ras = range(1, 31)
    server.vices = {ra: [404] for ra in ras if ra < 30}
    found = fetched(server, tmp_path, galaxies(*ras))
    assert found["status"].tolist() == ["failed"] * 29 + ["fetched"]


def test_what_cannot_be_written_is_told(server, tmp_path):
    folder = tmp_path / "cutouts" / hashlib.sha1(b"7").hexdigest()[:2]
    folder.parent.mkdir()
    folder.write_text("in the way")
    with pytest.raises(InputError, match=r"7\.jpg could not be written .*bytes are free"):
        fetched(server, tmp_path, galaxies(7))
    assert (tmp_path / "manifest.csv").exists()


# What goes on


def test_what_is_there_is_not_asked_for_again(server, tmp_path):
    before = fetched(server, tmp_path, galaxies(7, 8))
    found = fetched(server, tmp_path, galaxies(7, 8, 9))
    assert sorted(server.asked_for()) == [7, 8, 9]
    assert found["status"].tolist() == ["kept", "kept", "fetched"]
    for column in ("bytes", "sha256", "path"):
        assert found[column].tolist()[:2] == before[column].tolist()


@pytest.mark.parametrize("damage", [None, b"", b"id,ra\n7,7.0\n", b"\x00\xff\n"])
def test_what_is_there_is_of_no_known_position_without_a_manifest(server, tmp_path, caplog, damage):
    fetched(server, tmp_path, galaxies(7))
    manifest = tmp_path / "cutouts" / "manifest.csv"
    (tmp_path / "manifest.csv").rename(manifest)
    manifest.unlink() if damage is None else manifest.write_bytes(damage)
    moved, settings = galaxies(8).assign(id=7), settings_of(server.address)
    found = fetch_cutouts(moved, manifest.parent, manifest, settings)
    assert found["status"].tolist() == ["fetched"]
    assert Path(found["path"][0]).read_bytes() == jpeg(8)
    assert "so that all cut-outs are fetched again" in caplog.text


def test_what_the_manifest_does_not_have_is_fetched_again(server, tmp_path):
    path = Path(fetched(server, tmp_path, galaxies(7))["path"][0])
    fetched(server, tmp_path, galaxies(8))
    path.write_bytes(jpeg(9))
    assert fetched(server, tmp_path, galaxies(7, 8))["status"].tolist() == ["fetched", "kept"]


def test_another_picture_in_the_place_of_a_cut_out_is_not_kept(server, tmp_path):
    path = Path(fetched(server, tmp_path, galaxies(7))["path"][0])
    path.write_bytes(jpeg(9))
    assert fetched(server, tmp_path, galaxies(7))["status"].tolist() == ["fetched"]
    assert path.read_bytes() == jpeg(7)


def test_what_did_not_come_is_told_with_its_reasons(server, tmp_path, caplog):
    server.vices = {7: [404]}
    fetched(server, tmp_path, galaxies(7, 8, 9).assign(ra=[7.0, -8.0, 9.0]))
    assert "1 of 3 cut-outs did not come; each run asks for them again" in caplog.text
    assert "7: the server answered 404 Not Found" in caplog.text
    assert "1 of 3 galaxies have no position that could be asked for" in caplog.text
    assert "8: its ra is not a number of degrees from 0 to 360" in caplog.text


def test_what_is_there_but_not_whole_is_fetched_again(server, tmp_path):
    path = Path(fetched(server, tmp_path, galaxies(7))["path"][0])
    path.write_bytes(jpeg(7)[:2000])
    assert fetched(server, tmp_path, galaxies(7))["status"].tolist() == ["fetched"]
    assert path.read_bytes() == jpeg(7)


@pytest.mark.parametrize("change", [{"ra": 9.0}, {"radius": 11.0}])
def test_what_came_for_another_position_or_radius_is_fetched_again(server, tmp_path, change):
    fetched(server, tmp_path, galaxies(7, 8))
    table = galaxies(7, 8)
    table.loc[0, list(change)] = list(change.values())
    found = fetched(server, tmp_path, table)
    assert found["status"].tolist() == ["fetched", "kept"]


def test_what_came_from_another_survey_is_not_kept_though_nothing_else_comes(server, tmp_path):
    fetched(server, tmp_path, galaxies(7, 8))
    server.vices = {7: [404]}
    found = fetched(server, tmp_path, galaxies(7, 8), "legacy")
    assert found["status"].tolist() == ["failed", "fetched"]
    assert pictures(tmp_path).keys() == {"8.jpg"}


@pytest.fixture
def stopped(tmp_path):
    """A server that was silent after three pictures, and the process that fetches from it."""
    galaxies(*range(1, 41)).to_csv(tmp_path / "galaxies.csv", index=False)
    with CutoutServer(patience=3) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", FETCH, tmp_path, server.address],
            env={**os.environ, "PYTHONPATH": str(ROOT / "workflow")},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.is_tired.wait(60)
        yield server, process
        process.kill()
        process.communicate()


def test_what_was_fetched_before_a_kill_is_not_asked_for_again(stopped, tmp_path):
    server, process = stopped
    process.kill()
    process.wait()
    there = {name for name in pictures(tmp_path) if name.endswith(".jpg")}
    assert 2 <= len(there) <= 3  # the last may have been on its way to the disk
    assert all(pictures(tmp_path)[name] == jpeg(int(name[:-4])) for name in there)
    assert len(written(tmp_path)) == 40
    server.patience = None
    server.asked.clear()
    found = fetched(server, tmp_path, galaxies(*range(1, 41)))
    missing = [ra for ra in range(1, 41) if f"{ra}.jpg" not in there]
    assert sorted(server.asked_for()) == missing
    assert found["status"].value_counts().to_dict() == {
        "kept": len(there),
        "fetched": len(missing),
    }
    assert pictures(tmp_path) == {f"{ra}.jpg": jpeg(ra) for ra in range(1, 41)}


def test_an_interruption_leaves_a_manifest_of_what_was_done(stopped, tmp_path):
    server, process = stopped
    process.send_signal(signal.SIGINT)
    server.patience = None
    server.ended.set()  # those that wait are sent away, and asked for again
    _, error = process.communicate(timeout=60)
    assert error.strip().endswith("KeyboardInterrupt")
    table = written(tmp_path)
    done = table["status"] == "fetched"
    assert set(pictures(tmp_path)) == {f"{galaxy}.jpg" for galaxy in table["id"][done]}
    assert 3 <= done.sum() < 40
    assert set(table["status"][~done]) == {"failed"}
    assert table["reason"][~done].str.startswith("the fetching was ended").all()
