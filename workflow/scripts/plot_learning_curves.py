"""Plot the learning curves of all stages and seeds."""

from pathlib import Path

import job
from galaxyzoo.figures_learning import learning_curves
from galaxyzoo.figures_style import save_with_numbers
from galaxyzoo.histories import learning_table, read_histories

settings = job.start(snakemake)
names = [stage["name"] for stage in settings["stages"]]
histories = read_histories(snakemake.input, settings["seeds"], names)
table = learning_table(histories, settings["stages"])
save_with_numbers(learning_curves(table), table, Path(snakemake.output.svg))
