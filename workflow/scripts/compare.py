"""Compare all experiments in the folder of results that were scored on the same hold-out."""

from pathlib import Path

import job
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.comparison_page import write_comparison
from galaxyzoo.runs.comparison import on_one_holdout
from galaxyzoo.runs.finished_experiments import found_experiments

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
apart = dict(sorted((apart | unfinished).items()))
scores = write_comparison(compared, apart, snakemake.output, Path(snakemake.input.template))
for one in compared:
    if one.edited:
        job.log.warning(
            "%s: config.yaml has another %s than its results, which are compared as they were made",
            *(one.name, ", ".join(one.edited)),
        )
if apart:
    reasons = "; ".join(f"{name}: {why}" for name, why in apart.items())
    job.log.warning("%d under %s are left out: %s", len(apart), page.parent, reasons)
job.log.info("Compared: %s", ", ".join(scores["experiment"]))
