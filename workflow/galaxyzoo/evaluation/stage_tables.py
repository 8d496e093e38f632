"""Tables of how the stages went, by seed and stage: histories, timings and benchmarks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

StageTables = Mapping[int, Mapping[str, pd.DataFrame]]  # seed -> stage -> table


def read_stage_tables(
    paths: Iterable[str], seeds: Sequence[int], stages: Sequence[str], separator: str = ","
) -> dict[int, dict[str, pd.DataFrame]]:
    """Tables by seed and stage, of CSV files that list all stages of one seed, then the next."""
    paths = iter(paths)
    return {
        seed: {stage: pd.read_csv(next(paths), sep=separator) for stage in stages} for seed in seeds
    }


def learning_table(histories: StageTables, stages: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row an epoch of a seed: stages in the order of training, `epoch` counted over them all.

    `stages` are those of the config, in order. Columns: seed, stage, size_px, lr (as the config has
    it, in words), epoch, and of the stage's history train_loss, valid_loss and valid_rmse.
    """
    rows = []
    for seed, by_stage in histories.items():
        for stage in stages:
            curve = by_stage[stage["name"]][["train_loss", "valid_loss", "valid_rmse"]]
            what = {"stage": stage["name"], "size_px": stage["size"], "lr": lr_in_words(stage)}
            rows.append(curve.assign(seed=seed, **what))
    table = pd.concat(rows, ignore_index=True)
    table["epoch"] = table.groupby("seed").cumcount() + 1
    columns = ["seed", "stage", "size_px", "lr", "epoch"]
    return table[[*columns, "train_loss", "valid_loss", "valid_rmse"]]


def lr_in_words(stage: Mapping[str, Any]) -> str:
    """A stage's highest learning rate; from that of the first layers to the head's, if two."""
    rate = stage["lr"]
    return f"{rate[0]:g} to {rate[1]:g}" if isinstance(rate, Sequence) else f"{rate:g}"


def stage_costs(timings: StageTables, benchmarks: StageTables) -> pd.DataFrame:
    """One row a stage, in order, of tables by seed and stage.

    `timings` have a row an epoch: seconds and images_per_second; `benchmarks` are Snakemake's, of
    one row: s, the job's seconds, and max_rss, its highest resident memory in MiB, NaN of a job too
    short to be looked at. Columns: stage; job_seconds and epoch_seconds, means over seeds;
    images_per_second, the median of all epochs; peak_memory_mib, the highest of all seeds. The job
    is the one that finished the stage: of a stage that was stopped, its last part; the epochs are
    all.
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
