"""The whole chain through Snakemake, on a tiny simulated survey."""

import fcntl
import gzip
import json
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from playwright.sync_api import expect

from browsing import opened
from checkout import TINY, Checkout, changed, labels_in
from trees import GALAXY_ZOO_2

COLUMNS = list(GALAXY_ZOO_2.columns)


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.make().stdout


def test_the_training_images_and_labels_become_packed_crops(finished):
    crops = np.load(finished.survey / "training.npy")
    index = pd.read_csv(finished.survey / "training.csv")
    assert crops.shape == (60, 224, 224, 3)
    assert crops.dtype == np.uint8
    votes = [f"votes_{column}" for column in COLUMNS]
    beside = ["centre_1", "centre_2", "centre_3", "image_hash", "crop_crc32", "row_crc32"]
    assert index.columns.tolist() == ["GalaxyID", *COLUMNS, *votes, *beside]
    middles = crops[:, 107:117, 107:117].reshape(60, 100, 3).mean(axis=1)
    np.testing.assert_array_equal(index[["centre_1", "centre_2", "centre_3"]], middles)
    assert len(pd.read_csv(finished.survey / "rejected.csv")) == 0


def test_the_hold_out_is_the_same_for_every_seed_and_the_rest_is_split_anew(finished):
    splits = [pd.read_csv(finished.results / f"seed{s}" / "split.csv") for s in (0, 1)]
    held_out = [set(split.loc[split["part"] == "holdout", "GalaxyID"]) for split in splits]
    valid = [set(split.loc[split["part"] == "valid", "GalaxyID"]) for split in splits]
    holdout = pd.read_csv(finished.survey / "holdout.csv")["GalaxyID"]
    assert held_out[0] == held_out[1] == set(holdout)
    assert len(holdout) == 15
    assert len(valid[0]) == 9
    assert valid[0] != valid[1]


def test_every_stage_leaves_its_history(finished):
    for stage in TINY["stages"]:
        history = pd.read_csv(finished.results / "seed1" / "stages" / f"{stage['name']}.csv")
        assert history["epoch"].tolist() == list(range(1, stage["epochs"] + 1))
        log = (finished.results / "logs" / "seed1" / f"train_{stage['name']}.log").read_text()
        assert log.count("images a second") == stage["epochs"]


def test_a_checkpoint_tells_how_it_came_about(finished):
    path = finished.results / "seed1" / "stages" / "all.pt"
    checkpoint = torch.load(path, weights_only=True)
    assert checkpoint["model"]["backbone"] == TINY["model"]["backbone"]
    assert checkpoint["size"] == 32
    provenance = checkpoint["provenance"]
    assert provenance["settings"]["stage"]["name"] == "all"
    assert provenance["settings"]["seed"] == 1
    assert provenance["versions"]["torch"] == torch.__version__.split("+")[0]
    assert provenance["commit"] is None  # the checkout of the test is no repository
    made_with = provenance["made_with"]
    assert len(made_with["settings, weights, galaxies or code"]) == 64
    assert (made_with["device"], made_with["threads"]) == ("cpu", "1")  # two seeds on two cores


def test_the_learning_rate_finder_draws_every_stage(finished):
    run = finished.make("lr_find")
    assert run.returncode == 0, run.stdout
    for stage in TINY["stages"]:
        found = finished.results / "seed0" / "lr_find" / f"{stage['name']}.csv"
        assert pd.read_csv(found)["lr"].is_monotonic_increasing
        assert "suggested: " in found.with_suffix(".svg").read_text(encoding="utf-8")
        assert f"{stage['name']}: suggested lr" in run.stdout
    assert "Nothing to be done" in finished.make().stdout


