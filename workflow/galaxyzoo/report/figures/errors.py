"""Figures of the bag's errors, each drawn from a table of `error_tables` or `calibration`."""

import textwrap
from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from galaxyzoo.evaluation.error_tables import DENSITY_CELLS
from galaxyzoo.report.figures.style import BASELINE, INK, MUTED, NETWORK, STYLE, WIDTH_IN

DENSITY = LinearSegmentedColormap.from_list("density", ["#dcebf7", "#4f9fd0", "#0b5a94", "#08213f"])
DENSITIES_IN_A_ROW = 4
RELIABILITIES_IN_A_ROW = 6
PROPERTIES_IN_A_ROW = 3
AXIS_LABELS = {
    "central_brightness": "central brightness, 8-bit levels",
    "half_light_radius_px": "half-light radius, px of the crop",
}
MEAN_LABEL = "mean label: the same for every galaxy"


@matplotlib.rc_context(STYLE)
def bars_by_question(table: pd.DataFrame) -> Figure:
    """Two bars per question: the bag's error over its columns, and the mean label's.

    `table` comes from `question_table`.
    """
    figure = Figure(figsize=(WIDTH_IN, 1.1 + 0.5 * len(table)), layout="constrained")
    axes = figure.subplots()
    rows = np.arange(len(table))
    for offset, name, colour, label in (
        (-0.19, "rmse", NETWORK, "bag"),
        (0.19, "rmse_mean_label", BASELINE, MEAN_LABEL),
    ):
        widths = table[name].fillna(0)
        bars = axes.barh(rows + offset, widths, height=0.34, color=colour, label=label)
        errors = [in_words(error) for error in table[name]]
        axes.bar_label(bars, errors, padding=4, fontsize=8, color=MUTED)
    numbered = zip(table["question"], table["text"], strict=True)
    axes.set_yticks(rows, [textwrap.fill(f"{n}. {text}", 48) for n, text in numbered], color=INK)
    axes.set_ylim(len(table) - 0.45, -0.55)
    axes.set_xlabel("RMSE over the question's answers", loc="right")
    bare(axes)
    figure.legend(loc="outside upper right", ncols=2)
    return figure


@matplotlib.rc_context(STYLE)
def bars_by_answer(table: pd.DataFrame) -> Figure:
    """A bar per answer, grouped by question: the bag's error in front of the mean label's.

    `table` comes from `answer_table`.
    """
    is_first = ~table["question"].duplicated().to_numpy()
    rows = np.arange(len(table)) + 1.2 * np.cumsum(is_first)
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 0.2 * rows[-1]), layout="constrained")
    axes = figure.subplots()
    widths = table[["rmse", "rmse_mean_label"]].fillna(0)
    axes.barh(rows, widths["rmse_mean_label"], height=0.72, color=BASELINE, label=MEAN_LABEL)
    axes.barh(rows, widths["rmse"], height=0.36, color=NETWORK, label="bag")
    longest = widths.max(axis=1)
    for row, end, rmse in zip(rows, longest, table["rmse"], strict=True):
        axes.annotate(
            in_words(rmse),
            (end, row),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=MUTED,
        )
    for row, (_, question) in zip(rows[is_first], table[is_first].iterrows(), strict=True):
        text = textwrap.shorten(f"{question['question']}. {question['text']}", 84, placeholder=" …")
        axes.annotate(
            text,
            (0, row - 0.98),
            (2, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=MUTED,
        )
    names = [textwrap.shorten(name, 30, placeholder=" …") for name in table["answer"]]
    axes.set_yticks(rows, names, color=INK)
    axes.set_ylim(rows[-1] + 0.6, rows[0] - 1.6)
    axes.set_xlabel("RMSE of the answer, over the galaxies")
    bare(axes)
    figure.legend(loc="outside upper right", ncols=2, reverse=True)
    return figure


def in_words(error: float) -> str:
    """An error as its bar is labelled."""
    return "no label" if np.isnan(error) else f"{error:.3f}"


def bare(axes: Axes) -> None:
    """Show only the bars and their labels: no grid, and no axis line at their base."""
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)


