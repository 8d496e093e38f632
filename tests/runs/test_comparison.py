"""The comparison of experiments: its numbers, a run of it, and its page in a browser."""

import json
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from browsing import VIEWS, opened, require_access, require_fit, require_links
from checkout import Checkout, labels_in
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.plan.finished import RECORD, finished_record, read_finished
from galaxyzoo.runs.comparison import (
    config_differences,
    learning_curves,
    on_one_holdout,
    on_one_validation,
    score_table,
)
from galaxyzoo.runs.finished_experiments import Experiment, found_experiments

GALAXIES, COLUMNS = 200, ("a", "b")
VOTED = np.random.default_rng(0).random((GALAXIES, len(COLUMNS)))
STAGES = [
    {"name": "head", "size": 32, "epochs": 1, "lr": 0.01},
    {"name": "all", "size": 48, "epochs": 2, "lr": 0.001},
]


def metrics(error: float, valid: float | None = None) -> dict:
    """What is read of metrics.json; validation as good as the hold-out, if not told otherwise."""
    valid = error if valid is None else valid
    return {
        "rmse": {"bag": error},
        "validation": {"rmse": valid},
        "recalibration": {"validation_rmse": 0.9 * valid, "rmse": 0.95 * error},
        "galaxies": {"valid": 40},
        "seen_galaxy_zoo": False,
    }


def experiment(name: str, noise: float = 0.1, draw: int = 1, **changes) -> Experiment:
    """An experiment whose predictions miss the votes by so much, in one of several draws."""
    miss = np.random.default_rng(draw).normal(scale=noise, size=VOTED.shape)
    history = {
        "head": pd.DataFrame({"valid_rmse": [0.3]}),
        "all": pd.DataFrame({"valid_rmse": [0.2, 0.1]}),
    }
    timing = {
        "head": pd.DataFrame({"seconds": [60.0]}),
        "all": pd.DataFrame({"seconds": [30.0, 90.0]}),
    }
    fields = {
        "name": name,
        "config": {
            "experiment": name,
            "seeds": [0, 1],
            "validation": 0.2,
            "stages": STAGES,
            "survey": {"name": "s"},
        },
        "metrics": metrics(float(np.sqrt(np.mean(miss**2)))),
        "ids": np.arange(GALAXIES),
        "columns": COLUMNS,
        "predicted": VOTED + miss,
        "voted": VOTED,
        "histories": {0: history, 1: {stage: 2 * table for stage, table in history.items()}},
        "timings": {0: timing, 1: timing},
        "stage_seconds": {"0/head": 60.0, "0/all": 120.0, "1/head": 60.0, "1/all": 120.0},
    }
    return Experiment(**fields | changes)


def test_the_best_comes_first_and_a_clearly_worse_one_is_told_apart_from_it():
    table = score_table([experiment("worse", 0.2), experiment("best", 0.1, 2)], resamples=500)
    assert list(table["experiment"]) == ["best", "worse"]
    best, worse = table.to_dict("records")
    assert [best[f"difference{end}"] for end in ("", "_low", "_high")] == [0, 0, 0]
    assert worse["difference"] == worse["rmse"] - best["rmse"]
    assert 0 < worse["difference_low"] < worse["difference"] < worse["difference_high"]


def test_a_base_comes_first_and_the_others_are_compared_with_it():
    some = [experiment("best", 0.1), experiment("base", 0.15, 2), experiment("worse", 0.2, 3)]
    table = score_table(some, "base", resamples=500).set_index("experiment")
    assert list(table.index) == ["base", "best", "worse"]
    for name, row in table.iterrows():
        assert row["difference"] == row["rmse"] - table.loc["base", "rmse"], name
    assert table.loc["best", "difference_high"] < 0 < table.loc["worse", "difference_low"]


def test_two_that_are_as_good_are_not_told_apart():
    table = score_table([experiment("one", draw=1), experiment("other", draw=2)], resamples=500)
    other = table.iloc[1]
    assert other["difference_low"] < 0 < other["difference_high"]


def with_gaps(one: Experiment, share: float = 0.4) -> Experiment:
    """An experiment some of whose votes are missing, none of the first column."""
    voted = VOTED.copy()
    voted[np.random.default_rng(3).random(GALAXIES) < share, 1] = np.nan
    scored = one._replace(voted=voted)
    return scored._replace(metrics=metrics(rmse(scored.predicted, voted)))


