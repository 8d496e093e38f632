"""A result is of the code and the libraries that its run began with, or it is not made."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from checkout import TINY, Checkout, changed
from galaxyzoo.plan.first_reading import VARIABLE, as_first_read, library_versions, remember
from galaxyzoo.plan.job_resources import (
    IMPORTS_MB,
    SNAKEMAKE_MB,
    Job,
    kind_of,
    memory_mb,
    work_of_stage,
)
from warm import run_snakemake

TRAINING = "workflow/galaxyzoo/engine/training.py"
EDIT = (TRAINING, "ADAM_SQUARE_MOMENTUM = 0.99", "ADAM_SQUARE_MOMENTUM = 0.98")
EDITED = f"Error: {TRAINING} was edited after this run had begun, so that this result would be of"
HEAD, ALL = (f"results/tiny/seed0/stages/{stage}.pt" for stage in ("head", "all"))
HANDED_ON = f"""
import os, pathlib, sys, yaml
from snakemake.utils import update_config
from galaxyzoo.plan.first_reading import remember, require_first_config
workflow, own = map(pathlib.Path, sys.argv[1:])
remember(workflow, [])
config = yaml.safe_load((workflow.parent / "config/config.yaml").read_text())
update_config(config, yaml.safe_load(own.read_text()))
require_first_config(config)
print(os.environ["{VARIABLE}"], end="")
"""
ENVIRONMENT = """
dependencies:
  - python=3.12
  - pip:
      - numpy==1.2.3
      - timm==4.5.6
      - nothing-of-that-name==7.8.9
"""


@pytest.fixture
def untrained(finished, tmp_path) -> Checkout:
    """A copy of the finished experiment without its stages."""
    return without_stages(finished, tmp_path)


def without_stages(finished: Checkout, folder: Path) -> Checkout:
    """A copy of the finished experiment, in a folder, without the first seed's stages."""
    checkout = finished.copy(folder)
    for path in checkout.results.glob("seed0/stages/*"):
        path.unlink()
    return checkout


@contextmanager
def other_torch(checkout: Checkout) -> Iterator[None]:
    """The checkout while another version of torch seems to be installed."""
    folder = checkout.folder / "workflow" / "torch-9.9.9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 9.9.9\n")
    try:
        yield
    finally:
        (folder / "METADATA").unlink()
        folder.rmdir()


def test_code_that_is_edited_between_two_jobs_ends_the_second(untrained):
    process = untrained.start(ALL, "--cores", "2")
    while not (untrained.folder / HEAD).exists():
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    with untrained.edited(*EDIT):
        output, _ = process.communicate()
    assert process.returncode != 0
    assert EDITED in output
    assert "Traceback" not in output
    assert not (untrained.folder / ALL).exists()
    run = untrained.make(ALL)
    assert run.returncode == 0, run.stdout
    assert f"rule train_stage:\n    input: {HEAD}" in run.stdout  # the first stage stays


def test_a_job_that_reads_the_snakefile_again_compares_with_the_run_that_submitted_it(untrained):
    remembered = os.environ.pop(VARIABLE, None)
    remember(untrained.folder / "workflow", [])
    first = {VARIABLE: os.environ.pop(VARIABLE)}
    if remembered:
        os.environ[VARIABLE] = remembered
    command = [HEAD, "--cores", "2", "--configfile", "tiny.yaml"]
    with untrained.edited(*EDIT):
        run = run_snakemake(untrained.folder, command, first)
    assert run.returncode != 0
    assert EDITED in run.stdout


def as_a_job(checkout: Checkout, first: dict[str, str]) -> str:
    """What a job on a node of a cluster says that reads the Snakefile again, if it then ends."""
    arguments = [HEAD, "--mode", "remote", "--dry-run", "--configfile", "tiny.yaml"]
    run = run_snakemake(checkout.folder, arguments, first)
    return run.stdout if run.returncode else ""


