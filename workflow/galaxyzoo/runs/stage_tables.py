"""Tables of all stages, by seed and stage: histories, timings and benchmarks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.plan.probes import is_trained

StageTables = Mapping[int, Mapping[str, pd.DataFrame]]  # seed -> stage -> table


def read_stage_tables(
    paths: Iterable[str], seeds: Sequence[int], stages: Sequence[str], separator: str = ","
) -> dict[int, dict[str, pd.DataFrame]]:
    """Tables by seed and stage, from CSV files that list all stages of one seed, then the next."""
    paths = iter(paths)
    return {seed: {stage: read_csv(next(paths), separator) for stage in stages} for seed in seeds}


def learning_table(histories: StageTables, stages: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per seed and epoch: stages in the order of training, `epoch` counted across them.

    `stages` are those of the config, in order. Columns: seed, stage, size_px, lr (as in the config,
    in words), highest_lr (the head's), schedule, epoch, and train_loss, valid_loss and valid_rmse
    from the stage's history. A probe is one epoch, without a rate and a schedule.
    """
    rows = []
    for seed, by_stage in histories.items():
        for stage in stages:
            curve = by_stage[stage["name"]][["train_loss", "valid_loss", "valid_rmse"]]
            rows.append(
                curve.assign(
                    seed=seed,
                    stage=stage["name"],
                    size_px=stage["size"],
                    lr=lr_in_words(stage),
                    highest_lr=np.ravel(stage.get("lr", np.nan))[-1],
                    schedule=stage.get("schedule", ""),
                )
            )
    table = pd.concat(rows, ignore_index=True)
    table["epoch"] = table.groupby("seed").cumcount() + 1
    columns = ["seed", "stage", "size_px", "lr", "highest_lr", "schedule", "epoch"]
    return table[[*columns, "train_loss", "valid_loss", "valid_rmse"]]


def kept_weights(stage: Mapping[str, Any], history: pd.DataFrame) -> tuple[int, float]:
    """The epoch whose weights a stage ends with, and their validation error.

    Epoch 0 is the weights that it began with.
    """
    errors = history["valid_rmse"].to_numpy()
    if stage.get("keep") != "best":
        return len(errors), float(errors[-1])
    errors = [history["begun_rmse"].iloc[0], *errors]
    epoch = int(np.argmin(errors))
    return epoch, float(errors[epoch])


def lr_in_words(stage: Mapping[str, Any]) -> str:
    """A stage's maximum learning rate or, if it has two, from the lowest layers' to the head's.

    A probe has none.
    """
    if not is_trained(stage):
        return "none"
    rate = stage["lr"]
    return f"{rate[0]:g} to {rate[1]:g}" if isinstance(rate, Sequence) else f"{rate:g}"


def stage_costs(timings: StageTables, benchmarks: StageTables) -> pd.DataFrame:
    """One row per stage, in order, from tables by seed and stage.

    `timings` have one row per epoch: seconds and images_per_second. `benchmarks` are Snakemake's,
    with one row: s, the job's seconds, and max_rss, its peak resident memory in MiB (NaN for a job
    too short to be sampled). Columns: stage; job_seconds and epoch_seconds, means over seeds;
    images_per_second, the median of all epochs; peak_memory_mib, the maximum over seeds. If a stage
    was stopped and resumed, job_seconds covers only the job that finished it, epoch_seconds all
    epochs.
    """
    rows = []
    for stage in next(iter(timings.values())):
        epochs = [by_stage[stage] for by_stage in timings.values()]
        jobs = pd.concat([by_stage[stage] for by_stage in benchmarks.values()])
        rows.append(
            {
                "stage": stage,
                "job_seconds": jobs["s"].mean(),
                "epoch_seconds": sum(table["seconds"].sum() for table in epochs) / len(epochs),
                "images_per_second": pd.concat(epochs)["images_per_second"].median(),
                "peak_memory_mib": jobs["max_rss"].max(),
            }
        )
    return pd.DataFrame(rows)
