"""The figure of what more labels would bring, drawn from a table of `evaluation.label_curve`."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from galaxyzoo.report.figures.style import INK, NETWORK, STYLE, WIDTH_IN


@matplotlib.rc_context(STYLE)
def error_by_labels(table: pd.DataFrame) -> Figure:
    """The error against the number of training galaxies, with intervals.

    The last point is that of the power law: hollow, at the end of a dotted line.
    """
    figure = Figure(figsize=(WIDTH_IN, 3.8), layout="constrained")
    axes = figure.subplots()
    reach = [table["rmse"] - table["low"], table["high"] - table["rmse"]]
    axes.errorbar(table["galaxies"], table["rmse"], reach, fmt="none", ecolor=NETWORK, capsize=3)
    seen, guess = table[~table["extrapolated"]], table.iloc[-2:]
    axes.plot(seen["galaxies"], seen["rmse"], color=NETWORK, marker="o", label="trained")
    axes.plot(guess["galaxies"], guess["rmse"], color=INK, linestyle=":")
    axes.plot(
        guess["galaxies"].iloc[-1:],
        guess["rmse"].iloc[-1:],
        color=INK,
        marker="o",
        markerfacecolor="none",
        linestyle=":",
        label="power law",
    )
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(table["galaxies"].tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("number of training galaxies of each seed")
    axes.set_ylabel("RMSE on the hold-out")
    figure.legend(loc="outside right upper")
    return figure
