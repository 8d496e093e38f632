"""Compare the variants of an experiment, and their ensemble, with the experiment itself."""

from pathlib import Path

import yaml

import job
from galaxyzoo.report.comparison_page import write_comparison
from galaxyzoo.runs.comparison import on_one_holdout
from galaxyzoo.runs.finished_experiments import read_experiment

settings = job.start(snakemake)
names = settings["experiments"]
results = Path(snakemake.output.page).parents[1]
base = names[0]
compared, apart = on_one_holdout([read_experiment(results / name) for name in names], base)
scores = write_comparison(
    compared, apart, snakemake.output, Path(snakemake.input.template), base=base
)
text = yaml.safe_dump(settings["config"], sort_keys=False, allow_unicode=True)
Path(snakemake.output.config).write_text(text, encoding="utf-8")
for row in scores.itertuples():
    job.log.info("%s: RMSE %.5f, %+.5f", row.experiment, row.rmse, row.difference)
