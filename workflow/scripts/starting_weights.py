"""Fetch a backbone's starting weights, and the list of galaxies that they learnt."""

from pathlib import Path

import job
from galaxyzoo.engine.pretrained import head_is_for, learnt_by, starting_weights
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.learnt_galaxies import write_learnt

settings = job.start(snakemake)
file = snakemake.input.get("file") or settings["weights"]
weights = starting_weights(settings["backbone"], file)
save_checked(weights, Path(snakemake.output.weights), settings | head_is_for(file))
learnt = learnt_by(file)
write_learnt(learnt, snakemake.output.learnt)
if not learnt.known:
    job.log.warning("%s does not tell which galaxies it learnt", file)