@matplotlib.rc_context(STYLE)
def lines_by_property(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """A panel per property: the error against the property's value, with its interval.

    `table` comes from `error_by_property`; the owner's columns keep their names.
    """
    names = list(dict.fromkeys(table["property"]))
    figure = Figure(figsize=(WIDTH_IN, 3.4), layout="constrained")
    rows = -(-len(names) // PROPERTIES_IN_A_ROW)
    figure.set_figheight(0.5 + 2.9 * rows)
    panels = figure.subplots(rows, PROPERTIES_IN_A_ROW, sharey=True, squeeze=False).ravel()
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(panels, names, strict=False):
        bins = table[table["property"] == name]
        axes.plot(
            bins["median"],
            bins["rmse_mean_label"],
            color=BASELINE,
            marker="o",
            markersize=3.5,
            label="mean label",
        )
        around = np.abs(bins[["rmse_low", "rmse_high"]].sub(bins["rmse"], axis=0)).to_numpy().T
        axes.errorbar(
            bins["median"],
            bins["rmse"],
            around,
            color=NETWORK,
            marker="o",
            markersize=4.5,
            elinewidth=1.2,
            label="bag, with 95 % interval",
        )
        axes.set_xlabel(axis_label(name, words))
        axes.xaxis.set_major_locator(MaxNLocator(5))
    panels[0].set_ylim(bottom=0)
    for axes in panels[: len(names) : PROPERTIES_IN_A_ROW]:
        axes.set_ylabel("RMSE of the galaxies in a bin")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure


@matplotlib.rc_context(STYLE)
def predicted_against_voted(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """A panel per answer: the number of galaxies by voted and predicted probability.

    `table` comes from `density_table`. All panels share one logarithmic colour scale.
    """
    if table.empty:
        return without_labels()
    answers = table.groupby("column", sort=False)
    edges = np.linspace(0, 1, DENSITY_CELLS + 1)
    norm = LogNorm(1, max(2, table["galaxies"].max()))
    columns = min(len(answers), DENSITIES_IN_A_ROW)
    rows = -(-len(answers) // columns)
    width_in = WIDTH_IN - 1.9 * (DENSITIES_IN_A_ROW - columns)
    figure = Figure(figsize=(width_in, 0.5 + 2 * rows), layout="constrained")
    panels = panels_for(figure, len(answers), rows, columns)
    for axes, (_, cells) in zip(panels, answers, strict=True):
        counts = np.zeros((DENSITY_CELLS, DENSITY_CELLS), int)
        up, right = (
            np.rint(cells[name] * DENSITY_CELLS).astype(int) for name in ("predicted", "voted")
        )
        counts[up, right] = cells["galaxies"]
        mesh = axes.pcolormesh(
            edges,
            edges,
            np.ma.masked_equal(counts, 0),
            cmap=DENSITY,
            norm=norm,
            zorder=2,
            rasterized=True,
        )
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.7, alpha=0.45, zorder=3)
        axes.set_title(cells["answer"].iloc[0], fontweight="bold")
        error = cells["rmse"].iloc[0]
        axes.text(0.04, 0.96, f"RMSE {error:.3f}", va="top", fontsize=8, color=MUTED)
    figure.supxlabel(voted_by_them(words), fontsize=9, color=MUTED)
    figure.supylabel("predicted by the bag", fontsize=9, color=MUTED)
    bar = figure.colorbar(
        mesh, ax=panels, location="right", shrink=0.4, aspect=24, pad=0.02, format="{x:g}"
    )
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.set_label("galaxies per cell")
    bar.outline.set_visible(False)
    return figure


@matplotlib.rc_context(STYLE)
def reliability(table: pd.DataFrame, words: Mapping[str, str]) -> Figure:
    """A panel per answer: mean vote against the bag's prediction; dots scale with galaxies.

    `table` comes from `reliability_table`.
    """
    answers = table.groupby("column", sort=False)
    columns = min(len(answers), RELIABILITIES_IN_A_ROW)
    rows = -(-len(answers) // columns)
    width_in = WIDTH_IN * columns / RELIABILITIES_IN_A_ROW
    figure = Figure(figsize=(max(width_in, 3), 0.5 + 1.72 * rows), layout="constrained")
    panels = panels_for(figure, len(answers), rows, columns)
    for axes, (_, bins) in zip(panels, answers, strict=True):
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.7, alpha=0.6)
        axes.plot(bins["predicted"], bins["voted"], color=NETWORK, linewidth=1)
        share = bins["galaxies"] / bins["galaxies"].sum()
        axes.scatter(bins["predicted"], bins["voted"], s=4 + 40 * share, color=NETWORK, zorder=3)
        name = f"{bins['question'].iloc[0]}. {bins['answer'].iloc[0]}"
        title = textwrap.shorten(name, 19, placeholder=" …")
        axes.set_title(title, fontweight="bold", fontsize=7.5)
        error = bins["calibration_error"].iloc[0]
        axes.text(0.05, 0.95, f"{error:.3f}", va="top", fontsize=7.5, color=MUTED)
    figure.supxlabel("predicted by the bag", fontsize=9, color=MUTED)
    figure.supylabel(voted_by_them(words), fontsize=9, color=MUTED)
    return figure


def axis_label(name: str, words: Mapping[str, str]) -> str:
    """A property as its axis is labelled: an owner's column keeps its name."""
    return (AXIS_LABELS | {"agreement": words["agreement_on_axis"]}).get(name, name)


def voted_by_them(words: Mapping[str, str]) -> str:
    """How the axis of the labels is named."""
    return f"{words['voted']} by {words['they']}"


@matplotlib.rc_context(STYLE)
def without_labels() -> Figure:
    """What stands in the place of a figure for which no galaxy has a label."""
    figure = Figure(figsize=(WIDTH_IN, 1.0))
    figure.text(0.5, 0.5, "no held-out galaxy has a label of these answers", ha="center")
    return figure


def panels_for(figure: Figure, count: int, rows: int, columns: int) -> list[Axes]:
    """The given number of unit squares, in rows; the lowest of each column has tick labels."""
    panels = figure.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False, subplot_kw={"aspect": "equal"}
    )
    first = panels[0, 0]  # whose limits and ticks are those of all
    first.set(xlim=(0, 1), ylim=(0, 1))
    for axis in (first.xaxis, first.yaxis):
        axis.set_ticks([0, 0.5, 1], ["0", "0.5", "1"])
    for axes in panels.flat[count:]:
        axes.set_axis_off()
    shown = list(panels.flat[:count])
    for axes in shown[-columns:]:
        axes.tick_params(labelbottom=True)
    return shown
