"""Plot the learning curves of all stages and seeds."""

from pathlib import Path

import job
from galaxyzoo.figures import learning_curves, save
from galaxyzoo.histories import read_histories

settings = job.start(snakemake)
histories = read_histories(snakemake.input, settings["seeds"], settings["stages"])
save(learning_curves(histories), Path(snakemake.output[0]))
