"""Figures of how often intervals hold, each drawn from a table of `evaluation.coverage`."""

import textwrap
from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from galaxyzoo.calibration.intervals import PERCENT
from galaxyzoo.report.figures.errors import axis_label, without_labels
from galaxyzoo.report.figures.style import BASELINE, INK, NETWORK, STYLE, WIDTH_IN

NAMES = {"fraction": "fraction, of those asked", "joint": "joint probability"}


def promised(axes: Axes, vertical: bool) -> None:
    """Draw the line of the coverage that the intervals were calibrated for."""
    line = axes.axvline if vertical else axes.axhline
    line(PERCENT / 100, color=BASELINE, linewidth=1.2, zorder=0)


def around(table: pd.DataFrame) -> np.ndarray:
    """Lengths (2, rows) of the bars below and above the coverage."""
    ends = table[["coverage_low", "coverage_high"]].sub(table["coverage"], axis=0)
    return np.abs(ends).to_numpy().T


@matplotlib.rc_context(STYLE)
def dots_by_answer(table: pd.DataFrame) -> Figure:
    """A panel per kind of number, with each answer's coverage and its interval.

    `table` comes from `coverage_table`, with each answer's name as `answer`.
    """
    kinds = list(dict.fromkeys(table["kind"]))
    first = table[table["kind"] == kinds[0]]
    rows = np.arange(len(first)) + 0.6 * np.cumsum(~first["question"].duplicated().to_numpy())
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 0.19 * rows[-1]), layout="constrained")
    panels = figure.subplots(1, len(kinds), sharey=True, sharex=True, squeeze=False)[0]
    for axes, kind in zip(panels, kinds, strict=True):
        part = table[table["kind"] == kind]
        promised(axes, vertical=True)
        axes.errorbar(
            part["coverage"], rows, xerr=around(part), fmt="o", color=NETWORK, markersize=4
        )
        axes.set_title(NAMES[kind], loc="left", fontsize=9)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
        axes.set_xlabel(f"galaxies whose {PERCENT} % interval holds")
    names = [
        f"{number}. {textwrap.shorten(name, 26, placeholder=' …')}"
        for number, name in zip(first["question"], first["answer"], strict=True)
    ]
    panels[0].set_yticks(rows, names, color=INK)
    panels[0].set_ylim(rows[-1] + 0.8, rows[0] - 0.8)
    return figure


@matplotlib.rc_context(STYLE)
def coverage_lines(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """A panel per property: coverage above, width below, against the property's value.

    `table` comes from `coverage_by_property`.
    """
    if table.empty:
        return without_labels()
    names = list(dict.fromkeys(table["property"]))
    figure = Figure(figsize=(WIDTH_IN, 4.6), layout="constrained")
    panels = figure.subplots(2, len(names), sharex="col", sharey="row", squeeze=False)
    for (above, below), name in zip(panels.T, names, strict=True):
        promised(above, vertical=False)
        for kind, marker in zip(NAMES, "os", strict=True):
            bins = table[(table["property"] == name) & (table["kind"] == kind)]
            look = {"color": NETWORK, "marker": marker, "markersize": 4.5}
            look |= {"linestyle": "-" if kind == "fraction" else ":", "label": NAMES[kind]}
            above.errorbar(bins["median"], bins["coverage"], around(bins), elinewidth=1.2, **look)
            below.plot(bins["median"], bins["width"], **look)
        below.set_xlabel(axis_label(name, words))
        below.xaxis.set_major_locator(MaxNLocator(5))
        above.yaxis.set_major_formatter(PercentFormatter(1))
    panels[0, 0].set_ylabel("intervals that hold")
    panels[1, 0].set_ylabel("width")
    panels[1, 0].set_ylim(bottom=0)
    figure.legend(*panels[1, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure
