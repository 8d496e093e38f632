"""Tables of how the stages went, as the figures and the report take them: by seed and stage."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

Histories = Mapping[int, Mapping[str, pd.DataFrame]]


def read_histories(
    paths: Iterable[str], seeds: Sequence[int], stages: Sequence[str], separator: str = ","
) -> dict[int, dict[str, pd.DataFrame]]:
    """Tables by seed and stage, of CSV files that list all stages of one seed, then the next."""
    paths = iter(paths)
    return {
        seed: {stage: pd.read_csv(next(paths), sep=separator) for stage in stages} for seed in seeds
    }


def learning_table(histories: Histories, stages: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
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
