"""One set of versions: pyproject, the lock and the conda environment say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins() -> set[str]:
    return set(PROJECT["project"]["dependencies"])


def pinned(lock: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==[\w.+!]+", lock, re.MULTILINE))


def without_extras(pin: str) -> str:
    return re.sub(r"\[.*\]", "", pin)


def lock() -> str:
    return (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8")


def test_every_direct_dependency_is_pinned_and_in_the_lock():
    assert all("==" in pin for pin in pins())
    assert {without_extras(pin) for pin in pins()} <= pinned(lock())


def test_everything_in_the_lock_has_hashes_and_nothing_an_address():
    entries = re.split(r"\n(?=[a-z])", lock())
    packages = [entry for entry in entries if "==" in entry]
    assert len(packages) > 50
    assert all("--hash=sha256:" in entry for entry in packages)
    assert "://" not in lock()
    assert "index-url" not in lock()


@pytest.mark.parametrize("group", PROJECT["dependency-groups"])
def test_each_optional_group_has_a_lock_that_changes_no_version_of_the_whole(group):
    own = pinned((ROOT / "envs" / f"{group}.txt").read_text(encoding="utf-8"))
    assert set(PROJECT["dependency-groups"][group]) <= own
    names = {pin.partition("==")[0] for pin in pinned(lock())}
    assert {pin for pin in own if pin.partition("==")[0] in names} <= pinned(lock())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [optional] = re.findall(r"^OPTIONAL = (.+)$", makefile, re.MULTILINE)
    assert set(optional.split()) == set(PROJECT["dependency-groups"])


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
        "config_tables",
        "coverage_over_splits",
        "job",
        "show",
        "track",
        "watch",
    }  # not of a rule
    assert scripts == {path.stem for path in (ROOT / "workflow" / "scripts").glob("*.py")} - alone
    for rule in rules:
        assert re.search(r'"(\.\./){2,3}envs/environment\.yaml"', rule), rule
        assert rule.count("script:") == 1, rule
