"""What the stages and predictions of the runs before took, by Snakemake's benchmarks of them.

A job that is run again overwrites its benchmark only when it ends, while Snakemake deletes its
other outputs before.
Standard library and PyYAML alone: this is imported when the Snakefile is read.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.estimates import Past
from galaxyzoo.plan.finished import RECORD, read_finished
from galaxyzoo.plan.simulated_starts import FOLDER
from galaxyzoo.plan.works import PREDICTED, galaxies_of, prediction_work, stage_work

Config = Mapping[str, Any]
Machine = dict[str, Any]
Dated = tuple[Config | None, float]  # a config and when it was written


def past_runs(results: Path) -> Iterator[Past]:
    """The jobs of all experiments in the folder of all results, as far as their config is known."""
    for pattern in ("*", f"{FOLDER}/*"):
        for folder in sorted(results.glob(f"{pattern}/benchmarks")):
            yield from past_jobs(folder.parent, results)


def past_jobs(folder: Path, results: Path) -> Iterator[Past]:
    """The jobs of the experiment in a folder.

    Left out are those whose benchmark cannot be read, is removed by a run at this moment, or is of
    a config that lacks a key of today's.
    """
    machines = machines_of(folder)
    for path in sorted(folder.glob("benchmarks/seed*/*.tsv")):
        seed = path.parent.name.removeprefix("seed")
        try:
            past = past_job(folder, results, int(seed), path, machines)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if past is not None:
            yield past


def past_job(
    folder: Path,
    results: Path,
    seed: int,
    path: Path,
    machines: Mapping[tuple[int, str], Machine],
) -> Past | None:
    """The job of a seed whose benchmark is at a path; None if it is of no stage or prediction."""
    name, experiment = path.stem, folder.relative_to(results)
    ended, seconds = modified(path), last_value(path, "s", "\t")
    config = config_then(folder, ended)
    if seconds is None or config is None:
        return None
    survey = results / "surveys" / config["survey"]["name"]
    counts = galaxies_of(config, folder, seed, survey, partial(is_older, than=ended))
    if name in PREDICTED:
        machine = machines.get((seed, config["stages"][-1]["name"]), UNKNOWN)
        work = prediction_work(name, config, counts, kind_of(machine))
        whose = f"{experiment}, seed {seed}"
        return Past(work, seconds, 0.0, whose, ended, gpu_of(machine))
    stage = next((one for one in config["stages"] if f"train_{one['name']}" == name), None)
    if stage is None:
        return None
    machine = machines.get((seed, stage["name"]), UNKNOWN)
    work = stage_work(config, stage, counts, kind_of(machine))
    timing = folder / f"seed{seed}" / "stages" / f"{stage['name']}_timing.csv"
    epochs = seconds_of_epochs(timing, ended)
    # The benchmark of a stage that was stopped is of the job that ended it alone.
    both = max(seconds, epochs), max(0.0, seconds - epochs) if epochs else 0.0
    whose = f"{experiment}, seed {seed}, {stage['name']}"
    return Past(work, *both, whose, ended, gpu_of(machine))


def configs_of(folder: Path) -> tuple[Dated, Dated]:
    """The resolved configs of an experiment's record and of its config.yaml, each with its date.

    None where there is none, or one of an experiment that trains nothing.
    """
    try:
        recorded = whole(read_finished(folder).config), modified(folder / RECORD)
    except (InputError, OSError):
        recorded = None, 0.0
    path = folder / "config.yaml"
    try:
        written = whole(yaml.safe_load(path.read_text(encoding="utf-8"))), modified(path)
    except (OSError, ValueError, yaml.YAMLError):
        written = None, 0.0
    return recorded, written


def config_then(folder: Path, ended: float) -> Config | None:
    """The resolved config with which a job of an experiment was run that ended at a time.

    A job that ended before the experiment last finished is of the config that is recorded there;
    one that ended after that is of the run that wrote config.yaml. None where neither is.
    """
    (recorded, finished_at), (written, written_at) = kept_configs(folder, *dates(folder))
    if recorded is not None and (ended <= finished_at or recorded == written):
        return recorded
    return written if ended >= written_at else None


def dates(folder: Path) -> list[int | None]:
    """When an experiment's record and config.yaml were written; None where they are not there."""
    paths = folder / RECORD, folder / "config.yaml"
    found: list[int | None] = []
    for path in paths:
        try:
            found.append(path.stat().st_mtime_ns)
        except OSError:
            found.append(None)
    return found


@lru_cache(None)
def kept_configs(folder: Path, *_: int | None) -> tuple[Dated, Dated]:
    """The `configs_of` an experiment whose files are of some dates, read once."""
    return configs_of(folder)


def whole(config: Any) -> Config | None:  # noqa: ANN401  (whatever a file holds)
    """A config if it is one of an experiment that trains."""
    needed = {"survey", "stages", "seeds", "model", "tta"}
    return config if isinstance(config, Mapping) and needed <= config.keys() else None


UNKNOWN: Machine = {"device": None, "threads": None}


def machines_of(folder: Path) -> dict[tuple[int, str], Machine]:
    """The device and the threads of each stage, by seed and name, as the provenance has them."""
    try:
        record = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        return {
            (one["seed"], one["stage"]): {
                "device": one["device"],
                "threads": int(one["threads"]),
            }
            for one in record["stages"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def kind_of(machine: Machine) -> Machine:
    """A machine with the kind of its device, CPU or GPU, for its name."""
    device = machine["device"]
    return machine | {"device": device and ("CPU" if device == "cpu" else "GPU")}


def gpu_of(machine: Machine) -> str:
    """The name of a machine's GPU; nothing for a CPU."""
    return "" if machine["device"] in (None, "cpu") else machine["device"]


def modified(path: Path) -> float:
    """When a file was last written, in seconds of the epoch."""
    return path.stat().st_mtime


def is_older(path: Path, than: float) -> bool:
    """Whether a file is there, and was written before a time."""
    return path.is_file() and modified(path) <= than


def last_value(table: Path, column: str, separator: str) -> float | None:
    """The number in the last row of a table's column; None if it has none that can be read."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            return [float(row[column]) for row in csv.DictReader(file, delimiter=separator)][-1]
    except (OSError, ValueError, KeyError, IndexError, TypeError, csv.Error):
        return None


def seconds_of_epochs(timing: Path, ended: float) -> float:
    """The seconds of all epochs of a stage that ended at a time; 0 if they are not kept."""
    if not is_older(timing, ended):
        return 0.0
    try:
        with timing.open(encoding="utf-8", newline="") as file:
            return sum(float(row["seconds"]) for row in csv.DictReader(file))
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return 0.0
