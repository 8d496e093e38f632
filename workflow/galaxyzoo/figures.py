"""The report's figures: functions of plain tables and arrays, each of which returns a Figure.

Figures are built with matplotlib's objects alone (no pyplot, no window, no state that outlives a
call), share one style, and are saved byte for byte alike. Wherever an array has columns, these are
the decision tree's, in its order.
"""

import textwrap
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from galaxyzoo.decision_tree import DecisionTree

WIDTH_IN = 9.0
POINTS_PER_IN = 72.0
PIXELS_PER_IN = 160

INK, MUTED, GRID, BAND = "#1c2333", "#5d6675", "#e3e6ec", "#f4f5f8"
NETWORK, BASELINE = "#0072b2", "#c3c9d3"
# Okabe and Ito's palette, whose colours differ for colour-blind eyes too; without its yellow,
# too pale for a line on white.
SEED_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#1c2333")
DENSITY = LinearSegmentedColormap.from_list("density", ["#dcebf7", "#4f9fd0", "#0b5a94", "#08213f"])

STYLE = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so text is as wide everywhere
    "font.size": 9,
    "text.color": INK,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": "#aab1bd",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": "#aab1bd",
    "ytick.color": "#aab1bd",
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "lines.solid_capstyle": "round",
    "figure.dpi": PIXELS_PER_IN,
    "figure.facecolor": "white",
    "svg.hashsalt": "galaxyzoo",
}

PANELS_IN_A_ROW = 4


def save(figure: Figure, path: Path) -> None:
    """Write a figure in the format of the path's suffix, undated: equal figures, equal bytes."""
    undated = {"Date": None} if path.suffix == ".svg" else {"Software": None}
    with matplotlib.rc_context(STYLE):
        figure.savefig(path, metadata=undated)


@matplotlib.rc_context(STYLE)
def learning_curves(histories: Mapping[int, Mapping[str, pd.DataFrame]]) -> Figure:
    """Validation error and losses of all stages, one after the other, a colour for each seed.

    `histories` maps seed -> stage -> its history, one row an epoch (`train_loss`, `valid_loss`,
    `valid_rmse`); stages stand in the order they were trained in, alike for every seed.
    """
    figure = Figure(figsize=(WIDTH_IN, 5.6), layout="constrained")
    rmse, loss = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for (seed, stages), colour in zip(histories.items(), cycle(SEED_COLOURS), strict=False):
        history = pd.concat(stages.values(), ignore_index=True)
        epoch = np.arange(1, len(history) + 1)
        dots = {"color": colour, "marker": "o", "markersize": 3 if len(history) <= 40 else 0}
        last = history["valid_rmse"].iloc[-1]
        rmse.plot(epoch, history["valid_rmse"], **dots, label=f"seed {seed}: {last:.4f} at the end")
        loss.plot(epoch, history["valid_loss"], **dots, linewidth=1.2)
        loss.plot(epoch, history["train_loss"], color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
    lengths = {name: len(history) for name, history in next(iter(histories.values())).items()}
    for axes in (rmse, loss):
        shade_stages(axes, list(lengths.values()))
    name_stages(rmse, lengths)
    rmse.set_ylabel("validation error (RMSE)")
    rmse.legend()
    loss.set_ylabel("loss")
    figure.align_ylabels()
    loss.set_xlabel("epoch, counted over all stages")
    loss.legend(
        [Line2D([], [], color=MUTED), Line2D([], [], color=MUTED, linestyle=(0, (3, 2)))],
        ["validation", "training"],
    )
    return figure


def shade_stages(axes: Axes, lengths: list[int]) -> None:
    """A band behind the epochs of each stage, every other one grey, and whole epochs as ticks."""
    ends = np.cumsum(lengths) + 0.5
    for i, (length, end) in enumerate(zip(lengths, ends, strict=True)):
        axes.axvspan(end - length, end, facecolor=BAND if i % 2 == 0 else "white", zorder=0, lw=0)
    axes.set_xlim(0.5, ends[-1])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False, axis="x")


def name_stages(axes: Axes, lengths: Mapping[str, int]) -> None:
    """The stages' names above their bands; slanted where one is wider than its band."""
    counts = np.array(list(lengths.values()))
    band_in = 0.88 * WIDTH_IN * counts / counts.sum()
    name_in = np.array([0.62 * 8.5 / POINTS_PER_IN * len(name) for name in lengths])
    slant = {"rotation": 35, "ha": "left"} if (name_in > band_in).any() else {"ha": "center"}
    top = axes.secondary_xaxis("top")
    top.set_xticks(np.cumsum(counts) - counts / 2 + 0.5, list(lengths), **slant)
    top.tick_params(length=0, labelcolor=INK)
    top.spines["top"].set_visible(False)


