"""The report: every number in it, nothing outside it, readable by people and machines."""

import base64
import copy
import hashlib
import json
import math
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib.figure import Figure

from browsing import opened, require_fit, unfold
from crowd_words import crowd_words, shown_on
from galaxyzoo.evaluation.confusion import confusion_table, selection_table
from galaxyzoo.evaluation.published_scores import (
    ON_KAGGLES_TEST_GALAXIES,
    ON_VALIDATION_GALAXIES,
)
from galaxyzoo.plan.config import load_schema, validated
from galaxyzoo.plan.labellers import WORDS
from galaxyzoo.report.explorer import explorer_data
from galaxyzoo.report.figures.style import save
from galaxyzoo.report.page import ensemble_page, report_page, views
from galaxyzoo.report.templates import duration, thumbnail
from galaxyzoo.runs.stage_tables import read_stage_tables
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of
from held_out_galaxies import ranked, votes
from looked_at import HELD
from trees import GALAXY_ZOO_2, NUMBER, RINGS

WORKFLOW = Path(__file__).parents[2] / "workflow"
TEMPLATE = WORKFLOW / "report" / "report.html.j2"
NAN = float("nan")
VOID = {"meta", "img", "br", "hr", "link", "input"}

CONFIG = validated(
    {
        "experiment": "a-long-name-of-an-experiment-with-no-space-to-break-it-at",
        "seeds": [3, 5],
        "survey": {"name": "simulated", "source": "simulation"},
        "model": {"weights": "a<b>&.safetensors"},
        "stages": [
            {"name": "head_64", "size": 64, "epochs": 1, "lr": 0.01, "freeze": True},
            {"name": "all_64", "size": 64, "epochs": 2, "lr": [0.0001, 0.002]},
        ],
        "tta": {"rotations": 4, "flips": True, "zooms": [1.0, 1.1]},
    },
    load_schema(WORKFLOW / "schemas" / "config.schema.yaml"),
)
METRICS = {
    "experiment": CONFIG["experiment"],
    "survey": "simulated",
    "seen_galaxy_zoo": False,
    "starts": {
        "learnt": "none",
        "galaxies": 0,
        "holdout_seen": 0,
        "test_seen": 0,
        "origins": [],
        "lists": [],
    },
    "epochs_chosen": False,
    "penalties_chosen": None,
    "folds": None,
    "start": None,
    "subset": {"name": "holdout", "galaxies": 1400, "limited_to_fair_ids": True},
    "galaxies": {"train": 12345, "valid": 1371, "holdout": 1400, "test": 109}
    | {"test_in_training": 0, "in_several_surveys": 0},
    "surveys": [],
    "rmse": {
        "all_zeros": 0.271611,
        "mean_label": 0.164022,
        "central_pixel": 0.161943,
        "vote_noise_floor": 0.048714,
        "seeds": {
            "3": {"single": 0.081234, "tta": 0.079346},
            "5": {"single": 0.082417, "tta": 0.080528},
        },
        "bag": 0.077639,
    },
    "rmse_interval": {"bag": [0.076511, 0.078813], "percent": 95, "resamples": 10000},
    "validation": {
        "rmse": 0.079123,
        "rows": 2742,
        "galaxies": 2500,
        "seeds": {"3": 0.078, "5": 0.08},
    },
    "validation_galaxies": "0123456789abcdef",
    "intervals": {
        "percent": 90,
        "calibration_rows": 2742,
        "interval_percent": 95,
        "fraction": {
            "coverage": 0.9123,
            "coverage_interval": [0.9012, 0.9234],
            "width": 0.3456,
            "coverage_of_networks": [0.9001, 0.8998],
        },
        "joint": {
            "coverage": 0.9111,
            "coverage_interval": [0.9022, 0.9222],
            "width": 0.2222,
            "coverage_of_networks": [0.8987, 0.9],
        },
        "by_number": [
            {
                **{"kind": "joint", "lowest": 0.3, "highest": 0.5, "numbers": 4321},
                **{"galaxies": 1399, "coverage": 0.8877, "width": 0.4321},
                **{"coverage_low": 0.8766, "coverage_high": 0.8988},
            }
        ],
        "answers": [
            {
                **{"kind": "joint", "question": 1, "column": "Class1.1", "galaxies": 1400},
                **{"coverage": 0.9, "coverage_low": 0.88, "coverage_high": 0.91},
                **{"width": 0.3, "zero_votes": 0.01},
            }
        ],
        "by_property": [
            {
                **{"kind": "joint", "property": "agreement", "galaxies": 350, "width": 0.2},
                **{"lowest": 0.1, "median": 0.2, "highest": 0.3},
                **{"coverage": 0.9, "coverage_low": 0.88, "coverage_high": 0.91},
            }
        ],
    },
    "recalibration": {
        "tried": True,
        "helps_on_validation": True,
        "validation_rmse": 0.078901,
        "rmse": 0.076543,
        "difference": -0.001096,
        "difference_interval": [-0.0014, -0.0007],
        "interval_percent": 95,
    },
    "questions": {str(n): 0.05 + n / 301 for n in range(1, 12)},
    "questions_mean_label": {str(n): 0.15 + n / 307 for n in range(1, 12)},
}
VERSIONS = {"python": "3.11.7", "torch": "2.14.1"}
PROVENANCE = {
    "start": {"weights": "a<b>&.safetensors"},
    "commit": "c" * 40,
    "versions": VERSIONS,
    "files": [
        {"name": "images", "bytes": None, "sha256": "7" * 64},
        {"name": "holdout.csv", "bytes": 1234, "sha256": "d" * 64},
    ],
    "stages": [
        {
            "seed": seed,
            "stage": "all_64",
            "commit": "c" * 40,
            "diff": None,
            "versions": VERSIONS,
            "deterministic": True,
            "device": "cpu",
            "precision": "torch.float32",
            "threads": "1",
            "name": "all_64.pt",
            "bytes": 5678,
            "sha256": f"{seed}" * 64,
        }
        for seed in (3, 5)
    ],
}
FIGURES = {
    "check": "check.png",
    "learning_curves": "learning_curves.svg",
    "questions": "questions.svg",
    "answers": "answers.svg",
    "error_by_property": "error_by_property.svg",
    "predicted_against_voted": "predicted_against_voted.svg",
    "reliability": "reliability.svg",
    "coverage": "coverage.svg",
    "coverage_by_property": "coverage_by_property.svg",
    "error_by_views": "error_by_views.svg",
    "error_by_seeds": "error_by_seeds.svg",
    "typical": "galaxies_typical.png",
    "best": "galaxies_best.png",
    "worst": "galaxies_worst.png",
    "disagreed": "galaxies_disagreed.png",
    "augmentation": "augmentation.png",
    "attribution": "attribution.png",
}
SAID_OF_A_SURVEY = ("name", "source", "labelled_by")
WEBP = thumbnail(np.full((8, 8, 3), 7, np.uint8))
EXPLORER = {
    "tree": [],
    "held_out": 1400,
    "carried": [],
    "sayings": [{"text": "</script>", "path": []}, {"text": "A ring.", "path": []}],
    "galaxies": {
        "id": ["1", "2"],
        "name": ["1", "2"],
        "rmse": [0.0512, 0.1234],
        "crowd": [0, 0],
        "network": [0, 1],
        "picture": [WEBP, None],
    },
}
TABLES = {
    "stage_costs": pd.DataFrame(
        {
            "stage": ["head_64", "all_64"],
            "job_seconds": [70.0, 100.0],
            "epoch_seconds": [50.0, 90.0],
            "images_per_second": [1234.4, 300.0],
            "peak_memory_mib": [1410.4, float("nan")],
        }
    ),
    "answers": pd.DataFrame(
        {
            "question": [1],
            "answer": ["smooth"],
            "column": ["Class1.1"],
            "rmse": [0.11111],
            "rmse_mean_label": [0.22222],
            "calibration_error": [0.03333],
        }
    ),
    "error_by_property": pd.DataFrame(
        {
            "property": ["agreement"],
            "lowest": [0.6],
            "highest": [0.9],
            "galaxies": [1400],
            "rmse": [0.05551],
            "rmse_low": [0.05441],
            "rmse_high": [0.05661],
            "rmse_mean_label": [0.15551],
        }
    ),
    "coverage": pd.DataFrame(
        {
            "kind": ["fraction", "joint"],
            "question": [1, 10],
            "answer": ["smooth", "tight"],
            "galaxies": [1399, 0],
            "coverage": [0.8765, float("nan")],
            "coverage_low": [0.8654, float("nan")],
            "coverage_high": [0.8876, float("nan")],
            "width": [0.4321, float("nan")],
            "zero_votes": [0.0432, float("nan")],
        }
    ),
    "confusion": pd.DataFrame(
        {
            "question": [1] * 9 + [2] * 4,
            "voted": ["smooth"] * 3
            + ["features or disc"] * 3
            + ["star or artifact"] * 3
            + ["edge-on"] * 2
            + ["not edge-on"] * 2,
            "predicted": ["smooth", "features or disc", "star or artifact"] * 3
            + ["edge-on", "not edge-on"] * 2,
            "galaxies": [700, 20, 0, 70, 610, 0, 0, 0, 0, 81, 19, 23, 557],
        }
    ),
    "selection": pd.DataFrame(
        {
            "question": [1] * 6 + [2] * 4,
            "answer": ["smooth"] * 2
            + ["features or disc"] * 2
            + ["star or artifact"] * 2
            + ["edge-on"] * 2
            + ["not edge-on"] * 2,
            "threshold": [0.5, 0.9] * 5,
            "voted": [720] * 2 + [680] * 2 + [0] * 2 + [100] * 2 + [580] * 2,
            "selected": [770, 310, 630, 205, 0, 0, 104, 0, 576, 400],
            "completeness": [0.972, 0.423, 0.897, 0.3, NAN, NAN, 0.81, 0.0, 0.96, 0.688],
            "purity": [0.909, 0.983, 0.968, 0.995, NAN, NAN, 0.779, NAN, 0.967, 0.9975],
        }
    ),
    "attribution": pd.DataFrame(
        {
            "GalaxyID": [100, 101, 101],
            "answer": ["smooth", "spiral", "spiral"],
            "probability": [0.9, 0.7, 0.7],
            "fall": [-0.04, 0.25, 0.1],
        }
    ),
    "masked": pd.DataFrame(columns=["question", "reason", "galaxies", "answers", "masked"]),
    "not_at_random": pd.DataFrame(columns=["question", "column", "larger", "chance"]),
    "rejected": pd.DataFrame({"GalaxyID": range(32), "reason": ["no image is named so"] * 32}),
    "error_by_views": pd.DataFrame(
        {
            "network": ["3", "5", "bag"] * 2,
            "views": [1] * 3 + [16] * 3,
            "rmse": [0.081234, 0.082417, 0.079001, 0.079346, 0.080528, 0.077639],
        }
    ),
}


