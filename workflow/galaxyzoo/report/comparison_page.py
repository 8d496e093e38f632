"""The comparison of experiments: a self-contained page, its figures and its table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, RESAMPLES
from galaxyzoo.evaluation.starts import starts_in_words
from galaxyzoo.report.figures.comparison import compared_curves, differences
from galaxyzoo.report.figures.style import save, save_with_numbers
from galaxyzoo.report.templates import page_templates, picture
from galaxyzoo.runs.comparison import (
    config_differences,
    learning_curves,
    on_one_validation,
    score_table,
)
from galaxyzoo.runs.finished_experiments import Experiment


def write_comparison(
    experiments: Sequence[Experiment],
    apart: Mapping[str, str],
    files: Any,  # noqa: ANN401  (Snakemake's own object)
    template: Path,
    base: str | None = None,
) -> pd.DataFrame:
    """Write the comparison of experiments on one hold-out; return its `comparison.score_table`.

    `apart` gives the reason for each experiment that is not compared. `files` are the paths to
    write: page, table, curves and differences. `base` is the experiment that the others are
    variants of; without one, they are compared with the best on validation galaxies.
    """
    scores = score_table(experiments, base)
    by_name = {experiment.name: experiment for experiment in experiments}
    experiments = [by_name[name] for name in scores["experiment"]]
    save(compared_curves(learning_curves(experiments)), Path(files.curves))
    save_with_numbers(differences(scores, base), scores, Path(files.differences))
    scores.to_csv(files.table, index=False)
    in_words = {one.name: starts_in_words(one.metrics.get("starts")) for one in experiments}
    configs = {one.name: one.config for one in experiments if not one.members}
    pages = page_templates(template.parent)
    pages.filters["signed"] = "{:+.5f}".format
    page = pages.get_template(template.name).render(
        scores=scores.astype(object).where(scores.notna(), None).to_dict("records"),
        best=scores.loc[scores["valid_rmse"].idxmin(), "experiment"],
        base=base,
        same_validation=on_one_validation(experiments),
        starts={name: sentences for name, sentences in in_words.items() if sentences},
        trained=list(configs),
        differences=config_differences(configs),
        apart=apart,
        edited={one.name: ", ".join(one.edited) for one in experiments if one.edited},
        survey=experiments[0].metrics["survey"],
        interval_percent=INTERVAL_PERCENT,
        resamples=RESAMPLES,
        pictures={
            "curves": picture(Path(files.curves)),
            "differences": picture(Path(files.differences)),
        },
    )
    Path(files.page).write_text(page, encoding="utf-8")
    return scores