def test_an_optimiser_that_goes_on_does_so_in_stage_and_finder(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    first = {**TINY["stages"][1], "name": "first", "hand_on_moments": True}
    stages = [first, {**first, "name": "second"}, {**TINY["stages"][1], "name": "third"}]
    checkout.write_config(changed(stages=stages))
    ends = ("stages/second.pt", "lr_find/second.csv")
    targets = [f"results/tiny/seed0/{end}" for end in ends]
    run = checkout.make(*targets)
    assert run.returncode == 0, run.stdout
    steps = {
        name: torch.load(checkout.results / f"seed0/stages/{name}.pt", weights_only=True)
        for name in ("first", "second")
    }
    # 36 galaxies in batches of 16 for two epochs, and as many again.
    counted = [steps[name]["moments"][0]["step"].item() for name in steps]
    assert counted[1] == 2 * counted[0] > 0
    found = pd.read_csv(checkout.results / "seed0/lr_find/second.csv")
    checkout.write_config(changed(stages=[{**one, "hand_on_moments": False} for one in stages]))
    run = checkout.make(targets[1])
    assert run.returncode == 0, run.stdout
    without = pd.read_csv(checkout.results / "seed0/lr_find/second.csv")
    assert found["loss"][0] == without["loss"][0]  # of the same weights
    assert found["loss"][1] != without["loss"][1]  # after a step with other moments


def test_the_metrics_are_those_of_the_predictions(finished):
    metrics = json.loads((finished.results / "metrics.json").read_text())
    labels = labels_in(finished.survey / "training.csv")
    truth = pd.read_csv(finished.survey / "raw" / "true_probabilities.csv").set_index("GalaxyID")
    ids = pd.read_csv(finished.survey / "holdout.csv")["GalaxyID"]
    voted = labels.loc[ids]
    rest = labels.drop(ids)

    def error(predicted: pd.DataFrame, columns: list[str] = COLUMNS) -> float:
        difference = predicted.loc[ids, columns].to_numpy() - voted[columns].to_numpy()
        return float(np.sqrt((difference**2).mean()))

    def predictions(name: str) -> pd.DataFrame:
        return pd.read_parquet(finished.results / name).set_index("GalaxyID")

    rmse = metrics["rmse"]
    assert metrics["experiment"] == metrics["survey"] == "tiny"
    assert metrics["subset"]["name"] == "holdout"
    assert metrics["subset"]["galaxies"] == 15
    assert rmse["all_zeros"] == pytest.approx(error(voted * 0))
    assert rmse["mean_label"] == pytest.approx(error(voted * 0 + rest.mean()))
    assert rmse["vote_noise_floor"] == pytest.approx(error(truth))
    assert rmse["vote_noise_floor"] < rmse["mean_label"]
    assert 0 < rmse["central_pixel"] < rmse["all_zeros"]
    tta = {s: predictions(f"seed{s}/predictions/holdout_tta.parquet") for s in (0, 1)}
    for seed, predicted in tta.items():
        single = predictions(f"seed{seed}/predictions/holdout_single.parquet")
        assert rmse["seeds"][str(seed)]["tta"] == pytest.approx(error(predicted))
        assert rmse["seeds"][str(seed)]["single"] == pytest.approx(error(single))
        assert not single.equals(predicted)
    bag = predictions("bag/holdout.parquet")
    np.testing.assert_allclose(bag.loc[ids], (tta[0].loc[ids] + tta[1].loc[ids]) / 2, atol=1e-7)
    assert rmse["bag"] == pytest.approx(error(bag))
    low, high = metrics["rmse_interval"]["bag"]
    assert low < rmse["bag"] < high < rmse["mean_label"] * 2
    for question in GALAXY_ZOO_2.questions:
        expected = error(bag, list(question.columns))
        assert metrics["questions"][str(question.number)] == pytest.approx(expected)


@pytest.mark.parametrize("galaxies", ["holdout", "test"])
def test_what_is_predicted_meets_the_sums_of_the_tree(finished, galaxies):
    files = [
        "seed0/predictions/{}_tta.parquet",
        "seed1/predictions/{}_tta.parquet",
        "bag/{}.parquet",
    ]
    for name in files:
        table = pd.read_parquet(finished.results / name.format(galaxies))
        assert GALAXY_ZOO_2.sum_errors(table[COLUMNS].to_numpy()).max() < 1e-5
        assert table[COLUMNS].to_numpy().min() >= 0


def test_the_submission_is_as_kaggle_takes_it(finished):
    with gzip.open(finished.results / "submission.csv.gz", "rt") as file:
        assert file.readline().strip() == ",".join(["GalaxyID", *COLUMNS])
    submission = pd.read_csv(finished.results / "submission.csv.gz")
    test_ids = pd.read_csv(finished.survey / "test.csv")["GalaxyID"]
    assert submission["GalaxyID"].tolist() == sorted(test_ids)
    assert len(submission) == 7
    assert GALAXY_ZOO_2.sum_errors(submission[COLUMNS].to_numpy()).max() < 1e-5
    bag = pd.read_parquet(finished.results / "bag" / "test.parquet").sort_values("GalaxyID")
    np.testing.assert_allclose(submission[COLUMNS], bag[COLUMNS], atol=1e-6)


def test_the_report_page_is_there(finished):
    page = (finished.results / "report.html").read_text(encoding="utf-8")
    bag = json.loads((finished.results / "metrics.json").read_text())["rmse"]["bag"]
    assert f"{bag:.5f}" in page
    assert "Nothing to be done" in finished.snakemake("report").stdout


def test_snakemakes_own_report_has_the_figures_under_headings(finished, browser):
    run = finished.snakemake("--report", "snakemake-report.html")
    assert run.returncode == 0, run.stdout
    with opened(browser, finished.folder / "snakemake-report.html") as page:
        expect(page.get_by_text("Begin on the left")).to_be_visible()
        expect(page.get_by_text("Networks were trained to predict")).to_be_visible()
        expect(page.locator("div#rulegraph")).to_have_count(0)
        for heading in ("Results", "tiny", "4 errors"):
            page.get_by_text(heading, exact=True).first.click()
        for figure in ("reliability of each answer", "predicted against voted"):
            expect(page.get_by_text(figure, exact=True)).to_be_visible()
        expect(page.get_by_text("by agreement, brightness and size")).to_be_visible()


def test_files_in_kaggles_layout_take_the_same_way(finished):
    files = finished.survey / "raw"
    config = changed(experiment="files", files=str(files))
    config["survey"] = {"name": "files", "source": "files", "holdout": 0.5}
    ids = pd.read_csv(finished.survey / "training.csv")["GalaxyID"]
    fair = pd.DataFrame({"GalaxyID": ids, "unbiased": [1] * 20 + [0] * 40})
    fair.to_csv(files / "unbiased.csv", index=False)
    finished.write_config(config)
    run = finished.make("results/surveys/files/holdout.csv")
    jobs = finished.would_run(config)
    (files / "unbiased.csv").unlink()
    assert run.returncode == 0, run.stdout
    survey = finished.folder / "results" / "surveys" / "files"
    holdout = pd.read_csv(survey / "holdout.csv")["GalaxyID"]
    assert len(holdout) == 10
    assert set(holdout) <= set(ids[:20])
    same = [np.load(folder / "training.npy") for folder in (survey, finished.survey)]
    np.testing.assert_array_equal(*same)
    assert not {"simulate", "crop_training", "hold_out"} & jobs
    assert {"train_stage seed=0, stage=head", "crop_test", "submission"} <= jobs


def test_a_folder_without_the_files_is_one_line_that_says_what_it_should_hold(finished, tmp_path):
    config = changed(files=str(tmp_path))
    config["survey"] = {"name": "files", "source": "files"}
    finished.write_config(config)
    run = finished.make()
    finished.write_config(TINY)
    assert run.returncode != 0
    assert f"{tmp_path} holds neither images_training_rev1.zip nor" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_bad_label_ends_the_crop_and_names_the_galaxy(finished, tmp_path):
    raw = finished.survey / "raw"
    shutil.copy(raw / "images_training_rev1.zip", tmp_path)
    labels = pd.read_csv(raw / "training_solutions_rev1.zip")
    labels.loc[3, "Class1.1"] = 1.5
    labels.to_csv(tmp_path / "training_solutions_rev1.csv", index=False)
    config = changed(files=str(tmp_path))
    config["survey"] = {"name": "bad", "source": "files"}
    finished.write_config(config)
    run = finished.make("results/surveys/bad/training.npy")
    skipping = config | {"survey": config["survey"] | {"on_bad_galaxy": "skip"}}
    finished.write_config(skipping)
    skipped = finished.make("results/surveys/bad/training.npy")
    again = finished.make("results/surveys/bad/training.npy")
    rejected = pd.read_csv(finished.folder / "results" / "surveys" / "bad" / "rejected.csv")
    finished.write_config(config)
    stopped = finished.make("results/surveys/bad/training.npy")
    finished.write_config(TINY)
    assert run.returncode != 0
    assert f"{labels.loc[3, 'GalaxyID']}: " in run.stdout
    assert "1 in all" in run.stdout
    assert "Traceback (most recent call last)" not in run.stdout
    assert skipped.returncode == 0, skipped.stdout
    assert "Nothing to be done" in again.stdout
    assert stopped.returncode != 0
    assert f"{labels.loc[3, 'GalaxyID']}: " in stopped.stdout
    assert rejected["GalaxyID"].tolist() == [labels.loc[3, "GalaxyID"]]


def test_what_another_run_makes_is_left_to_it(finished):
    lock = finished.folder / "results" / ".locks" / "tiny"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("process 1 on a machine, in a folder")
        file.flush()
        run = finished.make("results/tiny/bag/holdout.parquet", "--forcerun", "bag")
    assert run.returncode != 0
    assert "results/tiny: another run (process 1 on a machine, in a folder) makes" in run.stdout
    assert "Traceback" not in run.stdout
    assert (finished.results / "bag" / "holdout.parquet").exists()


def test_an_unknown_backbone_ends_the_first_job_that_needs_it(tmp_path):
    checkout = Checkout(tmp_path)
    model = {"backbone": "test_resnt", "weights": "random"}
    checkout.write_config(changed(model=model))
    run = checkout.make("--until", "starting_weights")
    assert run.returncode != 0
    assert "timm knows no model named 'test_resnt'; nearest: test_resnet" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_mistake_in_the_config_is_one_line_and_nothing_is_made(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.write_config(changed(seeds=[1, 1], vaildation=0.1))
    run = checkout.make()
    assert run.returncode != 0
    unknown, twice = [line for line in run.stdout.splitlines() if line.startswith("config: ")]
    assert unknown.startswith("config: unknown key vaildation; allowed: experiment, ")
    assert twice.startswith("config: seeds: [1, 1] is not allowed; allowed: a list of different")
    assert "Traceback" not in run.stdout
    assert not (tmp_path / "results").exists()


def test_reading_the_workflow_needs_snakemake_alone(finished):
    # None in the place of a module is how Python is told that there is none.
    code = """
import sys
import snakemake.cli  # whose plugin for Slurm, if it is there, needs pandas
for module in ("numpy", "pandas", "torch", "timm", "matplotlib", "pyarrow", "PIL", "scipy"):
    sys.modules[module] = None
snakemake.cli.main(["--configfile", "tiny.yaml", "--dry-run"])
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=finished.folder,
        text=True,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
