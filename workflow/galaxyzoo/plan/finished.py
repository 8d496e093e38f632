"""What a finished experiment was made with: its record, `finished.json`, which a run writes last.

`config.yaml` is written first, so that a run can be watched. After an edit of the config it is new
while the results are still those of the run before. So whoever reads results takes their settings
from the record, and a file that is not the recorded one is refused.
Standard library and PyYAML alone: this is imported when the Snakefile is read.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError

RECORD = "finished.json"
SURVEYS = "surveys"  # the folder beside those of experiments
NOT_SET = "not set"


class Finished(NamedTuple):
    """A finished experiment.

    `config` is the resolved config that its results were made with. `stages` has the path of each
    stage's files, without their endings, by seed and stage name, and `networks` those of the
    weights that are averaged, in order: a variant has some of both in its base's folder. `hashes`
    are the SHA-256 of the recorded files by their paths. `galaxies` is the table of the owner's
    names for the survey's galaxies, None if they have none.
    """

    folder: Path
    config: dict[str, Any]
    stages: dict[tuple[int, str], Path]
    networks: list[Path]
    hashes: dict[Path, str]
    galaxies: Path | None

    def require_unchanged(self, files: Iterable[Path]) -> None:
        """Raise InputError unless each file is there and as it was when the experiment finished."""
        for file in files:
            if not file.is_file():
                raise InputError(f"{self.folder} is not finished: there is no {file}; {REMEDY}")
            if file_hash(file) != self.hashes.get(normal(file)):
                raise InputError(
                    f"{self.folder} is not finished: {file} was made anew since the experiment "
                    f"last finished; {REMEDY}"
                )

    def edited_keys(self) -> list[str]:
        """Keys of its config.yaml that are not as they were when the results were made."""
        try:
            now = yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return []
        return list(differing_keys(self.config, now))


REMEDY = "run the experiment to its end"


def finished_record(
    folder: Path,
    config: Mapping[str, Any],
    stages: Mapping[tuple[int, str], Path],
    networks: Sequence[Path],
    files: Iterable[Path],
    galaxies: Path | None = None,
) -> str:
    """The record of the experiment in a folder, as JSON, with paths from there.

    So the folder may be copied or renamed, and the folder of all results moved.
    """

    def below(path: Path) -> str:
        return Path(os.path.relpath(path, folder)).as_posix()

    record = {
        "config": config,
        "stages": [[seed, stage, below(path)] for (seed, stage), path in stages.items()],
        "networks": [below(path) for path in networks],
        "files": {below(file): file_hash(file) for file in files},
        "galaxies": galaxies and below(galaxies),
    }
    return json.dumps(record, indent=1) + "\n"


def experiment_folder(given: Path | str) -> Path:
    """The folder of an experiment in full, by whose path its survey and its base are found.

    That is the path as it was given, from wherever, or without links: the one beside which there
    are surveys.
    """
    as_given = Path(os.path.abspath(os.path.expanduser(given)))
    places = as_given, as_given.resolve()
    return next((one for one in places if (one.parent / SURVEYS).is_dir()), as_given)


def read_finished(folder: Path) -> Finished:
    """The experiment in a folder. Raises InputError if it has no whole record."""
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Finished(
            folder,
            record["config"],
            {(seed, stage): found(folder, place) for seed, stage, place in record["stages"]},
            [found(folder, place) for place in record["networks"]],
            {found(folder, place): digest for place, digest in record["files"].items()},
            found(folder, named) if (named := record.get("galaxies")) else None,
        )
    except FileNotFoundError as error:
        raise InputError(f"{folder} is not finished: there is no {path}; {REMEDY}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is damaged ({type(error).__name__}: {error}); delete it, and {REMEDY}"
        ) from error


def found(folder: Path, place: str) -> Path:
    """The path that a record in a folder gives from there."""
    return normal(folder / place)


def normal(path: Path) -> Path:
    """A path without `..` inside, as the record's paths are."""
    return Path(os.path.normpath(path))


def differing_keys(one: object, other: object) -> Iterator[str]:
    """Keys whose values differ in two configs, as messages write them: `stages[1].lr`."""
    return (key for key, _, _ in differences(one, other))


def differences(one: object, other: object, key: str = "") -> Iterator[tuple[str, object, object]]:
    """Keys whose values differ in two configs, each with both values."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in dict.fromkeys((*one, *other)):
            inner = f"{key}.{name}" if key else str(name)
            yield from differences(one.get(name, NOT_SET), other.get(name, NOT_SET), inner)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for position, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{key}[{position}]")
    elif one != other:
        yield key, one, other
