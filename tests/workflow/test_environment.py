"""One set of versions: pyproject, the lock and the conda environment say the same."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def pins() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return set(project["dependencies"])


def without_extras(pin: str) -> str:
    return re.sub(r"\[.*\]", "", pin)


def lock() -> str:
    return (ROOT / "envs" / "requirements.txt").read_text(encoding="utf-8")


def test_every_direct_dependency_is_pinned_and_in_the_lock():
    locked = set(re.findall(r"^[\w.-]+==[\w.+!]+", lock(), re.MULTILINE))
    assert all("==" in pin for pin in pins())
    assert {without_extras(pin) for pin in pins()} <= locked


def test_everything_in_the_lock_has_hashes_and_nothing_an_address():
    entries = re.split(r"\n(?=[a-z])", lock())
    packages = [entry for entry in entries if "==" in entry]
    assert len(packages) > 50
    assert all("--hash=sha256:" in entry for entry in packages)
    assert "://" not in lock()
    assert "index-url" not in lock()


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
    alone = {"config_tables", "coverage_over_splits", "job", "show", "watch"}  # not of a rule
    assert scripts == {path.stem for path in (ROOT / "workflow" / "scripts").glob("*.py")} - alone
    for rule in rules:
        assert re.search(r'"(\.\./){2,3}envs/environment\.yaml"', rule), rule
        assert rule.count("script:") == 1, rule
