"""Finished experiments as one zip that another machine can check and run again: an RO-Crate.

RO-Crate (https://w3id.org/ro/crate) is a folder with a description of its files as JSON-LD, which
the library rocrate writes.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.disk_room import require_room
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import normal, read_finished

NAME = "archive.zip"  # in the folder of the run's experiment
RESULTS = "results"  # the folder in the zip
# What of the survey is in it all the same.
SHOWN = (
    "the labels of held-out galaxies, with the columns that are carried along (predictions.csv, "
    "explorer.json), the owner's names of all (galaxies.csv), and pictures of some (the explorer, "
    "pages and figures)"
)
HASHES, GUIDE, CODE = "SHA256SUMS", "ARCHIVE.md", "code.json"
# Of an experiment's folder: what is made of its networks anew, or may name what is the machine's.
NOT_ARCHIVED = ("catalogues", "export", "logs")
NOT_OF_A_RESULT = (".state", ".lock", ".unfinished", ".part")
# Of the checkout: what another machine needs to run it.
WORKFLOW_FILES = ("Snakefile", "Makefile", "pyproject.toml", "LICENSE", "README.md")
WORKFLOW_FOLDERS = ("workflow", "config", "profiles", "envs", "docs")
CODE_LICENCE = "https://spdx.org/licenses/BSD-3-Clause"
# What some files are, by how their names end.
IN_WORDS = {
    "/config.yaml": "The resolved config of an experiment",
    "/comparison.yaml": "The config of an experiment with its variants",
    "/finished.json": "What the results were made with: config, networks, hashes",
    "/provenance.json": "Hashes of data and weights; commit, versions and device of each stage",
    "/metrics.json": "Scores on held-out galaxies",
    "/report.html": "The report",
    "/bag/holdout.parquet": "The bag's predictions of the held-out galaxies",
    "/bag/test.parquet": "The bag's predictions of the test galaxies",
    "/envs/requirements.txt": "The versions of all libraries, with hashes",
    f"/{HASHES}": "SHA-256 of each file, for sha256sum --check",
    f"/{GUIDE}": "How to check this archive, and to run it again",
    f"/{CODE}": "The commit and the fingerprints of the code",
}


class Told(NamedTuple):
    """What the archive says of itself: title, licence (an identifier), names of creators.

    `score` is a sentence, and `who` are those whose answers the networks predict, in words.
    """

    title: str
    licence: str
    creators: Sequence[str]
    score: str
    who: str


def archived_files(folders: Iterable[Path], root: Path) -> dict[str, Path]:
    """The files of finished experiments, and of the checkout at `root`, by their path in the zip.

    Those of experiments are all in their folders but catalogues, exports and logs, what is recorded
    of others, and the list of held-out galaxies. The survey's pictures and labels are not in it but
    for SHOWN. Raises InputError where an experiment is not finished, or where config.yaml is of a
    later run.
    """
    files: dict[str, Path] = {}
    for folder in folders:
        finished = read_finished(folder)
        if edited := finished.edited_keys():
            raise InputError(
                f"{folder}/config.yaml is of a later run, which did not end ({', '.join(edited)}); "
                "run the experiment to its end"
            )
        for name in ("config.yaml", "report.html"):
            if not (folder / name).is_file():
                raise InputError(f"there is no {folder / name}; run the experiment to its end")
        results = folder.parent
        holdout = results / "surveys" / finished.config["survey"]["name"] / "holdout.csv"
        recorded = (
            *finished.hashes,
            *(path.with_suffix(".pt") for path in finished.stages.values()),
        )
        others = [holdout] if holdout.is_file() else []
        for path in (*own_files(folder), *recorded, *others):
            files[f"{RESULTS}/{normal(path).relative_to(normal(results)).as_posix()}"] = path
    return files | code_files(root)


def own_files(folder: Path) -> Iterator[Path]:
    """The files in an experiment's folder that are archived."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        is_left_out = inside.parts[0] in (*NOT_ARCHIVED, NAME) or path.suffix in NOT_OF_A_RESULT
        if path.is_file() and not is_left_out and not path.name.startswith("."):
            yield path


def code_files(root: Path) -> dict[str, Path]:
    """The files of a checkout that a run needs, by their path there."""
    if not (root / "Snakefile").is_file():
        raise InputError(f"{root} has no Snakefile; make the archive in a checkout of the workflow")
    below = (path for name in WORKFLOW_FOLDERS for path in sorted((root / name).rglob("*")))
    files = (*(root / name for name in WORKFLOW_FILES), *below)
    return {
        path.relative_to(root).as_posix(): path
        for path in files
        if path.is_file() and not {"__pycache__", ".snakemake"} & {*path.parts}
    }