def test_experiments_are_compared_on_the_same_known_votes():
    some = [with_gaps(experiment("base")), with_gaps(experiment("other", 0.15, 2))]
    assert on_one_holdout(some, "base") == (some, {})
    table = score_table(some, "base", resamples=2000)
    known = np.isfinite(some[0].voted)
    errors = [np.sqrt(((one.predicted - VOTED)[known] ** 2).mean()) for one in some]
    assert table["rmse"].tolist() == pytest.approx(errors)
    other = table.iloc[1]
    assert other["difference_low"] < other["difference"] < other["difference_high"]
    # Each resampled error is over its own labels, so the interval is around the difference.
    middle = (other["difference_low"] + other["difference_high"]) / 2
    assert middle == pytest.approx(errors[1] - errors[0], abs=1e-9)
    assert other["difference_high"] - other["difference_low"] < 0.05


def test_experiments_with_labels_of_other_answers_are_told_apart():
    some = [experiment("whole"), with_gaps(experiment("gaps"))]
    compared, apart = on_one_holdout(some, "whole")
    assert compared == some[:1]
    assert apart == {"gaps": "other answers of the held-out galaxies have labels than in whole"}


def test_experiments_are_ranked_by_validation_and_not_by_the_holdout():
    lucky, careful = experiment("lucky", 0.10), experiment("careful", 0.12, 2)
    some = [
        lucky._replace(metrics=metrics(lucky.metrics["rmse"]["bag"], valid=0.13)),
        careful._replace(metrics=metrics(careful.metrics["rmse"]["bag"], valid=0.11)),
    ]
    table = score_table(some, resamples=200)
    assert list(table["experiment"]) == ["careful", "lucky"]
    assert list(table["valid_rmse"]) == [0.11, 0.13]
    assert table["rmse"].is_monotonic_decreasing


def test_an_ensemble_without_validation_galaxies_comes_last():
    unseen = experiment("unseen", 0.05)
    recalibration = unseen.metrics["recalibration"] | {"validation_rmse": None}
    unseen = unseen._replace(
        metrics=unseen.metrics | {"validation": None, "recalibration": recalibration}
    )
    table = score_table([unseen, experiment("other", 0.2, 2)], resamples=200)
    assert list(table["experiment"]) == ["other", "unseen"]
    for name in ("valid_rmse", "valid_rmse_recalibrated"):
        assert table[name].isna().tolist() == [False, True]


def test_recalibrated_errors_stand_beside_those_of_the_predictions_as_they_are():
    table = score_table([experiment("one"), experiment("other", 0.2, 2)], resamples=200)
    for name in ("valid_rmse", "rmse"):
        factor = {"valid_rmse": 0.9, "rmse": 0.95}[name]  # as `metrics` has them
        np.testing.assert_allclose(table[f"{name}_recalibrated"], factor * table[name])


def test_weights_that_have_seen_the_votes_are_marked():
    seen = experiment("seen", 0.05)
    seen = seen._replace(metrics=seen.metrics | {"seen_galaxy_zoo": True})
    table = score_table([seen, experiment("other", 0.2, 2)], resamples=200)
    assert table["seen_galaxy_zoo"].tolist() == [True, False]


def test_validation_on_other_galaxies_is_told():
    one, other = experiment("one"), experiment("other")
    assert on_one_validation([one, other])
    fewer = other._replace(config=other.config | {"validation": 0.1})
    assert not on_one_validation([one, fewer])


def test_intervals_hold_for_all_experiments_at_once():
    """Of eight equally good ones, some interval excludes 0 in about 5 % of samples, not 55 %."""
    rng, trials, told_apart = np.random.default_rng(5), 200, 0
    for _ in range(trials):
        voted = rng.random((100, 2))
        some = [
            experiment(f"e{i}", voted=voted, predicted=voted + rng.normal(0, 0.1, voted.shape))
            for i in range(8)
        ]
        table = score_table(
            [
                one._replace(metrics=metrics(rmse(one.predicted, one.voted), valid=i))
                for i, one in enumerate(some)
            ],
            resamples=200,
        ).iloc[1:]
        told_apart += ((table["difference_low"] > 0) | (table["difference_high"] < 0)).any()
    # Binomial: 5 % of 200 trials is 10, with a standard deviation of 3.1.
    assert told_apart <= 20


