"""What the code and the libraries were when a run first read the Snakefile.

A job imports what is on disk when it begins. If a file was edited in the meantime, its result would
pass for one of the code that the run began with, for ever if the edit is then taken back. So each
job compares. The first reading is handed on in the environment, which a cluster's jobs inherit too.
Standard library and PyYAML alone: this is imported when the Snakefile is read.
"""

import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.fingerprints import code_fingerprint, keep_parsed

VARIABLE = "GALAXYZOO_FIRST_READING"


def library_versions(packages: Iterable[str], environment: Path, deployed: bool) -> list[str]:
    """`<package> <version>` of the libraries that a job is going to import.

    They are the installed ones. If Snakemake deploys the conda `environment` for its jobs, or where
    a package is not installed beside Snakemake, they are those that this file pins.
    """
    pinned = pinned_versions(environment)
    return [f"{name} {pinned[name] if deployed else installed(name, pinned)}" for name in packages]


def pinned_versions(environment: Path) -> dict[str, str]:
    """The versions that a conda environment pins for pip, by package."""
    dependencies = yaml.safe_load(environment.read_text(encoding="utf-8"))["dependencies"]
    pins = next(entry["pip"] for entry in dependencies if isinstance(entry, dict))
    return dict(pin.split("==") for pin in pins)


def installed(package: str, pinned: dict[str, str]) -> str:
    """The version of an installed package, or the pinned one where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return pinned[package]


def remember(workflow: Path, versions: list[str]) -> None:
    """Keep the fingerprints of the workflow's code and the `versions` for the jobs to come.

    Not where another process has handed its reading on: a job on a cluster reads the Snakefile
    again, and compares with the run that submitted it.
    """
    process = f"{platform.node()}:{os.getpid()}"
    if handed_on().get("process", process) != process:
        return
    files = [*workflow.glob("scripts/*.py"), *workflow.glob("galaxyzoo/**/*.py")]
    code = {path.relative_to(workflow).as_posix(): code_fingerprint(path) for path in files}
    reading = {"process": process, "code": code, "versions": versions}
    os.environ[VARIABLE] = json.dumps(reading)
    keep_parsed()


def handed_on() -> dict[str, Any]:
    """The first reading in the environment, empty if there is none."""
    return json.loads(os.environ.get(VARIABLE, "{}"))


def require_unchanged(workflow: Path, code: Iterable[str]) -> None:
    """Raise InputError if code or libraries are not what they were at the first reading.

    `code` is what `code_fingerprints` gave a job's rule. Where no first reading was handed on, the
    job's own is what counts.
    """
    first = handed_on()
    for line in code:
        name, fingerprint = line.split()
        path = workflow / name
        now = code_fingerprint(path) if path.is_file() else "gone"
        if now != first.get("code", {}).get(name, fingerprint):
            raise InputError(
                f"workflow/{name} was edited after this run had begun, so that this result would "
                "be of other code than the run's; run it again"
            )
    for line in first.get("versions", []):
        name, before = line.split()
        now = installed(name, {name: before})
        if now != before:
            raise InputError(
                f"{name} {now} is installed, and was {before} when this run began; run it again"
            )
