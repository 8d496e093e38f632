"""The figure of a trial of suggested galaxies."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from galaxyzoo.report.figures.style import INK, SEED_COLOURS, STYLE, WIDTH_IN

DODGE = 0.015  # of a number of labels, so that intervals stand side by side


@matplotlib.rc_context(STYLE)
def suggestion_curves(table: pd.DataFrame) -> Figure:
    """Errors and their differences from random draws, against the number of labelled galaxies.

    `table` comes from `suggestion_trials.compared`.
    """
    figure = Figure(figsize=(WIDTH_IN, 3.6), layout="constrained")
    errors, differences = figure.subplots(1, 2, sharex=True)
    differences.axhline(0, color=INK, linewidth=0.8)
    methods = table["method"].unique()
    for place, (method, colour) in enumerate(zip(methods, SEED_COLOURS, strict=False)):
        rows = table[table["method"] == method]
        at = rows["labels"] * (1 + DODGE * (place - (len(methods) - 1) / 2))
        for axes, of, name in ((errors, "rmse", ""), (differences, "difference", "difference_")):
            half = rows[f"{name}upper"] - rows[of]
            look = {"color": colour, "marker": "o", "markersize": 3.5, "capsize": 2.5}
            axes.errorbar(at, rows[of], half, label=method, linewidth=1.2, **look)
    errors.set_ylabel("error on held-out galaxies (RMSE)")
    differences.set_ylabel("difference from random")
    numbers = sorted(table["labels"].unique())
    for axes in (errors, differences):
        axes.set_xscale("log")
        axes.set_xticks(numbers, [str(number) for number in numbers])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("labelled galaxies")
    errors.legend()
    return figure
