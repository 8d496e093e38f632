"""Compare all experiments in the folder of results that were scored on the same hold-out."""

from pathlib import Path

import job
from galaxyzoo.evaluation.comparison import (
    config_differences,
    learning_curves,
    on_one_holdout,
    score_table,
)
from galaxyzoo.evaluation.finished_experiments import found_experiments
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.comparison_page import comparison_page
from galaxyzoo.report.figures.comparison import compared_curves
from galaxyzoo.report.figures.style import save

settings = job.start(snakemake)
page = Path(snakemake.output.page)
finished, unfinished = found_experiments(page.parent)
if not finished:
    reasons = "".join(f"; {name}: {why}" for name, why in unfinished.items())
    raise InputError(
        f"no experiment under {page.parent} is finished, so there is nothing to compare: run one "
        f"first, with `snakemake`{reasons}"
    )
compared, apart = on_one_holdout(finished, settings["experiment"])
scores = score_table(compared)
by_name = {experiment.name: experiment for experiment in compared}
compared = [by_name[name] for name in scores["experiment"]]
save(compared_curves(learning_curves(compared)), Path(snakemake.output.curves))
scores.to_csv(snakemake.output.table, index=False)
page.write_text(
    comparison_page(
        scores,
        config_differences({experiment.name: experiment.config for experiment in compared}),
        dict(sorted((apart | unfinished).items())),
        compared[0].metrics["survey"],
        Path(snakemake.output.curves),
        Path(snakemake.input.template),
    ),
    encoding="utf-8",
)
job.log.info("Compared: %s", ", ".join(scores["experiment"]))
