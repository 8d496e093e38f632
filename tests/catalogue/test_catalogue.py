"""A catalogue through Snakemake: from galaxies in many forms to tables, page and flags."""

import io
import json
import os
import re
import shlex
import shutil
import signal
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from astropy.io.votable import parse_single_table
from astropy.table import Table
from PIL import Image
from playwright.sync_api import expect
from pyarrow import dataset

from browsing import VIEWS as SCREENS
from browsing import opened, require_access, require_fit, require_links
from checkout import TINY, Checkout, changed, labels_in, replaced_by_older
from crowd_words import crowd_words, shown_on
from cutout_server import CutoutServer
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.catalogue.columns import joint_names
from galaxyzoo.catalogue.summary import Sheet, summary
from galaxyzoo.catalogue.written import write_catalogue
from galaxyzoo.engine.devices import use_threads
from galaxyzoo.foundation.handed_on import read_metrics
from galaxyzoo.labelling.configs import picture_settings
from galaxyzoo.labelling.galaxies import galaxies_at
from galaxyzoo.plan.config import load_schema
from galaxyzoo.plan.labellers import WORDS
from galaxyzoo.predict import predict
from galaxyzoo.showing.browsing import load_browsed
from trees import GALAXY_ZOO_2
from warm import run_snakemake

WORKFLOW = Path(__file__).parents[2] / "workflow"
JOINT = joint_names(GALAXY_ZOO_2)


def catalogue_of(
    checkout: Checkout,
    galaxies: Path | str,
    config: dict = TINY,
    suggest: dict | None = None,
    **settings,
):
    """Run `snakemake catalogue` on some galaxies, and `suggest` if there are settings for it."""
    wanted = config | {"galaxies": str(galaxies), "catalogue": settings}
    checkout.write_config(wanted | ({"suggest": suggest} if suggest else {}))
    run = checkout.make("catalogue", *(["suggest"] if suggest else []))
    checkout.write_config(config)
    return run


def whole(folder: Path) -> pd.DataFrame:
    """A catalogue's Parquet files as one table."""
    return dataset.dataset(folder / "catalogue.parquet").to_table().to_pandas()


def of_astropy(table: Table) -> pd.DataFrame:
    """An astropy table with its texts as such."""
    table.convert_bytestring_to_unicode()
    return table.to_pandas()


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory) -> Checkout:
    """A checkout with a catalogue of the survey's seven test pictures, three to a shard."""
    checkout = finished.copy(tmp_path_factory.mktemp("made"))
    suggest = {"method": "both", "number": 4}
    settings = {"shard_size": 3, "name": "test", "features": True}
    run = catalogue_of(checkout, unlabelled(checkout), suggest=suggest, **settings)
    assert run.returncode == 0, run.stdout
    return checkout


def unlabelled(checkout: Checkout) -> Path:
    return checkout.survey / "raw" / "images_test_rev1.zip"


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """The test pictures as files in a folder."""
    with zipfile.ZipFile(unlabelled(made)) as archive:
        archive.extractall(tmp_path / "pictures")
    return tmp_path / "pictures"


def require_the_same_from_python(catalogue: Path, galaxies: Path, **settings) -> None:
    """A catalogue, and what `predict` says of its galaxies, are the same to the last bit."""
    threads = torch.get_num_threads()
    use_threads(2)  # as a job of a run with two cores, since threads decide how sums are rounded
    try:
        found = predict(catalogue.parents[1], galaxies, **settings)
    finally:
        torch.set_num_threads(threads)
    left_out = ["commit"]  # of a checkout without git, and of this one
    expected = whole(catalogue).drop(columns=left_out)
    pd.testing.assert_frame_equal(found.drop(columns=left_out), expected, check_exact=True)


def recalibrated_bag(results: Path) -> pd.DataFrame:
    """The bag's predictions of the test pictures, recalibrated as a catalogue has them."""
    bag = pd.read_parquet(results / "bag" / "test.parquet").set_index("GalaxyID")
    calibration = read_calibration(results / "calibration.json", GALAXY_ZOO_2)
    better, _ = calibration.of(GALAXY_ZOO_2.probabilities(bag))
    return pd.DataFrame(better, bag.index, JOINT)