@matplotlib.rc_context(STYLE)
def lr_finder(found: pd.DataFrame, suggested: float, configured: float | list[float]) -> Figure:
    """The loss against the learning rate as it rose, the suggested rate and the config's marked.

    `found` has a row a batch: `lr` and the smoothed `loss`; `configured` is the stage's `lr`, of
    which the head's, the highest, is shown.
    """
    configured = configured[-1] if isinstance(configured, list) else configured
    figure = Figure(figsize=(WIDTH_IN, 4.0), layout="constrained")
    axes = figure.subplots()
    axes.plot(found["lr"], found["loss"], color=NETWORK)
    loss = found["loss"].iloc[(found["lr"] - suggested).abs().argmin()]
    axes.plot(
        suggested, loss, "o", color=NETWORK, markersize=7, label=f"suggested: {suggested:.1e}"
    )
    axes.axvline(
        configured, color=MUTED, linestyle=(0, (3, 2)), label=f"in the config: {configured:.1e}"
    )
    axes.set_xscale("log")
    axes.set_ylim(0.9 * found["loss"].min(), min(found["loss"].max(), 3 * found["loss"].iloc[0]))
    axes.set_xlabel("learning rate of the head")
    axes.set_ylabel("loss, smoothed")
    axes.legend()
    return figure


@matplotlib.rc_context(STYLE)
def error_by_question(
    bag: Mapping[str, float], mean_label: Mapping[str, float], tree: DecisionTree
) -> Figure:
    """Two bars a question: the ensemble's error over its columns, and the mean label's.

    Both map a question's number, as a string, to a root mean square error.
    """
    questions = tree.questions
    figure = Figure(figsize=(WIDTH_IN, 1.1 + 0.5 * len(questions)), layout="constrained")
    axes = figure.subplots()
    rows = np.arange(len(questions))
    for offset, errors, colour, name in (
        (-0.19, bag, NETWORK, "ensemble"),
        (0.19, mean_label, BASELINE, "mean label: the same answer for every galaxy"),
    ):
        values = [errors[str(question.number)] for question in questions]
        bars = axes.barh(rows + offset, values, height=0.34, color=colour, label=name)
        axes.bar_label(bars, fmt="%.3f", padding=4, fontsize=8, color=MUTED)
    texts = [textwrap.fill(f"{question.number}. {question.text}", 48) for question in questions]
    axes.set_yticks(rows, texts, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(questions) - 0.45, -0.55)
    axes.set_xlabel("RMSE over the question's answers")
    axes.margins(x=0.08)
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside upper right", ncols=2)
    return figure


@matplotlib.rc_context(STYLE)
def predicted_against_voted(predicted: np.ndarray, voted: np.ndarray, tree: DecisionTree) -> Figure:
    """How many galaxies have which pair of voted and predicted probability, for the main answers.

    Both are (N, columns), float, in [0, 1]. All panels share one logarithmic scale of colour.
    """
    edges = np.linspace(0, 1, 33)
    positions = [tree.columns.index(column) for column in tree.main_columns]
    counts = {
        i: np.histogram2d(predicted[:, i], voted[:, i], bins=edges)[0].astype(int)
        for i in positions
    }
    norm = LogNorm(1, max(2, *(count.max() for count in counts.values())))
    columns = min(len(positions), PANELS_IN_A_ROW)
    rows = -(-len(positions) // columns)
    width_in = WIDTH_IN - 1.9 * (PANELS_IN_A_ROW - columns)
    figure = Figure(figsize=(width_in, 0.5 + 2 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(positions) :]:
        axes.set_axis_off()
    for axes, i in zip(panels.flat, positions, strict=False):
        cells = axes.pcolormesh(
            edges, edges, np.ma.masked_equal(counts[i], 0), cmap=DENSITY, norm=norm, zorder=2
        )
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.7, alpha=0.45, zorder=3)
        error = np.sqrt(np.mean((predicted[:, i] - voted[:, i]) ** 2))
        axes.set_title(tree.answers[tree.columns[i]].name, fontweight="bold")
        axes.text(0.04, 0.96, f"RMSE {error:.3f}", va="top", fontsize=8, color=MUTED)
        axes.set(aspect="equal", xlim=(0, 1), ylim=(0, 1))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks([0, 0.5, 1], ["0", "0.5", "1"])
    figure.supxlabel("voted by the crowd", fontsize=9, color=MUTED)
    figure.supylabel("predicted by the ensemble", fontsize=9, color=MUTED)
    bar = figure.colorbar(
        cells, ax=panels, location="right", shrink=0.4, aspect=24, pad=0.02, format="{x:g}"
    )
    bar.set_label("galaxies in a cell")
    bar.outline.set_visible(False)
    return figure
