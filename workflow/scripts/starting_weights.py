"""Fetch a backbone's starting weights."""

from pathlib import Path

import job
from galaxyzoo.engine.pretrained import save_weights, starting_weights

settings = job.start(snakemake)
save_weights(
    starting_weights(settings["backbone"], settings["weights"]),
    Path(snakemake.output.weights),
    provenance=settings,
)
