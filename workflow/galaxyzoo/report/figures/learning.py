"""Figures of how the networks learn."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatter, MaxNLocator, NullFormatter

from galaxyzoo.engine.schedule import SCHEDULES
from galaxyzoo.report.figures.style import (
    BAND,
    INK,
    MUTED,
    NETWORK,
    PAPER,
    POINTS_PER_IN,
    SEED_COLOURS,
    STYLE,
    WIDTH_IN,
)

POINTS_OF_A_RATE = 100  # of a stage, however many batches it has


@matplotlib.rc_context(STYLE)
def learning_curves(table: pd.DataFrame) -> Figure:
    """Validation error and losses of all stages, a colour per seed, over the learning rate.

    `table` comes from `stage_tables.learning_table`.
    """
    figure = Figure(figsize=(WIDTH_IN, 7.0), layout="constrained")
    rmse, loss, rate = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 1))
    for (seed, curve), colour in zip(table.groupby("seed", sort=False), cycle(SEED_COLOURS)):
        dots = {"color": colour, "marker": "o", "markersize": 3 if len(curve) <= 40 else 0}
        last = curve["valid_rmse"].iloc[-1]
        epoch = curve["epoch"]
        rmse.plot(epoch, curve["valid_rmse"], **dots, label=f"seed {seed}: {last:.4f} at the end")
        loss.plot(epoch, curve["valid_loss"], **dots, linewidth=1.2)
        loss.plot(epoch, curve["train_loss"], color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
    one_seed = table[table["seed"] == table["seed"].iloc[0]]
    stages = one_seed.groupby("stage", sort=False)[
        ["size_px", "lr", "highest_lr", "schedule"]
    ].first()
    lengths = one_seed.groupby("stage", sort=False).size().to_numpy()
    ends = np.cumsum(lengths)
    for length, end, (_, stage) in zip(lengths, ends, stages.iterrows(), strict=True):
        if np.isnan(stage["highest_lr"]):
            continue  # a probe
        done = np.linspace(0, 1, POINTS_OF_A_RATE)
        factors = [
            SCHEDULES[stage["schedule"]](step, POINTS_OF_A_RATE).lr_factor
            for step in range(POINTS_OF_A_RATE)
        ]
        rate.plot(
            end - length + 0.5 + length * done,
            stage["highest_lr"] * np.array(factors),
            color=MUTED,
            linewidth=1.2,
        )
    for axes in (rmse, loss, rate):
        shade_stages(axes, lengths)
    name_stages(
        rmse,
        lengths,
        [f"{name}\n{row['size_px']} px\nlr {row['lr']}" for name, row in stages.iterrows()],
    )
    rmse.set_ylabel("validation error (RMSE)")
    rmse.legend()
    loss.set_ylabel("loss")
    rate.set_ylabel("learning rate")
    rate.set_ylim(bottom=0)
    figure.align_ylabels()
    rate.set_xlabel("epoch, counted over all stages")
    loss.legend(
        [Line2D([], [], color=MUTED), Line2D([], [], color=MUTED, linestyle=(0, (3, 2)))],
        ["validation", "training"],
    )
    return figure


def shade_stages(axes: Axes, lengths: np.ndarray) -> None:
    """Shade every other stage, mark where each but the first begins, set ticks to whole epochs."""
    ends = np.cumsum(lengths) + 0.5
    for i, (length, end) in enumerate(zip(lengths, ends, strict=True)):
        axes.axvspan(end - length, end, facecolor=BAND if i % 2 == 0 else PAPER, zorder=0, lw=0)
    axes.vlines(
        ends[:-1],
        *(0, 1),
        transform=axes.get_xaxis_transform(),
        color=MUTED,
        linewidth=0.9,
        linestyle=(0, (4, 3)),
    )
    axes.set_xlim(0.5, ends[-1])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False, axis="x")


def name_stages(axes: Axes, lengths: np.ndarray, texts: Sequence[str]) -> None:
    """Describe each stage above its band; in one slanted line if any band is too narrow."""
    band_in = 0.88 * WIDTH_IN * lengths / lengths.sum()
    longest = [max(map(len, text.split("\n"))) for text in texts]
    is_tight = (0.62 * 8.5 / POINTS_PER_IN * np.array(longest) > band_in).any()
    if is_tight:
        texts = [", ".join(text.split("\n")) for text in texts]
    top = axes.secondary_xaxis("top")
    place = {"rotation": 40, "ha": "left"} if is_tight else {"ha": "center"}
    top.set_xticks(np.cumsum(lengths) - lengths / 2 + 0.5, texts, **place)
    top.tick_params(length=0, labelcolor=INK)
    top.spines["top"].set_visible(False)


@matplotlib.rc_context(STYLE)
def lr_finder(sweep: pd.DataFrame, suggested: float, configured: float | list[float]) -> Figure:
    """The loss against the rising learning rate, with the suggested and configured rates marked.

    `sweep` has one row per batch: `lr` and the smoothed `loss`. `configured` is the stage's `lr`;
    of a pair, the higher one is shown, which is the head's.
    """
    configured = configured[-1] if isinstance(configured, list) else configured
    figure = Figure(figsize=(WIDTH_IN, 4.0), layout="constrained")
    axes = figure.subplots()
    axes.plot(sweep["lr"], sweep["loss"], color=NETWORK)
    loss = sweep["loss"].iloc[(sweep["lr"] - suggested).abs().argmin()]
    axes.plot(
        suggested, loss, "o", color=NETWORK, markersize=7, label=f"suggested: {suggested:.1e}"
    )
    axes.axvline(
        configured, color=MUTED, linestyle=(0, (3, 2)), label=f"in the config: {configured:.1e}"
    )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(LogFormatter())  # 1e-05; the default writes formulas
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(0.9 * sweep["loss"].min(), min(sweep["loss"].max(), 3 * sweep["loss"].iloc[0]))
    axes.set_xlabel("learning rate of the head")
    axes.set_ylabel("smoothed loss")
    axes.legend()
    return figure
