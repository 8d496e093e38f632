"""Whether a finished experiment's files are those that it was recorded with, and how it was made.

The record of an experiment has the hashes of what its results were made of; its provenance has
those of the survey's files and of each stage, with the commit, libraries and device of each.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import Finished, normal, read_finished

OF_A_STAGE = ("device", "precision", "deterministic", "commit", "diff")
MOST_NAMED = 3


class Verified(NamedTuple):
    """What was found out about an experiment: the files looked at, what is wrong, what differs.

    `wrong` has a sentence for each file that is missing or changed, `differing` those on stages
    that were made otherwise than others or than they would be now, and on what cannot be checked.
    """

    files: int
    wrong: list[str]
    differing: list[str]


def verified(folder: Path) -> Verified:
    """Compare the files of the experiment in a folder with its record and its provenance.

    Raises InputError if it is not finished, or if its provenance cannot be read.
    """
    finished = read_finished(folder)
    if "ensemble" in finished.config:
        return Verified(len(finished.hashes), [*wrong_files(finished.hashes)], [])
    stages, given = provenance_of(folder)
    recorded = finished.hashes | hashes_of_stages(finished, stages)
    here, uncompared = given_files(folder.parent, given)
    return Verified(
        len(recorded | here),
        [*wrong_files(recorded | here)],
        [*differing_stages(stages), *other_libraries(stages), *uncompared],
    )


def provenance_of(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records of an experiment's stages, and of the files of its survey."""
    path = folder / "provenance.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return record["stages"], record["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} cannot be read ({error}); run the experiment to its end, and it is made anew"
        ) from error


def hashes_of_stages(finished: Finished, stages: Sequence[Mapping[str, Any]]) -> dict[Path, str]:
    """The hash of each stage's checkpoint, by its path: a variant has some in its base's folder."""
    return {
        normal(finished.stages[stage["seed"], stage["stage"]].with_suffix(".pt")): stage["sha256"]
        for stage in stages
    }


def given_files(
    results: Path, records: Sequence[Mapping[str, Any]]
) -> tuple[dict[Path, str], list[str]]:
    """The hashes of files that a survey and a start are of, by path; sentences on the others."""
    found, gone, elsewhere = {}, [], []
    for record in records:
        # Records of earlier versions have no folder.
        if (folder := record.get("folder")) is None:
            elsewhere.append(record["name"])
        elif (path := results / folder / record["name"]).is_file():
            found[path] = record["sha256"]
        else:
            gone.append(record["name"])
    reasons = {"are gone": gone, f"are not in {results}": elsewhere}
    told = {why: some_of(names) for why, names in reasons.items() if names}
    return found, [f"not compared, since they {why}: {names}" for why, names in told.items()]


def some_of(names: Sequence[str]) -> str:
    """The first of some names, with dots if there are more."""
    return ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")


def wrong_files(recorded: Mapping[Path, str]) -> Iterator[str]:
    """A sentence for each recorded file that is missing or has another hash."""
    for path, digest in recorded.items():
        if not path.is_file():
            yield f"{path} is missing"
        elif file_hash(path) != digest:
            yield f"{path} has changed since it was recorded"


def differing_stages(stages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each thing in which some stages were made otherwise than most."""
    libraries = {name for stage in stages for name in stage["versions"]}
    for name in [*OF_A_STAGE, *sorted(libraries)]:
        by_value: dict[Any, list[str]] = defaultdict(list)
        for stage in stages:
            value = stage[name] if name in OF_A_STAGE else stage["versions"].get(name)
            by_value[value].append(f"seed {stage['seed']}, {stage['stage']}")
        common = max(by_value, key=lambda value: len(by_value[value]))
        for value, which in by_value.items():
            if value != common:
                some = "; ".join(which[:MOST_NAMED]) + ("; ..." if len(which) > MOST_NAMED else "")
                yield (
                    f"{name} is {value} for {len(which)} of {len(stages)} stages ({some}), and "
                    f"{common} for most"
                )
    if diffs := {stage["diff"] for stage in stages if stage["diff"]}:
        yield f"made with uncommitted changes, which are kept: {', '.join(sorted(diffs))}"


def other_libraries(stages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A sentence for each library that is installed here in another version than stages had."""
    for name in sorted({name for stage in stages for name in stage["versions"]} - {"python"}):
        then = sorted({stage["versions"][name] for stage in stages if name in stage["versions"]})
        try:
            now = version(name)
        except PackageNotFoundError:
            continue
        if now not in then:
            yield f"{name} was {', '.join(then)}, and {now} is installed now"
