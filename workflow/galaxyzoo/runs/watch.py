"""The progress of an experiment's stages, from the files they write as they run."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from rich.table import Column, Table

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.stage_owners import stage_owners

COLUMNS = ("seed", "stage", "state", "epoch", "train loss", "valid RMSE", "images/s", "left")


def stage_progress(folder: Path, config: dict[str, Any]) -> list[dict[str, Any]]:
    """One mapping for each stage of each seed of the experiment in a folder, in order.

    `state` is `waiting`, `training` or `done`. `epoch` is the last finished one, of `epochs`; a
    probe is one.
    `train_loss`, `valid_rmse`, `images_per_second` and `epoch_seconds` are that epoch's, and
    `seconds_left` is the time that the remaining epochs take at its pace. Values that are not known
    yet are None.
    What an earlier run left of a stage is not shown: a stage follows on the one before it.
    Raises InputError for an ensemble, which has no stages.
    """
    if "ensemble" in config:
        members = ", ".join(str(folder.parent / name) for name in config["ensemble"])
        raise InputError(
            f"{folder} is an ensemble and trains nothing; watch its members: {members}"
        )
    paths, rows = stage_paths(folder, config), []
    for seed in config["seeds"]:
        before = 0.0  # when the stage before was done
        for stage in config["stages"]:
            path = paths[seed, stage["name"]]
            done = done_at(path)
            state = "done" if done is not None and done >= before else "waiting"
            if done is None and before < math.inf and log_of(path).exists():
                state = "training"
            rows.append(one_stage(path, seed, stage.get("epochs", 1), state))
            before = done if state == "done" else math.inf
    return rows


def stage_paths(folder: Path, config: Mapping[str, Any]) -> dict[tuple[int, str], Path]:
    """The path of each stage's files, without their endings, by seed and stage name.

    `config` is the resolved config of the experiment in a folder. A variant has some of its stages
    in its base's folder. Raises InputError if that has no config.yaml.
    """
    base = config
    if "variant_of" in config:
        written = folder.parent / config["variant_of"] / "config.yaml"
        if not written.is_file():
            raise InputError(
                f"it takes stages from {config['variant_of']}, of which it is a variant, and there "
                f"is no {written}: run that one first"
            )
        base = yaml.safe_load(written.read_text(encoding="utf-8"))
    return {
        (seed, stage): folder.parent / owner / f"seed{seed}" / "stages" / stage
        for (seed, stage), owner in stage_owners(config, base).items()
    }


def one_stage(path: Path, seed: int, epochs: int, state: str) -> dict[str, Any]:
    """A row of `stage_progress`, of the stage whose files are at a path without their endings."""
    files, stage = path.parent, path.name
    row = {"seed": seed, "stage": stage, "epochs": epochs, "epoch": 0, "state": state}
    unknown = "train_loss", "valid_rmse", "images_per_second", "epoch_seconds", "seconds_left"
    row |= dict.fromkeys(unknown)
    history, timing = last_row(files / f"{stage}.csv"), last_row(files / f"{stage}_timing.csv")
    if state == "waiting" or history is None or timing is None:
        return row
    return row | {
        "epoch": int(history["epoch"]),
        "train_loss": history["train_loss"],
        "valid_rmse": history["valid_rmse"],
        "images_per_second": timing["images_per_second"],
        "epoch_seconds": float(timing["seconds"]),
        "seconds_left": (epochs - history["epoch"]) * timing["seconds"],
    }


def done_at(path: Path) -> float | None:
    """When the checkpoint at a path without its ending was written; None if there is none."""
    try:
        return path.with_name(f"{path.name}.pt").stat().st_mtime
    except FileNotFoundError:
        return None


def log_of(path: Path) -> Path:
    """The log of the stage whose files are at a path without their endings."""
    return path.parents[2] / "logs" / path.parents[1].name / f"train_{path.name}.log"


def last_row(path: Path) -> pd.Series | None:
    """The last row of a table, or None if there is none yet."""
    try:
        table = pd.read_csv(path)
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return None
    return None if table.empty else table.iloc[-1]


def progress_table(experiment: str, rows: list[dict[str, Any]]) -> Table:
    """The stages as a table for the terminal; a narrow one folds long names."""
    columns = (Column(name, overflow="fold") for name in COLUMNS)
    table = Table(*columns, title=f"{experiment}: {count_done(rows)} of {len(rows)} stages done")
    styles = {"waiting": "dim", "training": "bold", "done": "green"}
    for row in rows:
        table.add_row(
            str(row["seed"]),
            row["stage"],
            row["state"],
            f"{row['epoch']}/{row['epochs']}",
            "" if row["train_loss"] is None else f"{row['train_loss']:.5f}",
            "" if row["valid_rmse"] is None else f"{row['valid_rmse']:.5f}",
            "" if row["images_per_second"] is None else f"{row['images_per_second']:.0f}",
            "" if not row["seconds_left"] else clock(row["seconds_left"]),
            style=styles[row["state"]],
        )
    return table


def count_done(rows: list[dict[str, Any]]) -> int:
    """The number of stages that are done."""
    return sum(row["state"] == "done" for row in rows)


def clock(seconds: float) -> str:
    """Seconds as hours, minutes and seconds."""
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def is_being_run(folder: Path) -> bool:
    """Whether Snakemake holds the folder in which the experiment in a folder is run."""
    runs = (above / ".snakemake" for above in folder.parents)
    run = next((one for one in runs if one.is_dir()), None)
    return run is not None and any((run / "locks").glob("*.lock"))


def experiment_config(folder: Path) -> dict[str, Any]:
    """The resolved config of the experiment in a folder.

    Raises FileNotFoundError, whose words say what is missing, if there is none yet.
    """
    path = folder / "config.yaml"
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{folder} holds no config.yaml, which the first job of a run writes: start the run, "
            "or give the folder of an experiment, such as results/demo"
        ) from error
