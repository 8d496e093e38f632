"""Write what the owner calls the galaxies, with the columns that are carried along."""

from pathlib import Path

import job
from galaxyzoo.surveys.own_rows import own_galaxies

settings = job.start(snakemake)
table = snakemake.input.get("table")
galaxies = own_galaxies(
    Path(snakemake.input.images), Path(table) if table else None, settings["own"]
)
galaxies.to_csv(snakemake.output.galaxies)