class Page(HTMLParser):
    """What stands on a page: tags with attributes, and the text of each element; all are closed."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")
        if tag not in VOID:
            self.open.append((tag, len(self.texts) - 1))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for _, position in self.open:
            self.texts[position] += data

    def all(self, *names):
        """Attributes and text of the elements of these names, in order."""
        elements = zip(self.tags, self.texts, strict=True)
        return [(attrs, " ".join(text.split())) for (tag, attrs), text in elements if tag in names]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder with histories by seed and stage, and a picture for each figure."""
    folder = tmp_path_factory.mktemp("figures", numbered=False)
    for i, path in enumerate(history_paths(folder)):
        epochs = CONFIG["stages"][i % 2]["epochs"]
        rmse = [0.1 - 0.01 * i - 0.001 * epoch for epoch in range(epochs)]
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"valid_rmse": rmse, "begun_rmse": 0.5}).to_csv(path, index=False)
    for height, name in enumerate(FIGURES.values(), 4):
        save(Figure(figsize=(9, height)), folder / name)
    (folder / "explorer.json").write_text(json.dumps(EXPLORER), encoding="utf-8")
    return folder


def history_paths(folder):
    return [
        folder / f"seed{seed}" / "stages" / f"{stage['name']}.csv"
        for seed in CONFIG["seeds"]
        for stage in CONFIG["stages"]
    ]


def source(
    results,
    config=CONFIG,
    metrics=METRICS,
    provenance=PROVENANCE,
    explorer=None,
    tables=TABLES,
    histories=None,
    more_figures=None,
    label_curve=None,
):
    names = [stage["name"] for stage in CONFIG["stages"]]
    return report_page(
        config,
        tree_from(questions_of(config["tree"])),
        metrics,
        read_stage_tables(map(str, history_paths(histories or results)), CONFIG["seeds"], names),
        tables,
        {name: results / file for name, file in FIGURES.items()} | (more_figures or {}),
        explorer or results / "explorer.json",
        TEMPLATE,
        HELD,
        provenance,
        taken=[],
        label_curve=label_curve,
    )


