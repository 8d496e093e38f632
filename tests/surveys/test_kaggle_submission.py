"""Late submissions through Kaggle's own client, to a server on loopback."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from checkout import TINY, Checkout, changed
from kaggle_server import RULES, TOKEN, Kaggle

SURVEY = {"name": "tiny", "source": "kaggle", "holdout": 0.25}


@pytest.fixture
def checkout(tmp_path, nobody) -> Checkout:
    """A checkout that has come as far as a submission, and no credentials."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    checkout = Checkout(folder, changed(survey=SURVEY))
    write_submission(checkout, b"GalaxyID,Class1.1\n100018,0.5\n")
    return checkout


def write_submission(checkout: Checkout, content: bytes) -> Path:
    checkout.results.mkdir(parents=True, exist_ok=True)
    path = checkout.results / "submission.csv.gz"
    path.write_bytes(gzip.compress(content, mtime=0))
    return path


def submit(checkout: Checkout, kaggle: Kaggle, monkeypatch) -> str:
    """Run `snakemake submit` with good credentials; return what it says."""
    for name, value in (kaggle.environment | {"KAGGLE_API_TOKEN": TOKEN}).items():
        monkeypatch.setenv(name, value)
    output = checkout.snakemake("submit", "--cores", "1").stdout
    assert "Traceback (most recent call last)" not in output
    return output


def stored_score(checkout: Checkout) -> dict:
    return json.loads((checkout.results / "kaggle_score.json").read_text())


def test_a_submission_waits_for_its_score_and_stores_it(checkout, monkeypatch):
    content = (checkout.results / "submission.csv.gz").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    with Kaggle({}, pending=2) as kaggle:
        output = submit(checkout, kaggle, monkeypatch)
        assert "public 0.07501, private 0.07499" in output
        assert "Nothing to be done" in submit(checkout, kaggle, monkeypatch)
    assert kaggle.uploads == [content]
    assert stored_score(checkout) == {
        "competition": "galaxy-zoo-the-galaxy-challenge",
        "file": "submission.csv.gz",
        "sha256": digest,
        "submission": 1000,
        "message": f"tiny, sha256 {digest[:16]}",
        "date": "2026-01-02T03:04:05+00:00",
        "public_score": 0.07501,
        "private_score": 0.07499,
        "seen_galaxy_zoo": False,
    }


def test_a_submission_of_weights_that_have_seen_the_votes_says_so(checkout, monkeypatch):
    model = TINY["model"] | {"seen_galaxy_zoo": True}
    checkout.write_config(changed(survey=SURVEY, model=model))
    with Kaggle({}) as kaggle:
        output = submit(checkout, kaggle, monkeypatch)
    assert "these scores mean nothing" in output
    score = stored_score(checkout)
    assert score["seen_galaxy_zoo"] is True
    assert "starting weights have seen Galaxy Zoo's votes" in score["message"]


def test_a_file_that_kaggle_has_is_not_uploaded_again_and_another_is(checkout, monkeypatch):
    with Kaggle({}) as kaggle:
        submit(checkout, kaggle, monkeypatch)
        (checkout.results / "kaggle_score.json").unlink()
        assert "Kaggle has this file already" in submit(checkout, kaggle, monkeypatch)
        assert len(kaggle.uploads) == 1
        assert stored_score(checkout)["submission"] == 1000
        write_submission(checkout, b"GalaxyID,Class1.1\n100018,0.6\n")
        submit(checkout, kaggle, monkeypatch)
    assert len(kaggle.uploads) == 2
    assert stored_score(checkout)["submission"] == 1001


def test_a_submission_refused_when_handed_in_is_told(checkout, monkeypatch):
    with Kaggle({}, refusal="Submission limit reached: 5 a day.") as kaggle:
        output = submit(checkout, kaggle, monkeypatch)
    assert "(400: Submission limit reached: 5 a day.)" in output
    assert not (checkout.results / "kaggle_score.json").exists()


def test_a_submission_refused_when_scored_is_told_and_may_be_tried_again(checkout, monkeypatch):
    with Kaggle({}, error="Expected 79975 rows, found 1.") as kaggle:
        output = submit(checkout, kaggle, monkeypatch)
        assert "Kaggle refused submission 1000: Expected 79975 rows, found 1.; see" in output
        assert not (checkout.results / "kaggle_score.json").exists()
        kaggle.error = ""
        submit(checkout, kaggle, monkeypatch)
    assert stored_score(checkout)["submission"] == 1001


def test_rules_that_were_not_accepted_are_told(checkout, monkeypatch):
    with Kaggle({}, rules_accepted=False) as kaggle:
        output = submit(checkout, kaggle, monkeypatch)
    assert RULES in output
    assert "/competitions/galaxy-zoo-the-galaxy-challenge/rules" in output


def test_without_credentials_nothing_is_run(checkout):
    run = checkout.snakemake("submit", "--cores", "1")
    assert run.returncode != 0
    assert "submit: Kaggle wants to know who you are" in run.stdout
    assert "Traceback" not in run.stdout
    assert not checkout.survey.exists()


@pytest.mark.parametrize("source", ["simulation", "files"])
def test_another_survey_is_not_submitted(checkout, source):
    files = checkout.folder / "files"
    files.mkdir()
    for name in ("images_training_rev1.zip", "training_solutions_rev1.zip"):
        (files / name).touch()
    given = str(files) if source == "files" else None
    checkout.write_config(changed(survey=SURVEY | {"source": source}, files=given))
    run = checkout.snakemake("submit", "--cores", "1")
    assert run.returncode != 0
    assert f"Kaggle scores only its own test galaxies, but survey.source is {source};" in run.stdout
    assert "Traceback" not in run.stdout
    assert not checkout.survey.exists()


def test_a_submission_is_made_only_when_asked_for(checkout, monkeypatch):
    monkeypatch.setenv("KAGGLE_API_TOKEN", TOKEN)
    (checkout.results / "submission.csv.gz").unlink()
    everything, asked = (
        set(re.findall(r"^(?:local)?rule (\w+):", output, re.MULTILINE))
        for output in (
            checkout.snakemake("--dry-run").stdout,
            checkout.snakemake("submit", "--dry-run").stdout,
        )
    )
    assert {"download_kaggle", "write_report"} <= everything
    assert "submit" not in everything
    assert {"download_kaggle", "crop_test", "train_stage", "bag", "submit"} <= asked
    assert "report" not in asked
