"""Figures of what averaging buys, each drawn from a table of `averaging`."""

from itertools import cycle

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from galaxyzoo.evaluation.averaging import BAG
from galaxyzoo.report.figures.style import BASELINE, INK, NETWORK, SEED_COLOURS, STYLE, WIDTH_IN


@matplotlib.rc_context(STYLE)
def lines_by_views(table: pd.DataFrame) -> Figure:
    """The error against the number of views averaged: a line for each seed and one for the bag.

    `table` comes from `averaging.error_by_views`.
    """
    figure = Figure(figsize=(WIDTH_IN, 3.8), layout="constrained")
    axes = figure.subplots()
    seeds = table[table["network"] != BAG].groupby("network", sort=False)
    for (name, line), colour in zip(seeds, cycle(SEED_COLOURS), strict=False):
        axes.plot(
            line["views"],
            line["rmse"],
            color=colour,
            marker="o",
            markersize=4,
            label=f"seed {name}",
        )
    together = table[table["network"] == BAG]
    axes.plot(
        together["views"],
        together["rmse"],
        color=INK,
        marker="o",
        markersize=5,
        linewidth=2.4,
        label="bag",
    )
    axes.set_xscale("log", base=2)
    views = together["views"].tolist()
    axes.xaxis.set_major_locator(FixedLocator(views))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(views[0] / 1.15, views[-1] * 1.15)
    axes.set_xlabel("number of views averaged")
    axes.set_ylabel("RMSE on the hold-out")
    figure.legend(loc="outside right upper")
    return figure


@matplotlib.rc_context(STYLE)
def lines_by_seeds(table: pd.DataFrame) -> Figure:
    """The error against the number of seeds averaged: mean and range over subsets of that size.

    `table` comes from `averaging.error_by_seeds`.
    """
    figure = Figure(figsize=(WIDTH_IN, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.vlines(
        table["seeds"],
        table["lowest"],
        table["highest"],
        color=BASELINE,
        linewidth=7,
        label="best to worst choice",
    )
    axes.plot(
        table["seeds"],
        table["rmse"],
        color=NETWORK,
        marker="o",
        markersize=5,
        label="mean over all choices",
    )
    axes.set_xlim(0.5, len(table) + 0.5)
    axes.xaxis.set_major_locator(FixedLocator(table["seeds"].tolist()))
    axes.set_xlabel("number of seeds averaged")
    axes.set_ylabel("RMSE on the hold-out")
    figure.legend(loc="outside right upper")
    return figure
