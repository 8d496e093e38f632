"""GitHub's files: they run what people run, pin what they use, and ask for what a run records."""

import json
import re
from pathlib import Path

import pytest
import yaml

from galaxyzoo.foundation.provenance import PACKAGES

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CHECKS, RELEASE = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in WORKFLOWS)
STEPS = [step for one in (CHECKS, RELEASE) for job in one["jobs"].values() for step in job["steps"]]


def commands(job):
    return "\n".join(step.get("run", "") for step in CHECKS["jobs"][job]["steps"])


def test_a_change_is_linted_tested_on_each_python_and_shown_as_a_demo():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for job in ("lint", "test", "demo"):
        assert f"make {job}" in commands(job)
        assert re.search(rf"^{job}: ", makefile, re.MULTILINE)
    assert CHECKS["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert "chromium stilts" in commands("test")
    [upload] = [step for step in CHECKS["jobs"]["demo"]["steps"] if "path" in step.get("with", {})]
    assert "results/demo/report.html" in upload["with"]["path"].split()
    assert {"push", "pull_request"} <= set(CHECKS[True])  # YAML reads `on` as true


@pytest.mark.parametrize("uses", sorted({step["uses"] for step in STEPS if "uses" in step}))
def test_what_is_used_is_pinned(uses):
    assert re.search(r"@[0-9a-f]{40}$|^docker://.+:\d+\.\d+\.\d+$", uses)


def test_permissions_are_the_least():
    assert CHECKS["permissions"] == {"contents": "read"}
    assert RELEASE["permissions"] == {}
    assert not any("permissions" in job for job in CHECKS["jobs"].values())
    permissions = {name: job["permissions"] for name, job in RELEASE["jobs"].items()}
    assert permissions == {
        "release": {"contents": "write", "pull-requests": "write"},
        "container": {"contents": "read", "packages": "write"},
    }


def test_a_release_raises_every_version_and_carries_the_locks_and_the_container():
    release, container = (
        "".join(step.get("run", "") for step in job["steps"]) for job in RELEASE["jobs"].values()
    )
    assert "envs/requirements.txt envs/jobs.txt" in release
    assert "docker build" in container
    assert 'docker push "$image"' in container
    config = json.loads((ROOT / "release-please-config.json").read_text(encoding="utf-8"))
    raised = {file["path"] for file in config["packages"]["."]["extra-files"]}
    named = {"CITATION.cff", "codemeta.json", ".zenodo.json"}
    assert raised == named
    assert config["release-type"] == "python"  # which raises pyproject.toml's


@pytest.mark.parametrize("form", ["fault", "number"])
def test_issue_forms_ask_for_what_provenance_holds(form):
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml"
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))["body"]
    [asked] = [field["attributes"] for field in fields if field["id"] == "provenance"]
    assert asked["label"].startswith("results/<experiment>/provenance.json")
    for key in ("commit", "versions", "device", "precision", "threads", "deterministic", "hashes"):
        assert key in asked["description"], key


def test_who_has_no_provenance_yet_tells_the_same_packages():
    form = (ROOT / ".github" / "ISSUE_TEMPLATE" / "fault.yml").read_text(encoding="utf-8")
    assert all(package in form for package in PACKAGES)


def test_the_hook_runs_lint():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    [repository] = hooks["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == ["make lint"]