def written(results, folder, **parts):
    """The page as a file in a folder, with an explorer of three galaxies."""
    explorer, path = folder / "explorer.json", folder / "report.html"
    data = explorer_data(ranked(3), np.zeros((3, 8, 8, 3), np.uint8), GALAXY_ZOO_2)
    explorer.write_text(json.dumps(data), encoding="utf-8")
    path.write_text(source(results, explorer=explorer, **parts), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(results):
    return Page(source(results))


def test_what_more_labels_would_bring_is_told_where_somebody_asked(results, page):
    assert "labels" not in {attrs.get("id") for attrs, _ in page.all("section")}
    points = [
        {"galaxies": galaxies, "rmse": error, "interval": [error - 0.002, error + 0.002]}
        for galaxies, error in ((500, 0.12), (1000, 0.11), (2000, 0.1), (4000, 0.0911))
    ]
    step = {"fell": 0.01, "interval": [0.008, 0.012]}
    curve = {"points": points[:3], "doubled": points[3], "last_step": step, "interval_percent": 95}
    picture = {"label_curve": results / FIGURES["error_by_seeds"]}
    shown = Page(source(results, label_curve=curve, more_figures=picture))
    cells = [text for _, text in shown.all("th", "td")]
    row = cells.index("4,000, extrapolated")
    assert cells[row + 1 : row + 3] == ["0.09110", "0.08910 to 0.09310"]
    [told] = [text for _, text in shown.all("p") if text.startswith("More labels help: from 1,000")]
    assert "twice as many would lower it from 0.1000 to about 0.0911" in told
    assert ("#labels", "More labels") in [(a["href"], text) for a, text in shown.all("a")]


def numbers(metrics):
    """All numbers in a part of metrics.json."""
    if isinstance(metrics, dict):
        return [n for value in metrics.values() for n in numbers(value)]
    return [metrics] if isinstance(metrics, float) else []


def test_the_tables_hold_every_error_of_the_metrics(page):
    cells = {text for _, text in page.all("td")}
    apart = ("validation", "intervals", "recalibration")
    of_the_holdout = {name: part for name, part in METRICS.items() if name not in apart}
    assert len(numbers(of_the_holdout)) == 31
    assert {f"{number:.5f}" for number in numbers(of_the_holdout)} <= cells


def test_how_often_intervals_hold_stands_beside_what_was_promised(page):
    cells = [text for _, text in page.all("th", "td")]
    for number in ("91.2 %", "90.1 to 92.3 %", "0.346", "90.0 %, 90.0 %", "89.9 %, 90.0 %"):
        assert number in cells
    row = cells.index("1. smooth")
    assert "10. tight" not in cells  # of which nobody has a vote
    while cells[row + 1] != "fraction":
        row = cells.index("1. smooth", row + 1)
    numbers = ["1,399", "87.6 %", "86.5 to 88.8 %", "0.432", "4 %"]
    assert cells[row + 2 : row + 7] == numbers


def test_intervals_of_networks_that_learnt_votes_stand_beside_the_others(results):
    assert "Dirichlet" not in source(results)
    own = {"coverage": 0.935, "coverage_interval": [0.9301, 0.9402], "width": 0.3111}
    metrics = METRICS | {"intervals": METRICS["intervals"] | {"dirichlet": own}}
    text = " ".join(re.sub("<[^>]+>", " ", source(results, metrics=metrics)).split())
    assert "Dirichlet distributions 93.5 % 93.0 to 94.0 % 0.311" in text
    assert "Nothing was calibrated on validation galaxies" in text


@pytest.mark.parametrize("helps", [True, False])
def test_what_recalibration_brings_is_told(results, helps):
    metrics = METRICS | {"recalibration": METRICS["recalibration"] | {"helps_on_validation": helps}}
    text = " ".join(source(results, metrics=metrics).split())
    gain = "error becomes 0.07654, a difference of -0.00110 (95 % interval -0.00140 to -0.00070)"
    assert (gain in text) == helps
    assert ("so predictions are left as they are" in text) != helps


def test_recalibration_that_too_few_galaxies_allow_is_told(results):
    untried = METRICS["recalibration"] | {"helps_on_validation": False, "tried": False}
    text = " ".join(source(results, metrics=METRICS | {"recalibration": untried}).split())
    assert "too few validation galaxies to recalibrate" in text


def test_every_score_stands_in_the_row_of_what_it_is_of(results):
    table = re.search(r'aria-label="Scores".*?</table>', source(results), re.DOTALL)[0]
    rows = dict(
        re.findall(r'<th scope="row">([^<]+)</th>\s*<td class="number">([\d.]+)</td>', table)
    )
    assert rows == {
        "All zeros": "0.27161",
        "Mean label": "0.16402",
        "Central pixel": "0.16194",
        "Seed 3, single": "0.08123",
        "Seed 3, tta": "0.07935",
        "Seed 5, single": "0.08242",
        "Seed 5, tta": "0.08053",
        "Bag": "0.07764",
        "Vote-noise floor": "0.04871",
    }


def test_the_interval_of_the_bag_is_that_of_the_metrics(results):
    text = " ".join(re.sub("<.*?>", "", source(results)).split())
    assert "error over all galaxies like them is 0.07651 to 0.07881, from 10,000 draws" in text


def keys(value):
    """The keys of JSON, to any depth: those of a list are its first item's, and no seed's name."""
    if isinstance(value, list):
        return [keys(one) for one in value[:1]]
    if isinstance(value, dict):
        return {"a seed" if name.isdigit() else name: keys(one) for name, one in value.items()}
    return None


def test_the_metrics_of_these_tests_have_the_keys_of_a_run_s(finished):
    written = json.loads((finished.results / "metrics.json").read_text(encoding="utf-8"))
    assert keys(METRICS) == keys(written)


def test_coverage_is_shown_by_predicted_number(results):
    page = Page(source(results))
    rows = " ".join(" ".join(text.split()) for _, text in page.all("tr"))
    assert "0.3 to 0.5 joint 4,321 88.8 % 87.7 to 89.9 % 0.432" in rows


def of_survey(name, number):
    """The scores on a survey by itself, each another number."""
    kinds = {
        kind: {
            "coverage": 0.9 + number / 1000,
            "coverage_interval": [0.85 + number / 1000, 0.95 + number / 1000],
            "width": 0.3 + number / 1000,
        }
        for kind in ("fraction", "joint")
    }
    errors = {"rmse": 0.08, "rmse_published": 0.07, "rmse_mean_label": 0.16}
    return {
        "survey": name,
        "galaxies": 600 + number,
        "training_scale": 0.02 if number == 1 else None,
        "rmse_interval": [0.075 + number / 1000, 0.085 + number / 1000],
        "intervals": kinds,
        **{key: value + number / 1000 for key, value in errors.items()},
    }


def test_each_of_several_surveys_has_its_own_scores_and_coverage(results):
    several = [of_survey("near", 1), of_survey("far", 2)]
    galaxies = METRICS["galaxies"] | {"in_several_surveys": 6}
    metrics = METRICS | {"surveys": several, "galaxies": galaxies}
    config = CONFIG | {
        "survey": CONFIG["survey"] | {"source": "joined"},
        "surveys": [{"name": "near", "source": "simulation"}, {"name": "far", "source": "own"}],
    }
    page = Page(source(results, metrics=metrics, config=config))
    [lede] = [text for attrs, text in page.all("p") if attrs.get("class") == "lede"]
    assert "pictures of the surveys near (simulated) and far together:" in lede
    rows = [text for _, text in page.all("tr")]
    for n, name in ((1, "near"), (2, "far")):
        scores = f"0.08{n}00 0.07{5 + n}00 to 0.08{5 + n}00 0.07{n}00 0.16{n}00"
        scale = "0.02" if name == "near" else "unknown"
        assert f"{name} {600 + n} {scores} {scale}" in rows
        assert f"{name} Fraction 90.{n} % 85.{n} to 95.{n} % 0.30{n}" in rows
        assert f"{name} Joint probability 90.{n} % 85.{n} to 95.{n} % 0.30{n}" in rows
    [told] = [text for _, text in page.all("p") if "more than one survey" in text]
    assert "6 galaxies are of more than one survey" in told
    assert "By survey" not in source(results)


@pytest.mark.parametrize("name", ["kaggle", "simulation"])
def test_published_scores_stand_apart_from_those_of_other_galaxies(results, name):
    survey = {"name": name, "source": name}
    page = Page(source(results, CONFIG | {"survey": survey}))
    headings = [text for _, text in page.all("h2")]
    heading = "Published" if name == "kaggle" else "Published elsewhere, on other galaxies"
    assert headings.index(heading) == (2 if name == "kaggle" else len(headings) - 3)
    published = ON_KAGGLES_TEST_GALAXIES + ON_VALIDATION_GALAXIES
    cells = [text for _, text in page.all("td")]
    for score in published:
        assert {f"{score.rmse:.5f}", score.galaxies, score.source} <= set(cells)
    text = source(results)
    apart = text.index("On validation galaxies: no score of Kaggle")
    assert text.rindex(">Ng, DINOv2-B/14<") < apart < text.index(">Briggs 2019<")


@pytest.mark.parametrize(("name", "shown"), [("kaggle", True), ("files", True), ("gz2", False)])
def test_the_blog_s_error_is_at_the_top_where_the_survey_is_kaggle_s(results, name, shown):
    survey = {"name": name, "source": name, "gz2": {"tables": []}}
    page = Page(source(results, CONFIG | {"survey": survey}))
    [(_, top)] = page.all("header")
    scores, heading, blog = top.partition("Published, on its own validation galaxies of Kaggle")
    assert ("Dieleman 2014" in scores) == shown
    assert "Briggs" not in scores
    assert bool(heading) == ("Briggs 2019 0.07673" in " ".join(blog.split())) == shown


def test_validation_is_said_beside_the_scores_and_why_it_is_a_little_higher(results):
    text = " ".join(re.sub("<.*?>", "", source(results)).split())
    assert "On 2,742 validation galaxies of 2 seeds (2,500 different ones), each predicted" in text
    assert "the error is 0.07912" in text
    assert "One network errs a little more than the bag. They are fair galaxies too." in text
    without = source(results, metrics=METRICS | {"validation": None})
    assert "different ones), each predicted" not in without


def test_weights_that_have_seen_the_votes_are_told_beside_the_number(results):
    said = "The starting weights have seen Galaxy Zoo"
    assert said not in source(results)
    seen = source(results, metrics=METRICS | {"seen_galaxy_zoo": True})
    assert seen.index("RMSE of the bag") < seen.index(said) < seen.index("held-out galaxies, the")
    told = {
        **{"table": "list.csv", "rows": 9, "rows_with_positions": 9, "arcsec": 2.0, "survey": "s"},
        **{"galaxies": 5, "with_positions": 5, "by_position": 1, "names_of_one_kind": False},
        **{"by_name": 0, "listed": 1, "not_compared": 0},
    }
    starts = METRICS["starts"] | {"learnt": "known", "holdout_seen": 0, "lists": [told]}
    cleared = source(results, metrics=METRICS | {"seen_galaxy_zoo": True, "starts": starts})
    assert said not in cleared
    assert "Of the 5 galaxies of s, 1 are in list.csv" in cleared


def test_what_the_starting_weights_learnt_of_the_galaxies_is_told_beside_the_numbers(results):
    plain = source(results)
    assert "predicted by a network that was not trained on it, and" in " ".join(plain.split())
    starts = {"learnt": "unknown", "galaxies": 9, "holdout_seen": 1234, "test_seen": 0}
    told = source(results, metrics=METRICS | {"starts": starts})
    text = " ".join(re.sub("<.*?>", "", told).split())
    for sentence in ("weights learnt 1,234 of the held-out galaxies", "It is not known which"):
        assert text.count(sentence) == 3
        assert sentence not in plain
    assert "predicted by a network that was not trained on it after its start, and" in text


def test_an_encoder_of_a_hub_is_told_with_its_commit_its_licence_and_its_card_s_words(results):
    origin = {"weights": "hf-hub:a/b", "commit": "4f2a", "has_card": True, "licence": "mit"}
    starts = METRICS["starts"] | {"origins": [origin | {"galaxy_zoo_names": ["zoobot"]}]}
    told = source(
        results, metrics=METRICS | {"starts": starts}, provenance=PROVENANCE | {"start": origin}
    )
    text = " ".join(re.sub("<.*?>", "", told).split())
    assert "those of hf-hub:a/b at commit 4f2a. Its card states the licence mit." in text
    assert text.count("The card of hf-hub:a/b names zoobot: if it learnt Galaxy Zoo") == 3


def test_the_start_alone_is_a_row_and_who_would_be_better_off_with_it_is_told(results):
    assert "Start, recalibrated" not in source(results)
    start = {
        "rmse": 0.09812,
        "recalibration": METRICS["recalibration"] | {"helps_on_validation": True, "rmse": 0.07123},
        "published_rmse": 0.07764,
        "difference": 0.00641,
        "difference_interval": [0.0055, 0.0073],
        "interval_percent": 95,
    }
    told = source(results, metrics=METRICS | {"start": start})
    text = " ".join(re.sub("<.*?>", "", told).split())
    assert "Start 0.09812" in text
    assert "Start, recalibrated 0.07123" in text
    assert "Training made the start worse: the start alone, recalibrated on validation" in text
    assert "Use the start without training." in text


def test_epochs_that_validation_galaxies_chose_are_told_beside_each_number_of_these(results):
    said = "this error is optimistic"
    assert said not in source(results)
    first, *others = CONFIG["stages"]
    stages = [first, *(stage | {"keep": "best"} for stage in others)]
    chosen = source(results, CONFIG | {"stages": stages}, METRICS | {"epochs_chosen": True})
    text = " ".join(re.sub("<.*?>", "", chosen).split())
    assert text.count(said) == 2  # beside the error, and beside recalibration and intervals
    assert "all_64 all layers 64 2 (kept: 2, 2)" in text  # the errors of `results` fall
    assert "chosen by this very number, it is optimistic" in text


def test_a_probe_has_a_penalty_for_each_seed_in_place_of_epochs_and_rates(results, tmp_path):
    probe = {"name": "head_64", "size": 64, "probe": {"views": 8}, "batch_size": 32}
    for penalty, path in zip((0.01, 0, math.inf, 0), history_paths(tmp_path), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        is_probe = path.stem == "head_64"
        rmse = [0.08] if is_probe else [0.09, 0.05]
        pd.DataFrame({"valid_rmse": rmse, "penalty": penalty}).to_csv(path, index=False)
    metrics = METRICS | {"penalties_chosen": True, "folds": True}
    config = CONFIG | {"stages": [probe, CONFIG["stages"][1]], "validation": "folds"}
    told = source(results, config, metrics, histories=tmp_path)
    text = " ".join(re.sub("<.*?>", "", told).split())
    assert "head_64 the head, by a probe of 8 views 64 penalty 0.01, inf 32 0.08000" in text
    assert "Every seed validates on its own fold of the galaxies" in text
    assert "where before only the head, by a probe of 8 views was fitted, and it" in text
    chosen = "were chosen by the error on validation galaxies, each on a fold of its own, so"
    assert text.count(chosen) == 2  # beside the error, and beside recalibration and intervals


def test_every_score_says_of_which_galaxies_it_is(page):
    assert [text for _, text in page.all("td")].count("1,400 hold-out galaxies") == 9


def test_an_unknown_floor_is_left_out(results):
    metrics = copy.deepcopy(METRICS)
    metrics["rmse"]["vote_noise_floor"] = None
    without = source(results, metrics=metrics)
    assert "Vote-noise floor" not in without
    assert "None" not in without


@pytest.mark.parametrize("is_own", [True, False])
def test_a_floor_says_what_it_is_made_of(results, is_own):
    survey = CONFIG["survey"] | {"source": "own" if is_own else "simulation"}
    text = " ".join(source(results, config=CONFIG | {"survey": survey}).split())
    assert ("drawn again from the shares that were counted" in text) == is_own
    assert ("hidden properties of a simulated galaxy" in text) != is_own


def test_the_top_tells_how_many_galaxies_there_were(page):
    assert [text for _, text in page.all("dd")][:4] == ["12,345", "1,371", "1,400", "109"]


def test_the_top_tells_what_was_run_and_how_it_went(page):
    [(_, top)] = page.all("header")
    for fact in ("2 networks", "tf_efficientnet_lite0", "simulated", "2 stages", "3 epochs"):
        assert fact in top
    for fact in (
        "seeds 3, 5",
        "16 views",
        "0.07764",
        "0.07651 to 0.07881",
        "1,400 held-out galaxies",
    ):
        assert fact in top
    assert "list of fair galaxies alone" in top


def test_the_first_screen_tells_how_good_on_what_against_what_and_shows_a_galaxy(page):
    [(_, top)] = page.all("header")
    told = (
        "On 1,400 held-out galaxies, the bag\N{RIGHT SINGLE QUOTATION MARK}s error is 0.07764: 53 %"
    )
    assert f"{told} below that of the mean label, and 52 % below that of the central pixel" in top
    assert "Galaxy 2 has" not in top  # which has no picture
    assert "Galaxy 1 has the median error, 0.051." in top
    assert "The crowd says: </script>" in top
    assert "Dieleman" not in top


def test_the_data_come_first_with_what_was_left_out_in_the_end(page):
    assert page.all("h2")[0][1] == "The data"
    told = " ".join(text for _, text in page.all("p"))
    assert "6,985 of 7,017 galaxies can be used; 32 cannot, 17 of them because: no image" in told
    assert "32 galaxies were left out: results/surveys/simulated/rejected.csv." in told
    assert "../surveys/simulated/rejected.csv" in [link["href"] for link, _ in page.all("a")]
    assert ("#data", "Data") in [(link["href"], text) for link, text in page.all("a")]


def test_each_section_opens_with_its_finding(results):
    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', source(results), re.DOTALL)
    assert len(sections) == 13
    for name, section in sections:
        opening = re.match(r"\s*<h2>.*?</h2>\s*<p class=\"finding\">(.+?)</p>", section, re.DOTALL)
        assert opening, name
        assert re.search(r"\d|one config|[Ff]ive", opening[1]), name


def test_tables_of_over_ten_rows_are_folded(results):
    bins = pd.concat([TABLES["error_by_property"]] * 11, ignore_index=True)
    many = Page(source(results, tables=TABLES | {"error_by_property": bins}))
    folded = [text for _, text in many.all("summary")]
    assert "Error by property of the galaxy: 11 rows" in folded
    few = Page(source(results))
    assert not any("by property" in text for _, text in few.all("summary"))


def test_mistakes_are_counted_by_question_with_completeness_and_purity(page):
    rows = [text for _, text in page.all("tr")]
    assert "smooth 700 20 0" in rows
    assert "features or disc 70 610 0" in rows
    assert "smooth 720 97 / 91 42 / 98" in rows
    none = "\N{EN DASH}"
    assert f"edge-on 100 81 / 78 0 / {none}" in rows
    assert f"star or artifact 0 {none} / {none} {none} / {none}" in rows
    summaries = [text for _, text in page.all("summary")]
    assert any(text.endswith("94 % of 1,400 galaxies as voted") for text in summaries)


def test_a_jump_between_stages_has_its_reason(results, tmp_path):
    assert "the error jumps" not in source(results)
    for path in history_paths(tmp_path):
        rmse = [0.08, 0.07] if path.stem == "head_64" else [0.09, 0.05]
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"valid_rmse": rmse}).to_csv(path, index=False)
    text = " ".join(source(results, histories=tmp_path).split())
    told = "In the first epoch of all_64 the error jumps from 0.07000 to 0.09000: all layers begin"
    assert told in text


