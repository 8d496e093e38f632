"""The self-contained page that compares experiments."""

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

    `scores` comes from `comparison.score_table`, and `differences` from `config_differences` for
    the same experiments in the same order. `apart` gives the reason for each experiment that is not
    compared. `survey` is the survey whose galaxies were scored, and `curves` the figure's file.
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
