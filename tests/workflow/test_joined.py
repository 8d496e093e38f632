"""Two surveys in one experiment: a simulated one, and the user's own, which share some galaxies."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from checkout import TINY, Checkout
from galaxyzoo.foundation.joined_ids import joined_ids, survey_names
from galaxyzoo.foundation.packed_crops import packed_crops, read_index
from galaxyzoo.simulation.survey import simulate_survey

SURVEYS = ["near", "mine"]
SHARED, OTHERS = 8, 16  # galaxies of `mine` that are near's too, and that are not
NEAR = {
    "name": "near",
    "source": "simulation",
    "simulation": {"galaxies": 30, "test_galaxies": 0, "volunteers": 40, "seed": 1},
}
MINE = {
    "name": "mine",
    "source": "own",
    "holdout": 0.4,
    "own": {
        "images": "mine/images",
        "table": "mine/labels.csv",
        "image_column": "file",
        "carry": ["redshift"],
    },
}
CONFIG = TINY | {
    "seeds": [0],
    "survey": {"name": "both", "source": "joined", "crop": 96, "holdout": 0.2},
    "surveys": [NEAR, MINE],
    "stages": TINY["stages"][:1],
}
MADE = ("metrics.json", "check.html", "predictions.csv", "provenance.json")


def write_mine(folder) -> None:
    """Pictures in a folder, and a table of labels: the first galaxies of near's sky, and others."""
    tables = []
    for seed, galaxies in ((1, SHARED), (5, OTHERS)):
        sky = folder / f"sky{seed}"
        simulate_survey(sky, galaxies=galaxies, volunteers=40, seed=seed, processes=1)
        with zipfile.ZipFile(sky / "images_training_rev1.zip") as file:
            file.extractall(folder / "mine" / "images")
        tables.append(pd.read_csv(sky / "training_solutions_rev1.zip"))
    table = pd.concat(tables, ignore_index=True)
    names = {path.stem: path for path in (folder / "mine" / "images").rglob("*.jpg")}
    for galaxy, path in names.items():
        path.rename(path.with_name(f"g{galaxy}.jpg"))
    table.insert(0, "file", [f"g{galaxy}.jpg" for galaxy in table.pop("GalaxyID")])
    table["redshift"] = np.arange(len(table)) / 100
    table.to_csv(folder / "mine" / "labels.csv", index=False)


@pytest.fixture(scope="module")
def joined(tmp_path_factory) -> Checkout:
    checkout = Checkout(tmp_path_factory.mktemp("joined"), CONFIG)
    write_mine(checkout.folder)
    run = checkout.make(*(f"results/tiny/{name}" for name in MADE))
    assert run.returncode == 0, run.stdout
    return checkout


def survey_folder(checkout: Checkout, name: str):
    return checkout.folder / "results" / "surveys" / name


def held_out(checkout: Checkout, survey: str) -> np.ndarray:
    return pd.read_csv(survey_folder(checkout, survey) / "holdout.csv")["GalaxyID"].to_numpy()


def test_all_galaxies_are_there_with_their_own_crops_and_labels(joined):
    both = survey_folder(joined, "both")
    index = read_index(both / "training.csv").set_index("GalaxyID")
    crops = packed_crops(both / "training.npy", both / "training.csv")
    assert len(index) == 30 + SHARED + OTHERS
    for place, survey in enumerate(SURVEYS):
        folder = survey_folder(joined, survey)
        own = read_index(folder / "training.csv")
        ids = joined_ids(own["GalaxyID"].to_numpy(), place, SURVEYS)
        for column in ("Class1.1", "centre_1", "centre_3"):
            assert index.loc[ids, column].tolist() == own[column].tolist()
        rows = index.index.get_indexer(ids)
        part = packed_crops(folder / "training.npy", folder / "training.csv")
        assert np.array_equal(crops[rows], part[:])
    assert not any(column.startswith("votes_") for column in index)  # mine has none


def test_each_survey_keeps_its_own_hold_out_and_share_of_validation(joined):
    own = [held_out(joined, survey) for survey in SURVEYS]
    assert [len(ids) for ids in own] == [6, 10]  # 0.2 of 30, and 0.4 of 24
    together = [joined_ids(ids, place, SURVEYS) for place, ids in enumerate(own)]
    assert held_out(joined, "both").tolist() == sorted(np.concatenate(together))
    split = pd.read_csv(joined.results / "seed0" / "split.csv").set_index("GalaxyID")["part"]
    valid = survey_names(split.index[split == "valid"], SURVEYS)
    assert {*valid} == {*SURVEYS}


def test_no_galaxy_of_both_surveys_is_trained_on_where_its_twin_judges(joined):
    twins = pd.read_csv(survey_folder(joined, "both") / "twins.csv").set_index("GalaxyID")
    assert len(twins) == 2 * SHARED
    assert {*twins["known_by"]} == {"picture"}
    split = pd.read_csv(joined.results / "seed0" / "split.csv").set_index("GalaxyID")["part"]
    for _, pair in split[twins.index].groupby(twins["group"]):
        assert len(pair) == 2
        assert len({*pair} - {"spare"}) == 1 or {*pair} == {"holdout"}, pair
    assert "16 galaxies are of more than one survey" in (
        survey_folder(joined, "both") / "logs" / "join_groups.log"
    ).read_text(encoding="utf-8")


def test_the_surveys_are_scored_together_and_apart(joined):
    metrics = json.loads((joined.results / "metrics.json").read_text(encoding="utf-8"))
    near, mine = metrics["surveys"]
    assert (near["survey"], near["galaxies"]) == ("near", 6)
    assert (mine["survey"], mine["galaxies"]) == ("mine", 10)
    assert (near["training_scale"], mine["training_scale"]) == (0.02, None)
    squares = 6 * near["rmse"] ** 2 + 10 * mine["rmse"] ** 2
    assert np.sqrt(squares / 16) == pytest.approx(metrics["rmse"]["bag"])
    assert metrics["galaxies"]["in_several_surveys"] == 2 * SHARED
    predicted = pd.read_csv(joined.results / "predictions.csv")
    assert predicted.groupby("survey").size().to_dict() == {"near": 6, "mine": 10}
    of_mine = predicted[predicted["survey"] == "mine"]
    assert of_mine["name"].str.fullmatch(r"g\d{6}\.jpg").all()
    assert of_mine["redshift"].notna().all()
    assert predicted["redshift"].isna().sum() == 6


def test_what_was_looked_at_and_what_it_was_made_from_are_of_both(joined):
    held = json.loads((joined.results / "check.json").read_text(encoding="utf-8"))
    assert (held["galaxies"], held["usable"]) == (54, 54)
    record = json.loads((joined.results / "provenance.json").read_text(encoding="utf-8"))
    surveys = [(file.get("survey"), file["name"]) for file in record["files"]]
    assert ("near", "images_training_rev1.zip") in surveys
    assert ("mine", "labels.csv") in surveys


def test_an_experiment_on_one_of_them_alone_shares_its_files(joined):
    survey = NEAR | {"crop": 96, "holdout": 0.2}
    alone = {key: value for key, value in CONFIG.items() if key != "surveys"} | {"survey": survey}
    rules = {job.split()[0] for job in joined.would_run(alone | {"experiment": "alone"})}
    assert "train_stage" in rules
    assert not rules & {"simulate", "crop_training", "hold_out", "join_crops"}