def test_classes_have_their_figures_and_galaxies_their_names(results):
    plain = source(results)
    assert "By class" not in plain
    assert "predictions.csv" not in plain
    names = ("class_confusion", "class_roc", "class_precision_recall")
    drawn = dict.fromkeys(names, results / FIGURES["questions"])
    assert "By class" in source(results, more_figures=drawn)


def test_files_are_links_and_so_are_the_numbers_behind_figures(page):
    links = [attrs["href"] for attrs, _ in page.all("a")]
    for file in ("metrics.json", "submission.csv.gz", "config.yaml", "provenance.json"):
        assert file in links
    for file in FIGURES.values():
        assert f"figures/{Path(file).stem}.csv" in links
        assert f"figures/{file}" in links


def test_a_survey_without_test_galaxies_has_no_submission_to_link(results):
    galaxies = METRICS["galaxies"] | {"test": 0}
    page = Page(source(results, metrics=METRICS | {"galaxies": galaxies}))
    assert "submission.csv.gz" not in [attrs["href"] for attrs, _ in page.all("a")]


@pytest.mark.parametrize("more", [{}, {"variant_of": "other"}])
def test_the_target_comes_first_in_every_command(results, more):
    blocks = Page(source(results, CONFIG | more)).all("pre")
    commands = [text for attrs, text in blocks if attrs["aria-label"] != "Config"]
    commands = [text for text in commands if "snakemake" in text]
    assert len(commands) == 4
    assert all(re.search(r"snakemake [\w/.-]+ --cores", text) for text in commands)


