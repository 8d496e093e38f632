"""Plot the learning curves of all stages and seeds."""

from pathlib import Path

import job
from galaxyzoo.report.figures.learning import learning_curves
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.runs.stage_tables import learning_table, read_stage_tables

settings = job.start(snakemake)
names = [stage["name"] for stage in settings["stages"]]
histories = read_stage_tables(snakemake.input, settings["seeds"], names)
table = learning_table(histories, settings["stages"])
output = snakemake.output
save_with_numbers(learning_curves(table), table, Path(output.svg), Path(output.narrow))
