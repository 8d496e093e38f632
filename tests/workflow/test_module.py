"""The workflow as a module of another one, in another folder, and as its catalog lists it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from checkout import ROOT, TINY, Checkout, changed
from warm import run_snakemake

STAGE = TINY["stages"][0]
SURVEY = TINY["survey"] | {"simulation": {"galaxies": 30, "test_galaxies": 0}}
CONFIG = {
    name: value
    for name, value in changed(seeds=[0], stages=[STAGE], survey=SURVEY).items()
    if name != "validation"  # for which there is a default
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A folder with the workflow, in which nothing is run."""
    return Checkout(tmp_path_factory.mktemp("checkout")).folder


def write_outer(folder: Path, snakefile: str, names: str = "", prefix: str = "") -> None:
    """Write a Snakefile that takes the workflow as a module, with a part of its own config."""
    lines = [
        'configfile: "outer.yaml"',
        "module galaxyzoo:",
        f"    snakefile: {snakefile}",
        '    config: config["galaxies"]',
        f"    prefix: {prefix!r}" if prefix else "",
        f"use rule * from galaxyzoo {names}",
    ]
    (folder / "Snakefile").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "outer.yaml").write_text(yaml.safe_dump({"galaxies": CONFIG}), encoding="utf-8")


def snakemake(folder: Path, *arguments: str, python: str | None = None, **variables: str) -> str:
    """What Snakemake itself tells of a run that succeeds, in a folder without a profile."""
    arguments = ["--cores", "2", "--printshellcmds", *arguments]
    run = run_snakemake(folder, arguments, variables, python=python)
    assert run.returncode == 0, run.stdout
    return run.stdout


def jobs(output: str) -> dict[str, int]:
    """The number of jobs of each rule that a dry run counts."""
    table = output.partition("Job stats:")[2].partition("\n\n")[0]
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}


@pytest.fixture(scope="module")
def finished_outer(checkout, tmp_path_factory) -> Path:
    """A folder in which the module has made its report, its rules renamed, below a prefix.

    The jobs up to a trained network begin in new interpreters, as they do outside the tests.
    """
    folder = tmp_path_factory.mktemp("outer")
    write_outer(folder, repr(str(checkout / "Snakefile")), "as galaxyzoo_*", "galaxies")
    trained = f"galaxies/results/tiny/seed0/stages/{STAGE['name']}.pt"
    assert "localrules directive" not in snakemake(folder, trained, python=sys.executable)
    output = snakemake(folder)
    assert "localrules directive" not in output  # which would not know the rules by their new names
    return folder


def test_a_module_makes_all_in_the_folder_of_the_other_workflow(finished_outer, checkout):
    results = finished_outer / "galaxies" / "results" / "tiny"
    bag = json.loads((results / "metrics.json").read_text(encoding="utf-8"))["rmse"]["bag"]
    assert f"{bag:.5f}" in (results / "report.html").read_text(encoding="utf-8")
    resolved = yaml.safe_load((results / "config.yaml").read_text(encoding="utf-8"))
    assert resolved["validation"] == 0.2
    made = {path.name for path in finished_outer.iterdir()}
    assert made == {"Snakefile", "outer.yaml", "galaxies", ".snakemake"}
    assert not (checkout / "results").exists()
    assert "Nothing to be done" in snakemake(finished_outer)


def test_a_folder_below_the_prefix_with_results_of_another_is_refused(finished_outer, checkout):
    config = finished_outer / "galaxies" / "results" / "tiny" / "config.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text + "variant_of: other\n", encoding="utf-8")
    message = "config: galaxies/results/tiny holds a variant of other"
    with pytest.raises(AssertionError, match=message):
        snakemake(finished_outer, "--dry-run")
    config.write_text(text, encoding="utf-8")


def test_what_the_rules_are_called_redoes_nothing(finished_outer, checkout):
    write_outer(finished_outer, repr(str(checkout / "Snakefile")), prefix="galaxies")
    assert "Nothing to be done" in snakemake(finished_outer)


def test_a_module_reaches_the_report_of_the_other_workflow(finished_outer):
    snakemake(finished_outer, "--report", "outer.html")
    report = finished_outer / "outer.html"
    page = report.read_text(encoding="utf-8")
    report.unlink()
    assert "the name of their experiment" in page
    assert "learning_curves.svg" in page


@pytest.mark.parametrize(("names", "prefix"), [("", ""), ("as galaxyzoo_*", "galaxyzoo_")])
def test_a_module_has_the_jobs_of_the_workflow_itself(checkout, tmp_path, names, prefix):
    write_outer(tmp_path, repr(str(checkout / "Snakefile")), names)
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    itself = snakemake(checkout, "--dry-run", "--configfile", str(tmp_path / "own.yaml"))
    expected = {f"{prefix}{rule}": count for rule, count in jobs(itself).items() if rule != "total"}
    assert jobs(snakemake(tmp_path, "--dry-run")) == expected | {"total": sum(expected.values())}


def test_the_two_snakefiles_are_one_workflow(checkout):
    above = jobs(snakemake(checkout, "--dry-run"))
    below = jobs(snakemake(checkout, "--dry-run", "--snakefile", "workflow/Snakefile"))
    assert above.pop("all") == below.pop("everything") == 1
    assert above == below


def test_a_mistake_in_a_modules_config_is_one_line(checkout, tmp_path):
    write_outer(tmp_path, repr(str(checkout / "Snakefile")))
    text = yaml.safe_dump({"galaxies": CONFIG | {"vaildation": 0.1}})
    (tmp_path / "outer.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match="config: unknown key vaildation; allowed: ") as run:
        snakemake(tmp_path)
    assert "Traceback" not in str(run.value)


def test_a_module_may_come_from_github(checkout, tmp_path):
    """As snakedeploy writes it, from a stand-in for GitHub that git reads from the disk."""
    owner = tmp_path / "hub" / "someone"
    owner.mkdir(parents=True)
    git = ("git", "-c", "user.name=someone", "-c", "user.email=someone@localhost")
    for command in (
        ("init", "-q"),
        ("add", ".", ":(exclude,glob)**/__pycache__/**"),
        ("commit", "-qm", "all"),
        ("tag", "v1"),
    ):
        work = ("--git-dir", owner / "galaxyzoo.git", "--work-tree", checkout)
        subprocess.run([*git, *work, *command], check=True)
    folder = tmp_path / "outer"
    folder.mkdir()
    snakefile = 'github("someone/galaxyzoo.git", path="workflow/Snakefile", tag="v1")'
    write_outer(folder, snakefile)
    hub = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/hub/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
        "GITHUB_TOKEN": "",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    assert jobs(snakemake(folder, "--dry-run", **hub))["write_report"] == 1
    snakemake(folder, "results/surveys/tiny/holdout.csv", "results/tiny/config.yaml", **hub)
    assert (folder / "results" / "tiny" / "config.yaml").exists()
    again = snakemake(folder, "results/surveys/tiny/holdout.csv", "results/tiny/config.yaml", **hub)
    assert "Nothing to be done" in again


def test_the_catalog_finds_what_it_asks_for():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))
    assert usage["usage"]["software-stack-deployment"]["conda"] is True
    assert usage["usage"]["report"] is True
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    assert (ROOT / "workflow" / "Snakefile").is_file()
    assert (ROOT / "config" / "README.md").is_file()
    assert list((ROOT / "workflow" / "rules").glob("*.smk"))
