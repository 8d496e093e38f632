"""Figures of a tree of classes, each drawn from a table of `confusion` or `classes`."""

import textwrap

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from galaxyzoo.report.figures.errors import DENSITY
from galaxyzoo.report.figures.style import BASELINE, INK, NETWORK, PAPER, SEED_COLOURS, STYLE

DASHES = ("-", "--", ":", "-.")  # for more classes than there are colours
CELL_IN = 0.62
LONGEST_NAME = 24


@matplotlib.rc_context(STYLE)
def confusion_matrix(table: pd.DataFrame) -> Figure:
    """Galaxies by labelled class, a row each, and predicted class; shaded by share of the row.

    `table` comes from `confusion_table` and has one question.
    """
    counts = table.pivot_table("galaxies", "voted", "predicted", sort=False).to_numpy(int)
    names = [short(name) for name in dict.fromkeys(table["voted"])]
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    side_in = 2 + CELL_IN * len(names)
    figure = Figure(figsize=(side_in + 0.6, side_in), layout="constrained")
    axes = figure.subplots()
    mesh = axes.pcolormesh(shares, cmap=DENSITY, vmin=0, vmax=1, edgecolors=PAPER, rasterized=True)
    for row, column in np.ndindex(counts.shape):
        colour = PAPER if shares[row, column] > 0.4 else "#08213f"
        axes.text(
            column + 0.5,
            row + 0.5,
            f"{counts[row, column]:,}",
            ha="center",
            va="center",
            fontsize=8,
            color=colour,
        )
    middles = np.arange(len(names)) + 0.5
    axes.set_xticks(middles, names, rotation=45, ha="right", color=INK)
    axes.set_yticks(middles, names, color=INK)
    axes.set(aspect="equal", xlabel="predicted", ylabel="labelled")
    axes.invert_yaxis()
    axes.grid(visible=False)
    bar = figure.colorbar(mesh, ax=axes, shrink=0.6, label="share of the labelled class")
    bar.outline.set_visible(False)
    return figure


@matplotlib.rc_context(STYLE)
def roc_curves(table: pd.DataFrame) -> Figure:
    """True against false positive rate, a line for each class, with the area under it.

    `table` comes from `roc_table`.
    """
    figure, axes = square("false positive rate", "true positive rate")
    axes.plot([0, 1], [0, 1], color=BASELINE, linewidth=1)
    for number, (name, rows) in enumerate(table.groupby("class", sort=False)):
        label = f"{short(name)}, area {rows['area'].iloc[0]:.3f}"
        axes.plot(
            rows["false_positive_rate"], rows["true_positive_rate"], label=label, **line(number)
        )
    if not table.empty:
        figure.legend(loc="outside right upper")
    return figure


@matplotlib.rc_context(STYLE)
def precision_recall(table: pd.DataFrame) -> Figure:
    """Precision and recall against the threshold, a panel for each, and a line for each class.

    `table` comes from `precision_recall_table`.
    """
    figure = Figure(figsize=(9.0, 3.8), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, what in zip(panels, ("precision", "recall"), strict=True):
        for number, (name, rows) in enumerate(table.groupby("class", sort=False)):
            axes.plot(
                rows["threshold"],
                rows[what],
                label=short(name),
                drawstyle="steps-pre",  # constant down to the next threshold
                **line(number),
            )
        axes.set(xlim=(0, 1), ylim=(0, 1.02), ylabel=what, xlabel="threshold of the probability")
    if not table.empty:
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper")
    return figure


def square(x: str, y: str) -> tuple[Figure, Axes]:
    """A figure of a unit square with names of its axes, and room for a legend."""
    figure = Figure(figsize=(6.6, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), aspect="equal", xlabel=x, ylabel=y)
    return figure, axes


def line(number: int) -> dict[str, str | float]:
    """The style of the line of a class, by its number from 0."""
    colours = (NETWORK, *SEED_COLOURS[1:])
    dashes = DASHES[number // len(colours) % len(DASHES)]
    return {"color": colours[number % len(colours)], "linestyle": dashes, "linewidth": 1.5}


def short(name: object) -> str:
    """A class's name, short enough for an axis."""
    return textwrap.shorten(str(name), LONGEST_NAME, placeholder=" …") or str(name)[:LONGEST_NAME]