def test_the_interval_is_a_paired_one():
    """Of predictions that differ a little on the same galaxies, it is far narrower than apart."""
    one = experiment("one")
    off = one.predicted + 0.01 * np.sign(one.predicted - VOTED)
    error = float(np.sqrt(np.mean((off - VOTED) ** 2)))
    near = experiment("near", predicted=off, metrics=metrics(error))
    paired = score_table([one, near], resamples=500).iloc[1]
    apart = score_table([one, experiment("other", 0.11, 2)], resamples=500).iloc[1]
    assert paired["difference_low"] > 0
    narrow, wide = (row["difference_high"] - row["difference_low"] for row in (paired, apart))
    assert narrow < wide / 5


def test_the_table_tells_time_and_extent():
    (row,) = score_table([experiment("one")], resamples=10).to_dict("records")
    assert row["training_seconds"] == 2 * (60 + 120)  # of two seeds
    expected = {"networks": 2, "epochs": 3, "sizes_px": "32, 48", "galaxies": GALAXIES}
    assert {key: row[key] for key in expected} == expected


def test_the_curves_are_means_over_seeds_of_all_stages():
    table = learning_curves([experiment("one"), experiment("other")])
    one = table[table["experiment"] == "one"]
    assert list(one["epoch"]) == [1, 2, 3]
    assert list(one["minutes"]) == [1, 1.5, 3]
    assert one["valid_rmse"].to_numpy() == pytest.approx([0.45, 0.3, 0.15])


def test_only_what_differs_in_the_configs_is_told():
    first, second = [dict(stage) for stage in STAGES], [dict(stage) for stage in STAGES]
    second[1]["lr"] = [0.0001, 0.001]
    second.append({"name": "last", "size": 48})
    configs = {
        "one": {"experiment": "one", "stages": first, "model": {"backbone": "a", "output": "tree"}},
        "two": {"experiment": "two", "stages": second, "model": {"backbone": "b"}},
    }
    configs["one"]["seeds"] = configs["two"]["seeds"] = [0, 1]
    assert config_differences(configs) == {
        "stages": ["head, all", "head, all, last"],
        "stages[all].lr": ["0.001", "[0.0001, 0.001]"],
        "model.backbone": ["a", "b"],
        "model.output": ["tree", "not set"],
        "stages[last].size": ["not set", "48"],
    }


def test_answers_of_a_tree_are_told_by_their_columns():
    def tree(name):
        answers = [{"column": "ring", "name": None}, {"column": "no", "name": name}]
        return [{"text": "A ring?", "parent": None, "answers": answers}]

    configs = {"one": {"tree": tree(None)}, "two": {"tree": tree("no ring")}}
    assert config_differences(configs) == {"tree[0].answers[no].name": ["null", "no ring"]}


def test_one_stage_alone_is_told_like_several():
    configs = {lr: {"stages": [{"name": "all", "lr": lr}]} for lr in ("a", "b")}
    assert config_differences(configs) == {"stages[all].lr": ["a", "b"]}


def test_only_experiments_on_the_same_galaxies_answers_and_votes_are_compared():
    others = [
        experiment("answers", columns=("a", "c")),
        experiment("galaxies", ids=np.arange(GALAXIES) + 50),
        experiment("votes", voted=VOTED + 0.1),
    ]
    same = [experiment("one"), experiment("two", 0.2)]
    group, apart = on_one_holdout([*others, *same], "votes was never run")
    assert group == same
    assert "other answers: the 2 columns" in apart["answers"]
    assert "other galaxies: 200 of the survey s" in apart["galaxies"]
    assert "150 are among the 200 of one" in apart["galaxies"]
    assert "other votes" in apart["votes"]
    group, apart = on_one_holdout([*others, *same], "galaxies")
    assert [one.name for one in group] == ["galaxies"]
    assert set(apart) == {"answers", "votes", "one", "two"}


