"""A run in words: its jobs, what would be redone, and what was made."""

import json
import re
from pathlib import Path

import pytest

from galaxyzoo.plan.run_words import (
    JOBS,
    MOST_CAUSES,
    MOST_LINES,
    NOTES,
    Job,
    job_in_words,
    made_in_words,
    redone_in_words,
)

RULES = Path(__file__).parents[2] / "workflow" / "rules"
METRICS = {
    "experiment": "demo",
    "rmse": {"bag": 0.08356, "mean_label": 0.15895},
    "subset": {"galaxies": 400},
}


def stage(name: str, seed: int, experiment: str = "demo") -> Job:
    return Job("train_stage", {"experiment": experiment, "seed": str(seed), "stage": name})


def test_each_rule_that_makes_something_has_its_words_or_is_a_note():
    rules = set()
    for path in RULES.rglob("*.smk"):
        text = path.read_text(encoding="utf-8")
        for block in re.split(r"^(?=\s*(?:use rule|rule|checkpoint) )", text, flags=re.MULTILINE):
            name = re.match(r"\s*(?:use rule \w+ as|rule|checkpoint) (\w+)", block)
            if name and ("script:" in block or "use rule" in name[0]):
                rules.add(name[1])
    assert rules == JOBS.keys() | NOTES
    assert not JOBS.keys() & NOTES


@pytest.mark.parametrize(
    ("job", "line"),
    [
        (stage("all_80", 1), "demo, seed 1, all_80: train"),
        (Job("bag", {"experiment": "demo", "subset": "test"}), "demo, test: average the networks"),
        (
            Job("predict_shard", {"experiment": "demo", "catalogue": "mine", "shard": "00002"}),
            "demo, catalogue mine, shard 00002: predict",
        ),
        (Job("compare", {}), "compare all experiments"),
        (Job("finish", {"experiment": "demo"}), None),
        (Job("all", {}), None),
        (Job("a_rule_of_yours", {"experiment": "demo"}), "demo: a_rule_of_yours"),
    ],
)
def test_a_job_is_a_line_in_words(job, line):
    assert job_in_words(job) == line


def test_what_would_be_redone_is_told_by_experiment_seeds_and_stages():
    jobs = [
        Job("write_report", {"experiment": "demo"}),
        *(stage(name, seed) for seed in (0, 1) for name in ("all_48", "all_80")),
        stage("all_80", 7),
        Job("finish", {"experiment": "demo"}),
        Job("crop_training", {"survey": "simulated"}),
    ]
    assert list(redone_in_words(jobs, ["demo: stages[1].epochs 2 -> 3"])) == [
        "This would run 8 jobs:",
        "  because demo: stages[1].epochs 2 -> 3",
        "  simulated: crop the labelled galaxies",
        "  demo, seeds 0, 1: train all_48, all_80",
        "  demo, seed 7: train all_80",
        "  demo: write the report",
    ]


def test_experiments_of_which_the_same_would_be_redone_share_a_line():
    jobs = [stage("all", seed, name) for name in ("demo", "demo-low") for seed in (0, 1)]
    assert list(redone_in_words(jobs, []))[1:] == ["  demo, demo-low, seeds 0, 1: train all"]


def test_many_lines_and_causes_are_counted():
    jobs = [stage(f"stage{seed}", seed) for seed in range(MOST_LINES + 5)]
    causes = [f"cause {number}" for number in range(MOST_CAUSES + 2)]
    lines = list(redone_in_words(jobs, causes))
    assert lines[MOST_CAUSES + 1] == "  and because of 2 more changes"
    assert lines[-1] == "  and 5 more such lines; snakemake -n -p tells each job"
    assert len(lines) == 3 + MOST_CAUSES + MOST_LINES < 20


def test_each_of_several_surveys_is_told_with_its_own_score(tmp_path):
    (tmp_path / "demo").mkdir()
    several = [
        {"survey": name, "galaxies": 200, "rmse": rmse, "rmse_interval": [rmse / 2, 2 * rmse]}
        for name, rmse in (("near", 0.08), ("far", 0.1))
    ]
    told = json.dumps(METRICS | {"surveys": several})
    (tmp_path / "demo" / "metrics.json").write_text(told, encoding="utf-8")
    page = tmp_path / "demo" / "report.html"
    page.touch()
    assert list(made_in_words([str(page)], tmp_path)) == [
        "demo: error 0.0836 on 400 held-out galaxies (the mean label's is 0.1590), of near 0.0800 "
        "(0.0400 to 0.1600) on 200, of far 0.1000 (0.0500 to 0.2000) on 200, page: "
        f"{page}"
    ]


def test_what_was_made_is_told_with_its_score(tmp_path):
    demo, catalogue = tmp_path / "demo", tmp_path / "demo" / "catalogues" / "mine"
    catalogue.mkdir(parents=True)
    (demo / "metrics.json").write_text(json.dumps(METRICS), encoding="utf-8")
    held = {"usable": 1958, "galaxies": 2000, "pictures": 1990, "looked_at": 200}
    (demo / "check.json").write_text(json.dumps(held), encoding="utf-8")
    pages = [demo / "report.html", catalogue / "catalogue.html", demo / "check.html"]
    for page in pages:
        page.touch()
    files = [*pages, demo / "metrics.json", tmp_path / "other" / "report.html"]
    assert list(made_in_words([str(file) for file in files], tmp_path)) == [
        "demo: 1,958 of 2,000 galaxies can be used, 42 cannot; 200 of 1,990 pictures were read, "
        f"page: {pages[2]}",
        f"catalogue mine: {pages[1]}",
        "demo: error 0.0836 on 400 held-out galaxies (the mean label's is 0.1590), page: "
        f"{pages[0]}",
    ]