def test_the_network_s_uses_are_ready_to_copy(page):
    blocks = {attrs["aria-label"]: text for attrs, text in page.all("pre")}
    own = f"results/{CONFIG['experiment']}"
    assert blocks["Catalogue"] == (
        f"snakemake catalogue --cores all --configfile {own}/config.yaml --config galaxies=PATH"
    )
    assert blocks["Page"] == f"python workflow/scripts/show.py {own}"
    assert blocks["Export"] == f"snakemake export --cores all --configfile {own}/config.yaml"
    start = f"'model={{weights: {own}, backbone: tf_efficientnet_lite0, head: "
    assert start in blocks["Fine-tuning"]
    assert f'predict("{own}", ["galaxy.jpg"])' in blocks["Python"]


@pytest.mark.parametrize("questions", [RINGS, NUMBER], ids=["rings", "a number"])
def test_a_tree_of_one_s_own_has_a_page(results, questions):
    tree = tree_from(questions)
    values = [votes(60, seed, tree) for seed in (1, 2)]
    tables = {
        "confusion": confusion_table(*values, tree),
        "selection": selection_table(*values, tree),
    }
    survey = CONFIG["survey"] | {"source": "own"}
    own = source(results, CONFIG | {"tree": questions, "survey": survey}, tables=TABLES | tables)
    page = Page(own)
    assert "Published" not in own
    folded = [text for _, text in page.all("summary")]
    assert any(text.startswith("1. Is there a ring?") for text in folded) is (questions is RINGS)
    assert ("No question of this tree has several answers" in own) is (questions is NUMBER)


