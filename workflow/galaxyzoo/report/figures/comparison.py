"""Figures that compare experiments."""

from itertools import cycle, product

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT
from galaxyzoo.report.figures.style import MUTED, NETWORK, SEED_COLOURS, STYLE, WIDTH_IN

LEGEND_COLUMNS = 3
LEGEND_LINE_IN = 0.2
ROW_IN = 0.32


@matplotlib.rc_context(STYLE)
def compared_curves(table: pd.DataFrame) -> Figure:
    """Validation error against the epoch and against time, with one colour per experiment.

    `table` comes from `comparison.learning_curves`. If there are more experiments than colours,
    the colours repeat with dashed, then with dotted lines.
    """
    names = table["experiment"].unique()
    lines_of_legend = -(-len(names) // LEGEND_COLUMNS)
    height_in = 3.6 + LEGEND_LINE_IN * lines_of_legend
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    by_epoch, by_time = figure.subplots(1, 2, sharey=True)
    for name, (dashes, colour) in zip(names, cycle(product(("-", "--", ":"), SEED_COLOURS))):
        curve = table[table["experiment"] == name]
        look = {"color": colour, "linestyle": dashes, "marker": "o", "label": name}
        look["markersize"] = 3 if len(curve) <= 40 else 0
        by_epoch.plot(curve["epoch"], curve["valid_rmse"], **look)
        by_time.plot(curve["minutes"], curve["valid_rmse"], **look)
    by_epoch.set_ylabel("validation error (RMSE), mean over seeds")
    by_epoch.set_xlabel("epoch, counted over all stages")
    by_epoch.xaxis.set_major_locator(MaxNLocator(integer=True))
    by_time.set_xlabel("minutes of training per seed")
    by_time.set_xlim(left=0)
    lines, labels = by_epoch.get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=LEGEND_COLUMNS)
    return figure


@matplotlib.rc_context(STYLE)
def differences(table: pd.DataFrame, base: str | None) -> Figure:
    """Each experiment's error as the difference from the first one's, with its paired interval.

    `table` comes from `comparison.score_table`. To the left of the line, an experiment is better
    than the `base` or, if there is none, than the best on validation galaxies.
    """
    first, others = table.iloc[0], table.iloc[1:][::-1]
    rows = range(len(others))
    figure = Figure(figsize=(WIDTH_IN, 1.1 + ROW_IN * max(len(rows), 1)), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color=MUTED, linewidth=1)
    low = others["difference"] - others["difference_low"]
    high = others["difference_high"] - others["difference"]
    axes.errorbar(others["difference"], rows, xerr=[low, high], fmt="o", color=NETWORK)
    axes.set_yticks(rows, others["experiment"])
    axes.set_ylim(-0.6, max(len(rows), 1) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.set_title(f"{first['experiment']}: {first['rmse']:.4f}")
    axes.set_xlabel(
        f"RMSE minus that of {first['experiment']}, the "
        f"{'base' if base else 'best on validation'}; bars: paired {INTERVAL_PERCENT} % interval"
        f"{'s, for all at once,' if len(others) > 1 else ''} over galaxies"
    )
    return figure