@pytest.fixture
def first(untrained) -> dict[str, str]:
    """The first reading of a run in the checkout, as it is handed on to jobs."""
    folder = untrained.folder / "workflow"
    process = subprocess.run(
        [sys.executable, "-c", HANDED_ON, folder, untrained.folder / "tiny.yaml"],
        env=os.environ | {"PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return {VARIABLE: process.stdout}


def test_a_job_of_another_config_or_of_other_rules_than_its_run_s_ends(untrained, first):
    assert as_a_job(untrained, first) == ""
    said = "was edited after this run had begun, so that this result would be of other"
    untrained.write_config(changed(seeds=[0], survey=TINY["survey"] | {"holdout": 0.3}))
    assert f"Error: the config {said} settings than the run's" in as_a_job(untrained, first)
    untrained.write_config(TINY)
    edits = [
        ("workflow/rules/training.smk", "priority: 2", "priority: 3"),
        ("workflow/galaxyzoo/plan/stage_settings.py", "FOLDS = ", "FOLDS = OTHERS = "),
        ("workflow/schemas/config.schema.yaml", "default: 0.2", "default: 0.3"),
    ]
    for edit in edits:
        with untrained.edited(*edit):
            assert f"Error: {edit[0]} {said} code than the run's" in as_a_job(untrained, first)


@pytest.fixture(scope="module")
def trained(finished, tmp_path_factory) -> tuple[Checkout, str, int, float]:
    """Two stages in interpreters of their own; words of an error were edited in between.

    With what the run said, its exit status, and the memory in MB of its largest process.
    """
    checkout = without_stages(finished, tmp_path_factory.mktemp("trained"))
    process = checkout.start(ALL, "--cores", "2")
    while not (checkout.folder / HEAD).exists():
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    with checkout.edited(TRAINING, "became {loss} in", "is now {loss} in"):
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return checkout, output, process.returncode, usage.ru_maxrss * 1024 / 1e6


def test_what_a_run_found_first_counts_on_a_node_and_its_own_finding_in_the_run(monkeypatch):
    monkeypatch.setenv(VARIABLE, "{}")
    assert as_first_read("gpus", None) is None
    assert as_first_read("gpus", 3) == 3  # the same process found something else
    others = json.loads(os.environ[VARIABLE]) | {"process": "login:1", "gpus": 0}
    monkeypatch.setenv(VARIABLE, json.dumps(others))
    assert as_first_read("gpus", None) == 0


def test_other_words_of_an_error_do_not_end_a_run(trained):
    _, output, status, _ = trained
    assert status == 0, output


def test_the_memory_that_a_stage_asks_for_is_what_it_takes_and_not_twice_that(trained):
    """What torch's libraries take is counted as the most: it varies twofold between machines."""
    checkout, *_, taken = trained
    survey, own = checkout.survey, checkout.results / "seed0"
    names = ("training.npy", "training.csv", "pictures.json")
    files = [*(survey / name for name in names), own / "split.csv", checkout.folder / HEAD]
    sizes: dict[str, int] = {}
    for file in files:
        kind = kind_of(file.name)
        sizes[kind] = sizes.get(kind, 0) + file.stat().st_size
    stage = TINY["stages"][1]
    work = work_of_stage(stage, TINY["augmentation"] | {"middle": None})
    asked = memory_mb(Job("train_stage", sizes, 1, False, 224, work)) - SNAKEMAKE_MB
    assert taken <= asked <= 2 * max(taken, IMPORTS_MB["train_stage"])


def test_another_torch_redoes_training_and_predictions_unless_told_to_keep_them(finished):
    with other_torch(finished):
        jobs = finished.would_run()
        kept = finished.snakemake("--dry-run", "--rerun-triggers", "mtime", "input")
    stages = {job for job in jobs if job.startswith("train_stage")}
    assert len(stages) == 8
    assert {"predict_holdout seed=0", "predict_test seed=1", "evaluate", "write_report"} <= jobs
    assert not {"simulate", "crop_training", "hold_out", "split seed=0"} & jobs
    assert "Nothing to be done" in kept.stdout
    assert finished.would_run() == set()


def test_results_that_are_touched_are_those_of_the_libraries_that_are_here(finished, tmp_path):
    checkout = finished.copy(tmp_path)
    with other_torch(checkout):
        touched = checkout.snakemake("--touch", "--cores", "2")
        assert touched.returncode == 0, touched.stdout
        assert "Nothing to be done" in checkout.snakemake("--dry-run").stdout


def test_versions_are_the_installed_ones_or_the_pinned(tmp_path):
    environment = tmp_path / "environment.yaml"
    environment.write_text(ENVIRONMENT, encoding="utf-8")
    packages = ("timm", "nothing-of-that-name")
    installed = library_versions(packages, environment, deployed=False)
    assert installed[0] not in ("timm 4.5.6", "timm ")
    assert installed[1] == "nothing-of-that-name 7.8.9"
    deployed = library_versions(packages, environment, deployed=True)
    assert deployed == ["timm 4.5.6", "nothing-of-that-name 7.8.9"]


def test_uncommitted_code_is_kept_as_a_diff_that_makes_it_again(untrained):
    def git(*arguments: str | Path) -> str:
        identity = ("-c", "user.name=someone", "-c", "user.email=someone@localhost")
        command = ["git", *identity, *arguments]
        run = subprocess.run(
            command, cwd=untrained.folder, check=True, capture_output=True, text=True
        )
        return run.stdout

    (untrained.folder / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
    git("init", "-q")
    git("add", "Snakefile", "workflow", "config", "envs", "profiles")
    git("commit", "-qm", "all")
    path = untrained.folder / TRAINING
    untrained.write_config(changed(seeds=[0], stages=TINY["stages"][:1]))
    with untrained.edited(*EDIT):
        edited = path.read_text(encoding="utf-8")
        run = untrained.make("results/tiny/provenance.json")
        assert run.returncode == 0, run.stdout
    [diff] = (untrained.results / "diffs").glob("*.diff")
    checkpoint = torch.load(untrained.folder / HEAD, weights_only=True)
    assert checkpoint["provenance"]["commit"].endswith("-dirty")
    assert diff.name in (untrained.results / "provenance.json").read_text(encoding="utf-8")
    assert git("diff", "HEAD") == ""
    git("apply", diff)
    assert path.read_text(encoding="utf-8") == edited
