"""The comparison of experiments: a self-contained page, its figures and its table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from galaxyzoo.evaluation.bootstrap import INTERVAL_PERCENT, RESAMPLES
from galaxyzoo.evaluation.choices import choices_in_words
from galaxyzoo.evaluation.starts import start_in_words, starts_in_words
from galaxyzoo.report.figures.comparison import compared_curves, differences
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.report.findings import of_comparison
from galaxyzoo.report.templates import figure_links, page_templates, picture, relative
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
    curves = learning_curves(experiments)
    save_with_numbers(compared_curves(curves), curves, Path(files.curves))
    save_with_numbers(differences(scores, base), scores, Path(files.differences))
    scores.to_csv(files.table, index=False)
    in_words = {one.name: starts_in_words(one.metrics.get("starts")) for one in experiments}
    alone = {one.name: start_in_words(one.metrics.get("start")) for one in experiments}
    chosen = {one.name: choices_in_words(one.metrics) for one in experiments}
    configs = {one.name: one.config for one in experiments if not one.members}
    here = Path(files.page).parent
    reports = {name: here / (".." if base else "") / name / "report.html" for name in by_name}
    pages = page_templates(template.parent)
    pages.filters["signed"] = "{:+.5f}".format
    page = pages.get_template(template.name).render(
        scores=scores.astype(object).where(scores.notna(), None).to_dict("records"),
        best=scores.loc[scores["valid_rmse"].idxmin(), "experiment"],
        base=base,
        findings={"scores": of_comparison(scores, base)},
        # Those of the variants of a run may be written after this page.
        reports={
            name: relative(report, here)
            for name, report in reports.items()
            if base or report.exists()
        },
        table_file=relative(Path(files.table), here),
        config_file=relative(Path(files.config), here) if base else None,
        same_validation=on_one_validation(experiments),
        starts={name: sentences for name, sentences in in_words.items() if sentences},
        choices={name: sentences for name, sentences in chosen.items() if sentences},
        trained_starts={name: sentences for name, sentences in alone.items() if sentences},
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
        figure_links={
            "curves": figure_links(Path(files.curves), here),
            "differences": figure_links(Path(files.differences), here),
        },
    )
    Path(files.page).write_text(page, encoding="utf-8")
    return scores
