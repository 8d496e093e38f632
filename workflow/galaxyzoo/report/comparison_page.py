"""The comparison of experiments, on one page that needs nothing else."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, RESAMPLES
from galaxyzoo.report.templates import page_templates, picture


def comparison_page(
    scores: pd.DataFrame,
    differences: Mapping[str, Sequence[str]],
    apart: Mapping[str, str],
    survey: str,
    curves: Path,
    template: Path,
) -> str:
    """The page, as HTML.

    `scores` is that of `comparison.score_table`, and `differences` that of `config_differences` of
    the same experiments in the same order; `apart` tells why others are not among them, and
    `survey` whose galaxies they are scored on. `curves` is the figure's file.
    """
    pages = page_templates(template.parent)
    pages.filters["signed"] = "{:+.5f}".format
    return pages.get_template(template.name).render(
        scores=scores.to_dict("records"),
        differences=differences,
        apart=apart,
        survey=survey,
        interval_percent=INTERVAL_PERCENT,
        resamples=RESAMPLES,
        pictures={"curves": picture(curves)},
    )
