"""Fetch a backbone's starting weights."""

from pathlib import Path

import job
from galaxyzoo.engine.pretrained import head_is_for, starting_weights
from galaxyzoo.engine.torch_files import save_checked

settings = job.start(snakemake)
file = snakemake.input.get("file") or settings["weights"]
weights = starting_weights(settings["backbone"], file)
save_checked(weights, Path(snakemake.output.weights), settings | head_is_for(file))
