"""The figure of rounds of labels: error and coverage after each."""

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from galaxyzoo.calibration.intervals import PERCENT
from galaxyzoo.report.figures.style import INK, SEED_COLOURS, STYLE, WIDTH_IN

APART = 4  # labels, so that intervals stand side by side


@matplotlib.rc_context(STYLE)
def labelling_rounds(table: pd.DataFrame) -> Figure:
    """Error and coverage on galaxies that are never labelled, against the number of labels.

    `table` comes from `benchmarks.labelling_loop`: the scores before and after each round's reset.
    """
    figure = Figure(figsize=(WIDTH_IN, 3.4), layout="constrained")
    errors, coverage = figure.subplots(1, 2)
    coverage.axhline(PERCENT / 100, color=INK, linewidth=0.8)
    for place, (was_reset, colour) in enumerate(zip((False, True), SEED_COLOURS, strict=False)):
        rows = table[table["reset"] == was_reset]
        label = f"calibration {'reset' if was_reset else 'as trained'}"
        for axes, name in ((errors, "rmse"), (coverage, "coverage")):
            reach = (rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name])
            look = {"color": colour, "marker": "o", "markersize": 3.5, "capsize": 2.5}
            at = rows["labels"] + APART * (2 * place - 1)
            axes.errorbar(at, rows[name], reach, label=label, linewidth=1.2, **look)
    errors.set_ylabel("error on galaxies without a label (RMSE)")
    coverage.set_ylabel(f"coverage of {PERCENT} % intervals")
    for axes in (errors, coverage):
        axes.set_xticks(sorted(table["labels"].unique()))
        axes.set_xlabel("labelled galaxies")
    errors.legend()
    return figure
