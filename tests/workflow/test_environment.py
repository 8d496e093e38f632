"""One set of versions: pyproject, the lock and the conda environment say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


GROUPS = PROJECT["dependency-groups"]
OPTIONAL = GROUPS.keys() - {"dev"}


def pins() -> set[str]:
    """Those of all that a run imports."""
    return set(PROJECT["project"]["dependencies"])


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[\w.+!]+", lock, re.MULTILINE))


def without_extras(pin: str) -> str:
    return re.sub(r"\[.*\]", "", pin)


def lock(name: str = "requirements") -> str:
    return (ROOT / "envs" / f"{name}.txt").read_text(encoding="utf-8")


def test_every_direct_dependency_is_pinned_and_in_the_lock():
    direct = pins() | set(GROUPS["dev"])
    assert all("==" in pin for pin in direct)
    assert {without_extras(pin) for pin in direct} <= pinned(lock())


@pytest.mark.parametrize("name", ["requirements", "jobs"])
def test_everything_in_the_lock_has_hashes_and_nothing_an_address(name):
    entries = re.split(r"\n(?=[a-z])", lock(name))
    packages = [entry for entry in entries if "==" in entry]
    assert len(packages) > 50
    assert all("--hash=sha256:" in entry for entry in packages)
    assert "://" not in lock(name)
    assert "index-url" not in lock(name)


def test_the_lock_of_jobs_is_the_whole_one_without_what_tests_and_lint_need():
    assert {without_extras(pin) for pin in pins()} <= pinned(lock("jobs")) < pinned(lock())
    names = {pin.partition("==")[0] for pin in pinned(lock("jobs"))}
    assert not names & {"pytest", "playwright", "ruff", "snakefmt", "import-linter", "uv"}


@pytest.mark.parametrize("group", sorted(OPTIONAL))
def test_each_optional_group_has_a_lock_that_changes_no_version_of_the_whole(group):
    own = pinned(lock(group))
    assert set(GROUPS[group]) <= own
    names = {pin.partition("==")[0] for pin in pinned(lock())}
    assert {pin for pin in own if pin.partition("==")[0] in names} <= pinned(lock())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [optional] = re.findall(r"^OPTIONAL = (.+)$", makefile, re.MULTILINE)
    assert set(optional.split()) == OPTIONAL


def test_the_conda_environment_has_the_same_pins():
    text = (ROOT / "envs" / "environment.yaml").read_text(encoding="utf-8")
    listed = yaml.safe_load(text)["dependencies"][-1]["pip"]
    assert set(listed) == pins()
    assert len(listed) == len(pins())


def test_every_rule_with_a_script_names_the_conda_environment():
    """`use rule` takes script and environment from the rule that it uses."""
    rules = [
        rule
        for path in (ROOT / "workflow" / "rules").rglob("*.smk")
        for rule in re.split(r"\n\s*(?=(?:rule|checkpoint|use rule) )", path.read_text("utf-8"))
        if "script:" in rule
    ]
    scripts = {re.search(r'"[./]*scripts/(\w+)\.py"', rule)[1] for rule in rules}
    alone = {
        "browse",
        "compare_suggestions",
        "config_tables",
        "coverage_over_splits",
        "job",
        "judge_neighbours",
        "label",
        "show",
        "track",
        "trial",
        "watch",
    }  # not of a rule
    assert scripts == {path.stem for path in (ROOT / "workflow" / "scripts").glob("*.py")} - alone
    for rule in rules:
        assert re.search(r'"(\.\./){2,3}envs/environment\.yaml"', rule), rule
        assert rule.count("script:") == 1, rule