def write_copy(tiny: Path, name: str, **changes) -> Path:
    """A finished experiment's folder under another name, with changes to its config."""
    folder = tiny.parent / name
    shutil.copytree(tiny, folder)
    config = read_finished(folder).config | {"experiment": name} | changes
    text = yaml.safe_dump(config, sort_keys=False)
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    finish_again(folder, config)
    return folder


def finish_again(folder: Path, config: dict | None = None) -> None:
    """Write the record of an experiment anew, of its files as they are."""
    before = read_finished(folder)
    record = finished_record(
        folder, config or before.config, before.stages, before.networks, before.hashes
    )
    (folder / RECORD).write_text(record, encoding="utf-8")


def rescore(folder: Path, bag: pd.DataFrame) -> float:
    """Give an experiment other predictions, and their error, which is returned."""
    bag.to_parquet(folder / "bag" / "holdout.parquet", index=False)
    index = labels_in(folder.parent / "surveys" / "tiny" / "training.csv")
    predicted = bag.set_index("GalaxyID")
    voted = index.loc[predicted.index, predicted.columns]
    error = float(np.sqrt(((predicted - voted) ** 2).to_numpy().mean()))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    metrics["rmse"]["bag"] = metrics["validation"]["rmse"] = error
    (folder / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    finish_again(folder)
    return error


@pytest.fixture(scope="module")
def compared(finished) -> Iterator[Checkout]:
    """A checkout with the tiny experiment's comparison with five others, of which one is fit."""
    tiny = finished.results
    bag = pd.read_parquet(tiny / "bag" / "holdout.parquet")
    answers = bag.columns.drop("GalaxyID")
    stages = read_finished(tiny).config["stages"]
    stages[1]["lr"] = 0.02
    made = [
        write_copy(tiny, "tiny_worse", stages=stages),
        write_copy(tiny, "tiny_fewer"),
        write_copy(tiny, "tiny_unfinished"),
        write_copy(tiny, "tiny_damaged"),
        write_copy(tiny, "tiny_without"),
    ]
    rescore(made[0], bag.assign(**dict.fromkeys(answers, 0.5)))
    rescore(made[1], bag.iloc[3:])
    (made[2] / "metrics.json").unlink()
    (made[3] / RECORD).write_bytes(b"{\xff")
    old = json.loads((made[4] / "metrics.json").read_text(encoding="utf-8"))
    del old["recalibration"]["validation_rmse"]
    (made[4] / "metrics.json").write_text(json.dumps(old), encoding="utf-8")
    finish_again(made[4])
    run = finished.snakemake("compare", "--cores", "1")
    assert run.returncode == 0, run.stdout
    assert "4 under results are left out: " in run.stdout
    assert "tiny_fewer: it holds out other galaxies" in run.stdout
    yield finished
    for folder in made:
        shutil.rmtree(folder)
    for file in finished.results.parent.glob("comparison*"):
        file.unlink()


def test_a_run_compares_what_is_finished_and_trains_nothing(compared):
    results = compared.results.parent
    table = pd.read_csv(results / "comparison.csv")
    assert list(table["experiment"]) == ["tiny", "tiny_worse"]
    for name, error in zip(table["experiment"], table["rmse"], strict=True):
        written = json.loads((results / name / "metrics.json").read_text(encoding="utf-8"))
        assert error == pytest.approx(written["rmse"]["bag"], rel=1e-12)  # as CSV writes it
    worse = table.iloc[1]
    assert 0 < worse["difference_low"] < worse["difference"] < worse["difference_high"]
    timings = [pd.read_csv(path) for path in compared.results.glob("seed*/stages/*_timing.csv")]
    expected = sum(timing["seconds"].sum() for timing in timings)
    assert table["training_seconds"].to_numpy() == pytest.approx(expected)
    assert "<svg" in (results / "comparison_curves.svg").read_text(encoding="utf-8")
    assert set(pd.read_csv(results / "comparison_curves.csv")["experiment"]) == {
        "tiny",
        "tiny_worse",
    }


@pytest.mark.parametrize("change", ["experiment=tiny", "validation=0.3", "experiment=never_run"])
def test_nothing_but_the_comparison_is_done_whatever_the_config_says(compared, change):
    run = compared.snakemake("compare", "--dry-run", "--config", change)
    assert run.returncode == 0, run.stdout
    jobs = re.findall(r"^(?:local)?rule (\w+):$", run.stdout, re.MULTILINE)
    assert jobs == ["compare"]


def test_what_lies_there_now_is_compared_each_time(compared):
    page = compared.results.parent / "comparison.html"
    shown = page.read_text(encoding="utf-8")
    folder = write_copy(compared.results, "tiny_again")
    try:
        assert compared.snakemake("compare", "--cores", "1").returncode == 0
        assert "tiny_again" in page.read_text(encoding="utf-8")
    finally:
        shutil.rmtree(folder)
    assert compared.snakemake("compare", "--cores", "1").returncode == 0
    assert page.read_text(encoding="utf-8") == shown


def test_a_score_that_is_not_of_the_predictions_is_not_compared(compared):
    folder = write_copy(compared.results, "tiny_stale")
    try:
        bag = pd.read_parquet(folder / "bag" / "holdout.parquet")
        (bag * [1, *[0.5] * (bag.shape[1] - 1)]).astype(bag.dtypes).to_parquet(
            folder / "bag" / "holdout.parquet", index=False
        )
        _, anew = found_experiments(compared.results.parent)
        finish_again(folder)
        finished, reasons = found_experiments(compared.results.parent)
    finally:
        shutil.rmtree(folder)
    assert [one.name for one in finished] == ["tiny", "tiny_fewer", "tiny_worse"]
    assert "bag/holdout.parquet was made anew since" in anew["tiny_stale"]
    assert "metrics.json tells of an error" in reasons["tiny_stale"]


def test_with_nothing_finished_one_sentence_says_so(tmp_path):
    run = Checkout(tmp_path).snakemake("compare", "--cores", "1")
    assert run.returncode != 0
    assert "no experiment under results is finished" in run.stdout
    assert "Traceback" not in run.stdout
    assert not (tmp_path / "results" / "comparison.html").exists()


@pytest.mark.parametrize(("width_px", "colour_scheme"), VIEWS)
def test_the_page_opens_offline_fits_and_is_accessible(browser, compared, width_px, colour_scheme):
    page = compared.results.parent / "comparison.html"
    with opened(browser, page, width_px, colour_scheme) as shown:
        require_fit(shown)
        require_links(shown)
        require_access(shown)


def test_the_page_shows_scores_differences_and_what_is_not_compared(browser, compared):
    results = compared.results.parent
    with opened(browser, results / "comparison.html") as page:
        scores, config, apart = (
            [row.locator("th, td").all_inner_texts() for row in rows.all()]
            for rows in (
                page.get_by_role("region", name=name, exact=True).locator("tbody tr")
                for name in ("Scores", "Config differences", "Not compared")
            )
        )
        headings = page.locator("h1, h2").evaluate_all("all => all.map(h => +h.tagName[1])")
    assert all(below - above <= 1 for above, below in pairwise(headings))
    table = pd.read_csv(results / "comparison.csv")
    columns = (table["experiment"], table["valid_rmse"], table["rmse"])
    assert [row[:3] for row in scores] == [
        [name, f"{valid:.5f}", f"{error:.5f}"] for name, valid, error in zip(*columns, strict=True)
    ]
    worse = table.iloc[1]
    low, high = worse["difference_low"], worse["difference_high"]
    assert scores[1][3:5] == [f"{worse['difference']:+.5f}", f"{low:+.5f} to {high:+.5f}"]
    for row, (_, of) in zip(scores, table.iterrows(), strict=True):
        assert row[5:7] == [
            f"{of[name]:.5f}" for name in ("valid_rmse_recalibrated", "rmse_recalibrated")
        ]
    assert config == [["stages[all].lr", "[0.001, 0.01]", "0.02"]]
    reasons = dict(apart)
    assert set(reasons) == {"tiny_fewer", "tiny_unfinished", "tiny_damaged", "tiny_without"}
    assert "metrics.json does not have validation_rmse; run it again" in reasons["tiny_without"]
    assert "finished.json is damaged (UnicodeDecodeError" in reasons["tiny_damaged"]
    assert "other galaxies: 12 of the survey tiny" in reasons["tiny_fewer"]
    assert "no results/tiny_unfinished/metrics.json" in reasons["tiny_unfinished"]
