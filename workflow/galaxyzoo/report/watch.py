"""The progress of an experiment's stages, from the files they write as they run."""

from pathlib import Path
from typing import Any

import pandas as pd
from rich.table import Table

from galaxyzoo.evaluation.stage_tables import stage_paths
from galaxyzoo.foundation.errors import InputError

COLUMNS = ("seed", "stage", "state", "epoch", "train loss", "valid RMSE", "images/s", "left")


def stage_progress(folder: Path, config: dict[str, Any]) -> list[dict[str, Any]]:
    """One mapping for each stage of each seed of the experiment in a folder, in order.

    `state` is `waiting`, `training` or `done`. `epoch` is the last finished one, of `epochs`.
    `train_loss`, `valid_rmse` and `images_per_second` belong to that epoch, and `seconds_left` is
    the time that the remaining epochs take at its pace. Values that are not known yet are None.
    Raises InputError for an ensemble, which has no stages.
    """
    if "ensemble" in config:
        members = ", ".join(str(folder.parent / name) for name in config["ensemble"])
        raise InputError(
            f"{folder} is an ensemble and trains nothing; watch its members: {members}"
        )
    paths = stage_paths(folder, config)
    return [
        one_stage(paths[seed, stage["name"]], seed, stage["epochs"])
        for seed in config["seeds"]
        for stage in config["stages"]
    ]


def one_stage(path: Path, seed: int, epochs: int) -> dict[str, Any]:
    """The progress of one stage of one seed, whose files are at a path without their endings."""
    files, stage, experiment = path.parent, path.name, path.parents[2]
    row = {"seed": seed, "stage": stage, "epochs": epochs, "epoch": 0, "state": "waiting"}
    row |= dict.fromkeys(("train_loss", "valid_rmse", "images_per_second", "seconds_left"))
    if (files / f"{stage}.pt").exists():
        row["state"] = "done"
    elif (experiment / "logs" / f"seed{seed}" / f"train_{stage}.log").exists():
        row["state"] = "training"
    history, timing = last_row(files / f"{stage}.csv"), last_row(files / f"{stage}_timing.csv")
    if row["state"] == "waiting" or history is None or timing is None:
        return row
    return row | {
        "epoch": int(history["epoch"]),
        "train_loss": history["train_loss"],
        "valid_rmse": history["valid_rmse"],
        "images_per_second": timing["images_per_second"],
        "seconds_left": (epochs - history["epoch"]) * timing["seconds"],
    }


def last_row(path: Path) -> pd.Series | None:
    """The last row of a table, or None if there is none yet."""
    try:
        table = pd.read_csv(path)
    except (FileNotFoundError, pd.errors.EmptyDataError):
        return None
    return None if table.empty else table.iloc[-1]


def progress_table(experiment: str, rows: list[dict[str, Any]]) -> Table:
    """The stages as a table for the terminal."""
    table = Table(*COLUMNS, title=f"{experiment}: {count_done(rows)} of {len(rows)} stages done")
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


def experiment_config(folder: Path) -> Path:
    """The file with an experiment's resolved config; InputError if there is none."""
    path = folder / "config.yaml"
    if not path.exists():
        raise InputError(
            f"{folder} holds no config.yaml, which the first job of a run writes: start the run, "
            "or give the folder of an experiment, such as results/demo"
        )
    return path