@pytest.mark.parametrize("labelled_by", WORDS)
def test_the_survey_says_who_labelled_it(results, labelled_by):
    survey = CONFIG["survey"] | {"source": "own", "labelled_by": labelled_by}
    page = source(results, CONFIG | {"survey": {key: survey[key] for key in SAID_OF_A_SURVEY}})
    words = WORDS[labelled_by]
    text = " ".join(shown_on(page).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    assert f"What would {words['who']} say about a galaxy?" in text
    assert f"is {words['their']}, word for word" in text
    assert f"Figure: predicted against {words['voted']}" in text
    if labelled_by == "volunteers":
        assert "How sure a prediction is Intervals that promise 90 % hold the crowd's vote" in text
        assert "On the diagonal, the bag predicts what the crowd voted. A cloud" in text
    else:
        assert crowd_words(text.replace(f"labelled_by: {labelled_by}", "")) == []


def test_an_ensemble_s_page_has_its_finding_its_uses_and_links_to_its_members(results):
    members = {
        "base": {"weight": 0.5, "rmse": 0.0790, "rmse_without": 0.0788},
        "base-b": {"weight": 0.5, "rmse": 0.0788, "rmse_without": 0.0790},
    }
    correlation = {name: {"base": 1.0, "base-b": 0.9} for name in members}
    ensemble = {"members": members, "error_correlation": correlation, "fitted": False}
    page = Page(
        ensemble_page(
            {name: CONFIG[name] for name in ("survey", "tree")}
            | {"experiment": "base-ensemble", "variant_of": "base"},
            GALAXY_ZOO_2,
            METRICS | {"ensemble": ensemble},
            TABLES,
            {
                name: results / file
                for name, file in FIGURES.items()
                if name not in ("augmentation", "attribution", "learning_curves")
            },
            results / "explorer.json",
            TEMPLATE,
            HELD,
        )
    )
    findings = [text for attrs, text in page.all("p") if attrs.get("class") == "finding"]
    assert any("error is 1.5 % below that of base-b, its best member" in text for text in findings)
    assert "../base-b/report.html" in [attrs["href"] for attrs, _ in page.all("a")]
    blocks = {attrs["aria-label"]: text for attrs, text in page.all("pre")}
    own = "--cores all --configfile results/base/comparison.yaml"
    assert blocks["Catalogue"] == f"snakemake catalogue {own} --config galaxies=PATH"
    assert blocks["Export"] == f"snakemake export {own}"
    cells = [text for _, text in page.all("td")]
    assert any(text.startswith("What the Cite of each member") for text in cells)
    assert "'model={weights: results/base}'" in blocks["Fine-tuning"]


def test_stages_show_their_settings_and_the_means_over_seeds(page):
    cells = [text for _, text in page.all("td")]
    start = cells.index("all layers")
    assert cells[start : start + 8] == [
        *(
            "all layers",
            "64",
            "2",
            "0.0001 to 0.002",
            "0.1",
            "0.0001",
            "64",
            "0.07900",
        )
    ]


def test_published_errors_stand_beside_the_stage_s_own_on_kaggle_s_galaxies_alone(results):
    followed = CONFIG | {"milestones": [{"stage": "all_64", "rmse": 0.081}]}
    told = "the source that the experiment follows"
    assert told not in source(results, followed)
    survey = CONFIG["survey"] | {"source": "files"}
    page = Page(source(results, followed | {"survey": survey}))
    cells = [text for _, text in page.all("td")]
    start = cells.index("all layers")
    assert cells[start + 7 : start + 9] == ["0.07900", "0.08100"]
    assert any(told in text for _, text in page.all("p"))


def test_training_that_is_not_deterministic_is_told(results):
    loose = [stage | {"deterministic": False} for stage in PROVENANCE["stages"]]
    told = "Training was not deterministic"
    assert told in source(results, provenance=PROVENANCE | {"stages": loose})
    assert told not in source(results)


def test_stages_show_their_time_and_memory(page):
    cells = [text for _, text in page.all("td")]
    start = cells.index("1 min 10 s")
    assert cells[start : start + 4] == ["1 min 10 s", "50 s", "1,234", "1,410"]
    assert cells[start + 4 : start + 8] == ["1 min 40 s", "1 min 30 s", "300", "not measured"]


def test_the_page_tells_what_averaging_buys(page):
    cells = [text for _, text in page.all("td")]
    start = cells.index("0.08183")  # the mean of the two seeds' single errors
    assert cells[start : start + 5] == ["0.08183", "0.00084", "0.08123", "0.08242", "0.07900"]


def test_answers_and_properties_have_their_numbers_on_the_page(page):
    cells = {text for _, text in page.all("td")}
    assert cells >= {"0.11111", "0.22222", "0.03333", "0.05551", "0.05441 to 0.05661", "0.15551"}


def test_the_config_on_the_page_is_the_config(page):
    [text] = [
        text
        for (tag, attrs), text in zip(page.tags, page.texts, strict=True)
        if tag == "pre" and attrs["aria-label"] == "Config"
    ]
    assert yaml.safe_load(text) == CONFIG


def command(page):
    return next(text for attrs, text in page.all("pre") if attrs["aria-label"] == "Command")


def test_the_command_checks_out_the_commit_that_made_it(results, page):
    run = f"snakemake all --cores all --configfile results/{CONFIG['experiment']}/config.yaml"
    assert command(page) == f"git checkout {'c' * 40} {run}"
    for commit, says in [
        ("c" * 40 + "-dirty", "Not everything was made by the same commit"),
        ("e" * 40, "Not everything was made by the same commit"),
    ]:
        other = source(results, provenance=PROVENANCE | {"commit": commit})
        assert command(Page(other)) == run
        assert says in other
    unknown = copy.deepcopy(PROVENANCE) | {"commit": None}
    for stage in unknown["stages"]:
        stage["commit"] = None
    assert "its commit is not known" in source(results, provenance=unknown)


def test_the_page_ends_with_what_to_cite(results, page):
    assert page.all("h2")[-1][1] == "Cite"
    cells = [text for _, text in page.all("td")]
    assert "Willett et al. 2013, MNRAS 435, 2835" in cells
    assert not any("Sloan" in text for _, text in page.all("p"))
    survey = CONFIG["survey"] | {"source": "kaggle"}
    paragraphs = [text for _, text in Page(source(results, CONFIG | {"survey": survey})).all("p")]
    assert any(text.startswith("Funding for the SDSS and SDSS-II") for text in paragraphs)


def test_hashes_and_versions_are_on_the_page(page):
    cells = {text for _, text in page.all("td")}
    assert {"d" * 64, "3" * 64, "5" * 64, "1,234", "5,678"} <= cells
    assert any(cell.startswith(f"{'7' * 64} (a folder: of its files") for cell in cells)
    assert {"3.11.7", "2.14.1"} <= cells


def test_the_page_needs_nothing_but_itself(results, page):
    assert not re.search(r"https?:|url\(|@import|<script src|<link", source(results))
    links = [
        (tag, attrs[name]) for tag, attrs in page.tags for name in ("src", "href") if name in attrs
    ]
    beside = re.compile(
        r"#|(\.\./)?[\w-]+(/[\w-]+)*[.\w]*$"
    )  # a place here, or a neighbouring file
    assert all(
        link.startswith("data:image/") if tag == "img" else beside.match(link)
        for tag, link in links
    )
    ids = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    assert {link[1:] for tag, link in links if tag == "a" and link.startswith("#")} <= ids


def test_nothing_runs_but_the_explorer(results, page):
    data, _ = page.all("script")
    assert data[0]["type"] == "application/json"
    assert json.loads(data[1]) == EXPLORER
    code = b"".join((TEMPLATE.parent / name).read_bytes() for name in ("tree.js", "explorer.js"))
    digest = base64.b64encode(hashlib.sha256(code).digest()).decode()
    [policy] = [attrs["content"] for attrs, _ in page.all("meta") if "http-equiv" in attrs]
    assert policy.endswith(f"script-src 'sha256-{digest}'")
    assert f"<script>{code.decode()}</script>" in source(results)


def test_the_explorer_tells_what_it_leaves_out(page):
    told = " ".join(text for _, text in page.all("p"))
    assert "Of 1,400 held-out galaxies, 2 are here" in told
    assert "1 of them with a picture" in told


def test_every_figure_is_on_the_page_and_has_an_alternative_text(page):
    images = page.all("img")
    assert images[0][0]["src"] == f"data:image/webp;base64,{WEBP}"
    images = images[1:]  # without the galaxy of the first screen
    assert len({attrs["src"] for attrs, _ in images}) == len(FIGURES)
    assert len(images) == len(page.all("figcaption")) == len(FIGURES)
    assert all(len(attrs["alt"]) > 20 for attrs, _ in images)


def test_a_figure_that_is_drawn_for_a_phone_is_shown_there(browser, results, tmp_path):
    save(Figure(figsize=(4.4, 3)), tmp_path / "questions_narrow.svg")
    narrow = {"questions_narrow": tmp_path / "questions_narrow.svg"}
    path = written(results, tmp_path, more_figures=narrow)
    for width_px, is_narrow in ((390, True), (1280, False)):
        with opened(browser, path, width_px) as page:
            shown = page.locator("img[alt^='Bar chart of the error by question']")
            picture = base64.b64decode(shown.evaluate("img => img.currentSrc").partition(",")[2])
            assert (picture == narrow["questions_narrow"].read_bytes()) is is_narrow


@pytest.mark.parametrize("width_px", [390, 320])
def test_the_errors_of_the_first_screen_are_all_in_sight_on_a_phone(
    browser, results, tmp_path, width_px
):
    with opened(browser, written(results, tmp_path), width_px) as page:
        right = page.locator("header td.number").evaluate_all(
            "cells => Math.max(...cells.map(cell => cell.getBoundingClientRect().right))"
        )
        assert right < width_px


def test_headings_are_in_order(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_labels_that_are_not_kaggles_are_said_to_be_so(results, page):
    config = CONFIG | {"survey": {"name": "gz2", "source": "gz2", "gz2": {"tables": []}}}
    warning = "no error here can be compared with a score on Kaggle"
    assert warning in " ".join(source(results, config).split())
    assert warning not in " ".join(source(results).split())


def test_one_seed_is_not_spoken_of_as_many(results):
    config = CONFIG | {"seeds": [3], "tta": {"rotations": 1, "flips": False, "zooms": [1.0]}}
    [(_, top)] = Page(source(results, config)).all("header")
    assert "1 network," in top
    assert "from seed 3;" in top
    assert "1 view of each galaxy." in top


def test_views_are_all_that_is_averaged_over():
    assert views({"rotations": 4, "flips": True, "zooms": [1.0, 1.1]}) == 16
    assert views({"rotations": 3, "flips": False, "zooms": [1.0]}) == 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.7, "1 min 0 s"), (3599, "59 min 59 s"), (7320.0, "2 h 2 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


STRUCK_THROUGH = """() => {
  const svg = document.querySelector("#explorer-tree"), bands = [...svg.querySelectorAll(".band")];
  return [...svg.querySelectorAll("text")].filter((text) => {
    const box = text.getBBox();
    return [...Array(40).keys()].some((i) => bands.some((band) => {
      const point = svg.createSVGPoint();
      point.x = box.x + (box.width * (i % 20)) / 19;
      point.y = box.y + box.height * (i < 20 ? 0.4 : 0.6);
      return band.isPointInFill(point);
    }));
  }).map((text) => text.textContent);
}"""


def test_no_band_of_the_tree_runs_through_its_labels(browser, results, tmp_path):
    path = written(results, tmp_path)
    with opened(browser, path) as page:
        assert page.locator("#explorer-tree text").count() > 37
        assert page.evaluate(STRUCK_THROUGH) == []


CLIPPED = """() => [...document.querySelectorAll(".scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => box.getAttribute("aria-label"))"""


@pytest.mark.parametrize("name", ["kaggle", "simulation"])
def test_no_table_and_no_figure_is_clipped_on_a_screen(browser, results, tmp_path, name):
    config = CONFIG | {"survey": {"name": name, "source": name}}
    with opened(browser, written(results, tmp_path, config=config), 1400) as page:
        unfold(page)
        assert page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("width_px", [320, 390, 1280])
def test_the_page_does_not_scroll_sideways(browser, results, tmp_path, width_px):
    path = written(results, tmp_path)
    with opened(browser, path, width_px) as page:
        unfold(page)
        require_fit(page)
        assert page.locator("img").count() > len(FIGURES)  # and those of the explorer


MASKED = pd.DataFrame(
    {
        "question": [1, 7],
        "reason": ["no label was given", "an answer above has no label"],
        "galaxies": [1234, 56],
        "answers": [2468, 168],
        "of_galaxies": [7000, 7000],
        "masked": [True, True],
    }
)
DIFFERING = pd.DataFrame(
    {
        "question": [7] * 6,
        "column": [f"Class1.{i}" for i in range(1, 4)] + [f"Class6.{i}" for i in range(1, 4)],
        "with_label": [6944] * 6,
        "without_label": [56] * 6,
        "larger": [0.81, 0.79, 0.23, 0.7, 0.6, 0.59],
        "chance": [3.2e-9] * 6,
    }
)


def test_answers_without_a_label_are_told_by_question_and_reason(results):
    tables = TABLES | {"masked": MASKED, "not_at_random": DIFFERING}
    page = Page(source(results, tables=tables))
    text = " ".join(source(results, tables=tables).split())
    assert "2,636 answers of 7,000 galaxies have no label, most of them of question 1" in text
    cells = [text for _, text in page.all("th", "td")]
    row = cells.index("no label was given")
    assert cells[row - 1].startswith("1. ")
    assert cells[row + 1 : row + 4] == ["1,234", "17.6 %", "2,468"]
    assert "What is missing is not missing at random" in text
    row = cells.index("Class1.1")
    assert cells[row + 1 : row + 5] == ["81 %", "56", "6,944", "3e-09"]
    assert "Class6.2" in cells
    assert "Class6.3" not in cells  # the sixth, of which the file tells


def test_without_such_answers_nothing_is_said_of_them(results, page):
    assert "Answers without a label" not in [text for _, text in page.all("h3")]
    tables = TABLES | {"masked": MASKED}
    assert "not missing at random" not in source(results, tables=tables)


def test_an_error_that_nothing_tells_is_a_dash(results):
    metrics = METRICS | {"questions": METRICS["questions"] | {"6": None}}
    metrics |= {"questions_mean_label": METRICS["questions_mean_label"] | {"6": None}}
    unknown = {kind: METRICS["intervals"][kind] | {"coverage": None} for kind in ("fraction",)}
    metrics |= {"intervals": METRICS["intervals"] | unknown}
    answers = TABLES["answers"]
    blank = {name: [NAN] for name in ("rmse", "rmse_mean_label", "calibration_error")}
    more = pd.concat(
        [answers, answers.assign(column="Class6.1", answer="odd", **blank)], ignore_index=True
    )
    tables = TABLES | {"answers": more, "masked": MASKED}
    page = Page(source(results, metrics=metrics, tables=tables))
    cells = [text for _, text in page.all("th", "td")]
    dash = "\N{EN DASH}"
    rows = [i for i, cell in enumerate(cells) if cell.startswith("6. ")]
    assert [dash, dash] in [cells[row + 1 : row + 3] for row in rows]
    row = cells.index("Class6.1")
    assert cells[row + 1 : row + 4] == [dash] * 3
    assert cells[cells.index("Fraction") + 1] == "no labels"
    assert "nan" not in " ".join(cells).lower().split()
