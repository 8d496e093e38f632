"""Fetch a backbone's starting weights."""

from pathlib import Path

import job
from galaxyzoo.engine.pretrained import starting_weights
from galaxyzoo.engine.torch_files import save_checked

settings = job.start(snakemake)
weights = starting_weights(settings["backbone"], settings["weights"])
save_checked(weights, Path(snakemake.output.weights), settings)
