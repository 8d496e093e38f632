"""What the code, the config and the libraries were when a run first read the Snakefile.

A job imports what is on disk when it begins. If a file was edited in the meantime, its result would
pass for one of the code that the run began with, for ever if the edit is then taken back. So each
job compares. A job on a cluster's node reads the config and the rules again too, while Snakemake
records those of the first reading: so it compares these as well. The first reading is handed on in
the environment, which a cluster's jobs inherit too.
Standard library and PyYAML alone: this is imported when the Snakefile is read.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.content_hashes import file_hash
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
    if not is_first():
        return
    files = [*workflow.glob("scripts/*.py"), *workflow.glob("galaxyzoo/**/*.py")]
    code = {path.relative_to(workflow).as_posix(): code_fingerprint(path) for path in files}
    hand_on(process=this_process(), code=code, versions=versions, rules=rules_of(workflow))
    keep_parsed()


def this_process() -> str:
    """The name of this process, among those of all machines."""
    return f"{platform.node()}:{os.getpid()}"


def is_first() -> bool:
    """Whether this process makes the first reading, which no other has handed on to it."""
    return handed_on().get("process", this_process()) == this_process()


def hand_on(**found: Any) -> None:  # noqa: ANN401  (any JSON value)
    """Add what was found to the first reading in the environment."""
    os.environ[VARIABLE] = json.dumps(handed_on() | found)


def handed_on() -> dict[str, Any]:
    """The first reading in the environment, empty if there is none."""
    return json.loads(os.environ.get(VARIABLE, "{}"))


def as_first_read(name: str, found: Any) -> Any:  # noqa: ANN401  (any JSON value)
    """What the first reading found, which is `found` if this process made it."""
    if is_first():
        hand_on(**{name: found})
    return handed_on().get(name, found)


def rules_of(workflow: Path) -> dict[str, str]:
    """The hashes of what the rules and the keys of the config are read from, by path."""
    files = [*workflow.glob("rules/**/*.smk"), *workflow.glob("schemas/*.yaml")]
    return {path.relative_to(workflow).as_posix(): file_hash(path) for path in files}


def require_first_rules(workflow: Path) -> None:
    """Raise InputError if the rules are not those of the first reading.

    They are in files of rules, in the schema, and in the room `plan` with what it imports.
    """
    first = {} if is_first() else handed_on()
    imported = {getattr(module, "__file__", None) or "" for module in [*sys.modules.values()]}
    files = {*workflow.glob("galaxyzoo/plan/*.py"), *map(Path, imported)} if first else set()
    code = {
        path.relative_to(workflow).as_posix(): code_fingerprint(path)
        for path in sorted(files)
        if workflow / "galaxyzoo" in path.parents
    }
    rules = rules_of(workflow)
    for before, now in ((first.get("rules", rules), rules), (first.get("code", {}), code)):
        for name in now:
            if before.get(name, now[name]) != now[name]:
                raise edited(f"workflow/{name}", "code")


def require_first_config(config: Mapping[str, Any]) -> None:
    """Raise InputError if a `config` is none of the first reading.

    A run has several if it loads this workflow as a module more than once.
    """
    text = json.dumps(config, sort_keys=True, default=str)
    known, digest = handed_on().get("configs", []), hashlib.sha256(text.encode()).hexdigest()
    if is_first():
        hand_on(configs=[*known, digest])
    elif known and digest not in known:
        raise edited("the config", "settings")


def edited(what: str, of: str) -> InputError:
    """The error of a job that would make a result of other code or settings than its run's."""
    return InputError(
        f"{what} was edited after this run had begun, so that this result would be of other "
        f"{of} than the run's; run it again"
    )


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
            raise edited(f"workflow/{name}", "code")
    for line in first.get("versions", []):
        name, before = line.split()
        now = installed(name, {name: before})
        if now != before:
            raise InputError(
                f"{name} {now} is installed, and was {before} when this run began; run it again"
            )