def test_a_catalogue_predicts_what_the_bag_predicts(made):
    found = whole(made.results / "catalogues" / "test").set_index("id")
    expected = recalibrated_bag(made.results)
    assert found.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(found[JOINT], expected, atol=1e-6)
    assert (found["how_fitted"] == "cropped").all()
    assert (found["experiment"] == "tiny").all()
    smooth = found["smooth_or_featured_smooth_fraction"]
    np.testing.assert_allclose(smooth, found["Class1_1"], atol=1e-6)
    asked = found["bar_proportion_volunteers_asked"]
    np.testing.assert_allclose(asked, found["Class2_2"], atol=1e-6)
    for column in JOINT:
        assert (found[f"{column}_90pc_lower"] <= found[column] + 1e-6).all()
        assert (found[f"{column}_90pc_upper"] >= found[column] - 1e-6).all()
    assert found["sentence"].str.endswith(".").all()


def test_every_format_has_the_same_rows(made):
    folder = made.results / "catalogues" / "test"
    found = whole(folder)
    for name, table in (
        ("fits", of_astropy(Table.read(folder / "catalogue.fits"))),
        ("vot", of_astropy(parse_single_table(folder / "catalogue.vot").to_table())),
        ("csv", pd.read_csv(folder / "catalogue.csv")),
    ):
        assert table.columns.tolist() == found.columns.tolist(), name
        assert table["id"].tolist() == found["id"].tolist()
        np.testing.assert_allclose(table[JOINT], found[JOINT], rtol=1e-5, atol=1e-7)
        assert table["sentence"].tolist() == found["sentence"].tolist()
    plain = pd.read_parquet(folder / "catalogue_plain.parquet")
    few = plain["bar_proportion_volunteers_asked"] < 0.5
    assert plain.loc[few, "bar_yes_fraction"].isna().all()
    assert plain.loc[~few, "bar_yes_fraction"].notna().all()
    assert not [name for name in plain if "90pc" in name]
    assert found["strangeness"].isna().all()  # of seven galaxies none has ten others
    features = dataset.dataset(folder / "features.parquet").to_table().to_pandas()
    assert features["id"].tolist() == found["id"].tolist()
    assert len(set(features["features"].map(len))) == 1
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{column}`" in readme for column in found.columns)


def test_a_second_run_has_nothing_to_do_and_experiments_know_nothing_of_it(made):
    made.make()  # since a copy's report has its templates elsewhere
    wanted = {"galaxies": str(unlabelled(made)), "catalogue": {"shard_size": 3, "name": "test"}}
    wanted["catalogue"]["features"] = True
    made.write_config(TINY | wanted)
    run = made.run("catalogue", "--cores", "2")
    everything = made.make()
    made.write_config(TINY)
    assert "Nothing to be done" in run.stdout, run.stdout
    page = "results/tiny/catalogues/test/catalogue.html"
    assert run.stdout.splitlines()[-1] == f"catalogue test: {page}"
    assert "Nothing to be done" in everything.stdout, everything.stdout


@pytest.mark.parametrize(("width_px", "colour_scheme"), SCREENS)
def test_the_page_shows_galaxies_and_counts(made, browser, width_px, colour_scheme):
    page = made.results / "catalogues" / "test" / "catalogue.html"
    with opened(browser, page, width_px, colour_scheme) as shown:
        expect(shown.get_by_role("heading", name="The strangest")).to_be_visible()
        assert shown.locator(".contact img").count() >= 6
        certain = found_on_the_page(made)
        told = shown.get_by_text("Of none of these would half of the volunteers say so.")
        assert told.count() == sum(sheet.likely == 0 for sheet in certain) > 0
        require_fit(shown)
        require_links(shown)
        require_access(shown)


def test_the_page_previews_its_table_and_searches_it(made, browser):
    folder = made.results / "catalogues" / "test"
    table = whole(folder)
    with opened(browser, folder / "catalogue.html") as page:
        rows = page.locator("#catalogue-rows tr")
        assert rows.first.locator("th").inner_text() == str(table["id"].iloc[0])
        wanted = str(table["id"].iloc[-1])
        page.get_by_role("searchbox").fill(wanted)
        assert rows.locator("th").all_inner_texts() == [
            name for name in table["id"].astype(str) if wanted in name
        ]
        page.get_by_role("searchbox").fill("flag_bad_image")
        assert rows.count() == min(table["flag_bad_image"].sum(), 50)
        page.get_by_role("searchbox").fill("no such galaxy")
        assert page.locator("#catalogue-count").inner_text() == "No galaxy matches."


@pytest.mark.parametrize("labelled_by", WORDS)
def test_the_page_is_written_though_images_are_gone_and_tells_what_was_left_out_and_who_labelled(
    made, tmp_path, labelled_by
):
    catalogue = made.results / "catalogues" / "test"
    listing = shutil.copytree(catalogue / "listing", tmp_path / "listing")
    contents = json.loads((listing / "contents.json").read_text())
    left_out = "Left out as no images: 2 (.json 2)."
    (listing / "contents.json").write_text(json.dumps(contents | {"told": [left_out]}))
    (tmp_path / "shards").symlink_to(catalogue / "shards")
    shards = [tmp_path / "shards" / f"{name}.parquet" for name in sorted(contents["parts"])]
    (tmp_path / "gone").mkdir()
    settings = {
        "name": "test",
        "experiment": "tiny",
        "words": WORDS[labelled_by],
        "crop": 64,
        "catalogue": {"image_column": None, "bands": ["i", "r", "g"], "pixel_scale": None},
    }
    write_catalogue(
        shards,
        listing,
        tmp_path,
        tmp_path / "gone",
        WORKFLOW / "report" / "catalogue.html.j2",
        settings,
        GALAXY_ZOO_2,
        read_metrics(made.results / "metrics.json"),
        read_calibration(made.results / "calibration.json", GALAXY_ZOO_2),
    )
    page = (tmp_path / "catalogue.html").read_text(encoding="utf-8")
    assert "Its picture was predicted, and cannot be read any more: there is no file" in page
    assert left_out in page
    explained = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert left_out in explained
    assert f"prediction of what {WORDS[labelled_by]['who']} would say" in explained
    assert f"What {WORDS[labelled_by]['who']} would say of" in page
    if labelled_by != "volunteers":
        assert crowd_words(explained + shown_on(page)) == []


def found_on_the_page(made: Checkout) -> list[Sheet]:
    """The contact sheets of the catalogue."""
    shards = sorted((made.results / "catalogues" / "test" / "shards").glob("*.parquet"))
    return summary(shards, GALAXY_ZOO_2).sheets


def test_nothing_is_trained_for_a_catalogue(made, tmp_path):
    checkout = made.copy(tmp_path)
    stages = [*TINY["stages"][:3], TINY["stages"][3] | {"lr": 0.001}]
    run = catalogue_of(checkout, unlabelled(checkout), changed(stages=stages), name="other")
    assert run.returncode != 0
    assert "catalogue: it trains nothing, and these stages are missing or out of date" in run.stdout
    assert "seed0/stages/all_large.pt" in run.stdout
    assert "tiny was trained by another config: stages[3].lr 0.005 -> 0.001; to use" in run.stdout
    assert not (checkout.results / "catalogues" / "other").exists()
    # Its galaxies were listed before, so that nothing but the look would be made.
    listed = {"shard_size": 3, "name": "test", "features": True}
    checkout.write_config(
        changed(stages=stages) | {"galaxies": str(unlabelled(made)), "catalogue": listed}
    )
    (checkout.results / "catalogues" / "test" / "look.txt").unlink()
    assert "catalogue: it trains nothing, and these" in checkout.make("look").stdout
    # What is said can be copied, whatever the config file was.
    asked = re.search(r"their own config: snakemake (.*?); to train", run.stdout)[1]
    again = run_snakemake(checkout.folder, [*shlex.split(asked), "--dry-run", "--printshellcmds"])
    assert again.returncode == 0, again.stdout
    assert "list_galaxies" in again.stdout
    assert "train_stage" not in again.stdout
    run = catalogue_of(checkout, unlabelled(checkout), changed(experiment="other"))
    assert "results/other/finished.json; run the experiment to its end; finished are" in run.stdout
    assert "--configfile results/tiny/config.yaml --config galaxies=" in run.stdout
    (checkout.results / "seed1" / "stages" / "all_large.pt").unlink()
    run = catalogue_of(checkout, unlabelled(checkout), name="other")
    weights = "results/tiny/seed1/stages/all_large.pt"
    assert f"are missing or out of date: {weights}; there is no {weights}; to train" in run.stdout
    training = "workflow/galaxyzoo/engine/training.py"
    with checkout.edited(training, "MOMENTUM = 0.99", "MOMENTUM = 0.98"):
        run = catalogue_of(checkout, unlabelled(checkout), name="other")
    assert f"{training} was edited" in run.stdout


def test_a_config_without_what_was_given_for_training_is_told_its_own(made):
    lacking = changed(survey=TINY["survey"] | {"source": "files"})
    run = catalogue_of(made, unlabelled(made), lacking)
    assert run.returncode != 0
    assert "config: files: missing" in run.stdout
    assert "snakemake catalogue --configfile results/tiny/config.yaml --config gal" in run.stdout
    run = catalogue_of(made, unlabelled(made), name="a name")
    assert "catalogue.name: 'a name' is not allowed" in run.stdout
    assert "--configfile" not in run.stdout


@pytest.mark.parametrize(
    ("galaxies", "message"),
    [
        (None, "catalogue: no galaxies; give the path"),
        ("nowhere.zip", "galaxies: there is no nowhere.zip"),
    ],
)
def test_without_galaxies_there_is_a_sentence(made, galaxies, message):
    made.write_config(TINY | ({"galaxies": galaxies} if galaxies else {}))
    run = made.make("catalogue")
    made.write_config(TINY)
    assert run.returncode != 0
    assert message in run.stdout
    assert "Traceback" not in run.stdout


def test_one_network_has_nothing_to_disagree_with(made):
    config = changed(seeds=[0]) | {"galaxies": str(unlabelled(made))}
    listed = {"shard_size": 3, "name": "test", "features": True}
    made.write_config(config | {"catalogue": listed, "suggest": {"method": "both"}})
    run = made.run("suggest", "--dry-run")
    made.write_config(TINY)
    assert run.returncode != 0
    assert "suggest.method: both needs networks that may disagree, and tiny has one" in run.stdout


def test_another_scale_than_that_of_training_is_refused_before_any_work(made):
    run = catalogue_of(made, unlabelled(made), name="scaled", training_scale=0.03)
    assert run.returncode != 0
    assert "training_scale: 0.03 is not what the networks were trained with, 0.02;" in run.stdout
    assert not (made.results / "catalogues" / "scaled").exists()


def test_a_bad_picture_is_a_row_with_its_reason_and_others_are_not_touched(made, folder):
    pictures = sorted(folder.rglob("*.jpg"))
    ids = [int(picture.stem) for picture in pictures]
    pictures[0].write_bytes(b"no picture")
    Image.new("RGB", (50, 50)).save(pictures[1])
    run = catalogue_of(made, folder, name="bad")
    assert run.returncode == 0, run.stdout
    found = whole(made.results / "catalogues" / "bad").set_index("id").loc[ids]
    assert found["flag_bad_image"].tolist() == [True, True, *[False] * 5]
    assert found["bad_image_reason"].iloc[0] == "the image is not a JPEG or PNG file"
    assert "50 x 50 px" in found["bad_image_reason"].iloc[1]
    assert found["Class1_1"].isna().tolist() == found["flag_bad_image"].tolist()
    before = whole(made.results / "catalogues" / "test").set_index("id").loc[ids[2:]]
    np.testing.assert_allclose(found[JOINT].iloc[2:], before[JOINT], atol=1e-6)
    page = (made.results / "catalogues" / "bad" / "catalogue.html").read_text(encoding="utf-8")
    assert "the image is not a JPEG or PNG file" in page
    require_the_same_from_python(made.results / "catalogues" / "bad", folder)


def test_galaxies_that_are_gone_are_gone_from_the_catalogue(made, folder):
    assert catalogue_of(made, folder, name="fewer", shard_size=3).returncode == 0
    for picture in sorted(folder.rglob("*.jpg"))[2:]:
        picture.unlink()
    run = catalogue_of(made, folder, name="fewer", shard_size=3)
    assert run.returncode == 0, run.stdout
    assert len(whole(made.results / "catalogues" / "fewer")) == 2


def test_a_table_s_own_columns_come_through(made, folder):
    pictures = sorted(folder.rglob("*.jpg"))
    table = pd.DataFrame(
        {
            "name": [f"J{picture.stem}" for picture in pictures],
            "file": [picture.relative_to(folder).as_posix() for picture in pictures],
            "redshift": np.linspace(0, 1, len(pictures)),
        }
    )
    path = folder / "galaxies.csv"
    table.to_csv(path, index=False)
    settings = {"name": "table", "id_column": "name", "image_column": "file"}
    run = catalogue_of(made, path, **settings)
    assert run.returncode == 0, run.stdout
    found = whole(made.results / "catalogues" / "table")
    assert found.columns[0] == "id"
    assert found["id"].tolist() == table["name"].tolist()
    assert found["redshift"].tolist() == pytest.approx(table["redshift"].tolist())
    before = whole(made.results / "catalogues" / "test").set_index("id")
    ids = [int(picture.stem) for picture in pictures]
    np.testing.assert_allclose(found[JOINT], before.loc[ids, JOINT], atol=1e-6)
    of_pictures = {key: settings[key] for key in ("id_column", "image_column")}
    require_the_same_from_python(made.results / "catalogues" / "table", path, **of_pictures)
    replaced_by_older(pictures[0], pictures[1].read_bytes())
    made.write_config(TINY | {"galaxies": str(path), "catalogue": settings})
    said = made.snakemake("--dry-run", "catalogue").stdout
    assert "checkpoint list_galaxies:" in said
    assert "train_stage" not in said


def test_intervals_are_reset_on_galaxies_that_have_labels(made, tmp_path):
    raw = made.survey / "raw"
    votes = labels_in(made.survey / "training.csv").sample(40, random_state=0)
    folder = tmp_path / "others"
    folder.mkdir()
    with zipfile.ZipFile(raw / "images_training_rev1.zip") as archive:
        by_id = {Path(name).stem: name for name in archive.namelist() if name.endswith(".jpg")}
        for galaxy in votes.index:  # encoded anew, they are other pictures
            with Image.open(archive.open(by_id[str(galaxy)])) as image:
                image.save(folder / f"{galaxy}.png")
        learnt = folder / f"{votes.index[0]}.png"
    votes.iloc[:35].rename(index={votes.index[34]: 7}).to_csv(tmp_path / "labels.csv")
    settings = {"name": "others", "labels": {"table": str(tmp_path / "labels.csv")}}
    run = catalogue_of(made, folder, suggest={"number": 10}, **settings)
    assert run.returncode == 0, run.stdout
    assert "1 of 35 labels are of galaxies that the catalogue does not have" in run.stdout
    results = made.results / "catalogues" / "others"
    scores = json.loads((results / "calibration_scores.json").read_text(encoding="utf-8"))
    assert (scores["galaxies"], scores["given"], scores["known"]) == (34, 35, True)
    next_ones = pd.read_csv(results / "suggested.csv")["id"]
    assert {*next_ones} == {*votes.index[34:]}
    found = whole(results).set_index("id")
    assert found["strangeness"].notna().all()
    assert found["strangeness"].median() == pytest.approx(1)
    table = Table.read(results / "catalogue.fits")
    np.testing.assert_allclose(table["strangeness"], found["strangeness"], rtol=1e-6)
    assert load_browsed(results).strangest[0] == found["strangeness"].argmax()
    calibration = read_calibration(results / "calibration.json", GALAXY_ZOO_2)
    _, bounds = calibration.of(found[JOINT].to_numpy(np.float64))  # which was left as it was
    assert not calibration.recalibration.helps
    lower = found[[f"{column}_90pc_lower" for column in JOINT]]
    np.testing.assert_allclose(lower, bounds.lower.joint, atol=1e-6)
    for page in ("README.md", "catalogue.html"):
        text = " ".join((results / page).read_text(encoding="utf-8").split())
        assert "The intervals were reset on 34 labelled galaxies of" in text
    assert "Nothing to be done" in catalogue_of(made, folder, **settings).stdout
    (folder / learnt.name).write_bytes(b"")
    learnt.unlink()
    with zipfile.ZipFile(raw / "images_training_rev1.zip") as archive:
        (folder / f"{learnt.stem}.jpg").write_bytes(archive.read(by_id[learnt.stem]))
    refused = catalogue_of(made, folder, **settings)
    assert "the networks learnt 1 of the labelled galaxies, such as" in refused.stdout
    lost = catalogue_of(made, folder, name="others", labels={"table": "nowhere.csv"})
    assert "catalogue.labels.table: there is no nowhere.csv" in lost.stdout
    assert "Traceback" not in run.stdout + refused.stdout + lost.stdout


def test_positions_become_cut_outs_and_a_catalogue(made, tmp_path):
    table = pd.DataFrame(
        {"objid": [11, 12, 13], "ra": [1.2, 2.2, 3.2], "dec": [5.0, -5.0, 0.0]}
    ).assign(petroR90_r=[8.0, 9.0, 10.0])
    path = tmp_path / "positions.csv"
    table.to_csv(path, index=False)
    folder = made.results / "catalogues" / "positions"
    with CutoutServer(vices={2: [404, 404]}) as server:
        settings = {"name": "positions", "address": server.address, "shard_size": 2}
        run = catalogue_of(made, path, **settings)
        assert run.returncode == 0, run.stdout
        found = whole(folder)
        assert found["id"].tolist() == [11, 12, 13]
        assert found["flag_bad_image"].tolist() == [False, True, False]
        assert "404" in found["bad_image_reason"].iloc[1]
        assert found["petroR90_r"].tolist() == [8, 9, 10]
        manifest = pd.read_csv(folder / "cutouts" / "manifest.csv")
        assert manifest["status"].tolist() == ["fetched", "failed", "fetched"]

        # What is missing is asked for in each run, and nothing is done if it does not come.
        server.asked.clear()
        before, predicted = dates(folder), dates_of_shards(folder)
        run = catalogue_of(made, path, **settings)
        assert "1 of 3 cut-outs did not come" in run.stdout, run.stdout
        assert "12: the server answered 404 Not Found" in run.stdout
        assert server.asked_for() == [2]
        assert dates(folder) == before, run.stdout

        # If it comes, its shard is predicted again, and then there is nothing more to do.
        run = catalogue_of(made, path, **settings)
        assert run.returncode == 0, run.stdout
        assert server.asked_for() == [2, 2]
        assert whole(folder)["flag_bad_image"].tolist() == [False] * 3
        after = dates_of_shards(folder)
        assert [name for name in after if after[name] == predicted[name]] == ["00001.parquet"]
        run = catalogue_of(made, path, **settings)
        assert "Nothing to be done" in run.stdout, run.stdout
        assert server.asked_for() == [2, 2]


def dates(folder: Path) -> dict[str, int]:
    """When the shards and the first table of a catalogue were written, by name."""
    files = [*(folder / "catalogue.parquet").glob("*.parquet"), folder / "catalogue.fits"]
    return {file.name: file.stat().st_mtime_ns for file in files}


def dates_of_shards(folder: Path) -> dict[str, int]:
    """When the shards of a catalogue were predicted, by name."""
    return {file.name: file.stat().st_mtime_ns for file in (folder / "shards").glob("*.parquet")}


def test_a_list_that_lost_files_is_made_again_and_the_catalogue_stays(made):
    folder = made.results / "catalogues" / "test"
    settings = {"shard_size": 3, "name": "test", "features": True}
    before = dates(folder)
    for lost in (["00001.parquet"], os.listdir(folder / "listing")):
        for name in lost:
            (folder / "listing" / name).unlink()
        run = catalogue_of(made, unlabelled(made), **settings)
        assert run.returncode == 0, run.stdout
        assert len(list((folder / "listing").glob("*.parquet"))) == 3
        assert dates(folder) == before, run.stdout
    (folder / "shards" / "00001.parquet").unlink()
    run = catalogue_of(made, unlabelled(made), **settings)
    assert run.returncode == 0, run.stdout
    assert len(whole(folder)) == 7


def test_a_finished_catalogue_stays_until_another_one_is_whole(made, tmp_path):
    checkout = made.copy(tmp_path)  # the same galaxies, although the whole project was moved
    folder = checkout.results / "catalogues" / "test"
    before, rows = dates(folder), whole(folder)
    settings = {"shard_size": 5, "name": "test", "features": True}
    with checkout.edited(
        "workflow/galaxyzoo/catalogue/written.py",
        "require_all(shards, listing)",
        "require_all(shards, listing)\n    raise OSError(28, 'no space')",
    ):
        run = catalogue_of(checkout, unlabelled(checkout), **settings)
    assert run.returncode != 0
    assert dates(folder) == before
    pd.testing.assert_frame_equal(whole(folder), rows)
    assert len(pd.read_csv(folder / "catalogue.csv")) == 7

    run = catalogue_of(checkout, unlabelled(checkout), **settings)
    assert run.returncode == 0, run.stdout
    assert re.search(r"removed shards of an earlier list: \S+/features.parquet/00002", run.stdout)
    pd.testing.assert_frame_equal(whole(folder), rows)
    features = dataset.dataset(folder / "features.parquet").to_table().to_pandas()
    assert features["id"].tolist() == rows["id"].tolist()


def test_other_galaxies_do_not_take_the_place_of_a_catalogue(made, folder):
    before = dates(made.results / "catalogues" / "test")
    run = catalogue_of(made, folder, shard_size=3, name="test")
    assert run.returncode != 0
    assert "catalogue.name: results/tiny/catalogues/test is the catalogue of" in run.stdout
    assert "pictures}'" in run.stdout  # what to type ends in the folder's name
    assert "Traceback" not in run.stdout
    assert dates(made.results / "catalogues" / "test") == before


def test_a_killed_run_keeps_the_shards_that_were_done(made, tmp_path):
    checkout = made.copy(tmp_path)
    shards = checkout.results / "catalogues" / "killed" / "shards"
    wanted = {
        "galaxies": str(unlabelled(checkout)),
        "catalogue": {"name": "killed", "shard_size": 2},
    }
    checkout.write_config(TINY | wanted)
    run = checkout.start("catalogue", "--cores", "1")
    while not list(shards.glob("*.parquet")):
        assert run.poll() is None, run.stdout.read()
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    done = {path.name: path.stat().st_mtime_ns for path in shards.glob("*.parquet")}
    assert len(done) < 4
    checkout.snakemake("--unlock")
    again = checkout.make("catalogue")
    assert again.returncode == 0, again.stdout
    assert len(whole(shards.parent)) == 7
    kept = {name for name, date in done.items() if (shards / name).stat().st_mtime_ns == date}
    assert len(kept) >= len(done) - 1  # the last may have been in the making


def test_an_ensemble_s_catalogue_is_the_mean_of_its_members(made, tmp_path):
    checkout = made.copy(tmp_path)
    variants = {"views": {"tta": {"rotations": 1}}}
    config = changed(variants=variants, ensemble={"base": 1, "views": 3})
    checkout.write_config(config)
    results = checkout.folder / "results" / "tiny-ensemble"
    made_before = ("bag/test.parquet", "metrics.json", "finished.json")
    of_all = [f"results/tiny-ensemble/{name}" for name in made_before]
    run = checkout.make(*of_all, "results/tiny-views/finished.json")
    assert run.returncode == 0, run.stdout
    run = catalogue_of(checkout, unlabelled(checkout), config, name="together")
    assert run.returncode == 0, run.stdout
    found = whole(results / "catalogues" / "together").set_index("id")
    np.testing.assert_allclose(found[JOINT], recalibrated_bag(results), atol=1e-6)
    require_the_same_from_python(results / "catalogues" / "together", unlabelled(checkout))


def test_suggested_galaxies_are_a_table_that_the_page_of_labels_takes_and_a_sheet(made, browser):
    folder = made.results / "catalogues" / "test"
    table = pd.read_csv(folder / "suggested.csv")
    assert table["rank"].tolist() == [1, 2, 3, 4]
    found = whole(folder).set_index("id").loc[table["id"]]
    np.testing.assert_allclose(
        table["network_disagreement"], found["network_disagreement"], rtol=1e-6
    )
    assert table["sentence"].tolist() == found["sentence"].tolist()
    settings = picture_settings({}, load_schema(WORKFLOW / "schemas" / "config.schema.yaml"))
    to_label = galaxies_at(folder / "suggested.csv", settings)
    assert (to_label.name, to_label.ids) == ("test", [str(one) for one in table["id"]])
    with Image.open(io.BytesIO(to_label.picture(0))) as picture:
        assert picture.size == (424, 424)  # of Kaggle's pictures, which simulated ones are like
    everything = galaxies_at(folder, settings)
    assert sorted(everything.ids) == sorted(map(str, whole(folder)["id"]))
    with opened(browser, folder / "suggested.html", 390) as page:
        expect(page.locator(".contact img")).to_have_count(4)
        require_fit(page)
        require_access(page)
        require_links(page)