def write_archive(
    output: Path, files: Mapping[str, Path], told: Told, code: Mapping[str, Any], guide: str
) -> None:
    """Write files, by their path in it, into a zip with hashes, a guide and the crate's metadata.

    `code` is the commit and the fingerprints of the code. Raises InputError if there is no room.
    """
    require_room(
        output.with_name(f"{output.name}.part"), sum(file.stat().st_size for file in files.values())
    )
    hashes = {name: file_hash(path) for name, path in files.items()}
    sums = "".join(f"{digest}  {name}\n" for name, digest in hashes.items())
    crate = described(files, hashes, told)
    for name, text in (
        (HASHES, sums),
        (GUIDE, guide),
        (CODE, json.dumps(code, indent=1) + "\n"),
    ):
        crate.add_file(StringIO(text), name, properties={"name": name} | in_words(name))
    with replaced(output) as unfinished:
        crate.write_zip(unfinished)


def described(files: Mapping[str, Path], hashes: Mapping[str, str], told: Told) -> ROCrate:
    """The crate of files, by their path in it, with their hashes."""
    crate = ROCrate()
    crate.name, crate.license = told.title, licence_of(crate, told.licence)
    crate.description = (
        f"Networks that predict what {told.who} would say of pictures of galaxies: {told.score} "
        f"With config, report, predictions, weights, provenance and workflow. {GUIDE} says how to "
        "check it and to run it again."
    )
    crate.keywords = ["astronomy", "Galaxy Zoo", "galaxy morphology"]
    if told.creators:
        crate.creator = [
            crate.add(Person(crate, f"#creator-{number}", {"name": name}))
            for number, name in enumerate(told.creators, 1)
        ]
    entities: dict[str, Entity] = {}
    for name, path in files.items():
        own = {
            "name": name.rpartition("/")[-1],
            "contentSize": str(path.stat().st_size),
            "sha256": hashes[name],
        } | in_words(name)
        if name == "Snakefile":
            own |= {"name": "Galaxy Zoo, reproducible", "license": {"@id": CODE_LICENCE}}
            entities[name] = crate.add_workflow(
                path, name, properties=own, main=True, lang="snakemake"
            )
        else:
            entities[name] = crate.add_file(path, name, properties=own)
    crate.add(
        ContextEntity(
            crate, CODE_LICENCE, {"@type": "CreativeWork", "name": "BSD 3-Clause License"}
        )
    )
    crate.add_action(
        entities["Snakefile"],
        "#run",
        object=[one for name, one in entities.items() if is_of_results(name, "/config.yaml")],
        result=[
            one
            for name, one in entities.items()
            if is_of_results(name, "/report.html", ".pt", "/metrics.json")
        ],
        properties={
            "name": "Training and evaluation",
            "endTime": last_written(files),
        },
    )
    return crate


def licence_of(crate: ROCrate, licence: str) -> Entity:
    """The chosen licence, as an entity of a crate."""
    own = {
        "@type": "CreativeWork",
        "name": licence,
        "description": "The licence of config, networks, predictions and report, as their owner "
        "chose it. The workflow has a licence of its own.",
    }
    return crate.add(ContextEntity(crate, "#licence", own))


def in_words(name: str) -> dict[str, str]:
    """What a file is, if that is worth a sentence."""
    found = (words for end, words in IN_WORDS.items() if f"/{name}".endswith(end))
    return {"description": words} if (words := next(found, "")) else {}


def is_of_results(name: str, *ends: str) -> bool:
    """Whether a path in the zip is of a result, and ends in one of some ways."""
    return name.startswith(f"{RESULTS}/") and name.endswith(ends)


def last_written(files: Mapping[str, Path]) -> str:
    """When the last of the experiments finished."""
    times = [
        path.stat().st_mtime for name, path in files.items() if name.endswith("/finished.json")
    ]
    return datetime.fromtimestamp(max(times), UTC).isoformat(timespec="seconds")


def guide_to(
    config: str, names: Sequence[str], licences: Sequence[str], gone: Sequence[str]
) -> str:
    """The text that says how an archive is checked and run again.

    `config` is the path of the config in the zip, `names` are those of experiments, `licences`
    sentences on those of the data, and `gone` names of files that results were made of and that
    are not in the archive.
    """
    missing = "".join(f"- {name}\n" for name in gone)
    return f"""# {", ".join(names)}

An RO-Crate: ro-crate-metadata.json describes the files.

## Is it as it was?

    sha256sum --check {HASHES}

With the environment of the workflow (`make` sets it up from envs/requirements.txt), this compares
the results with what was recorded of them, and makes nothing:

    snakemake verify --configfile {config}

## Run it again

    snakemake --configfile {config}

Paths in the config are those of the machine that made it. Rename results/ first, to train anew and
to compare. The survey's pictures and labels and the starting weights are not in this archive;
provenance.json has the hashes of these:

{missing}
## Licences

{" ".join(licences)} Of these data, the archive has {SHOWN}.
"""
