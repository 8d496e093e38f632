"""Write what the owner calls the galaxies, with the columns that are carried along."""

from pathlib import Path

import job
from galaxyzoo.surveys.own_rows import own_galaxies

settings = job.start(snakemake)
images, table = (snakemake.input.get(name) for name in ("images", "table"))
galaxies = own_galaxies(
    Path(images) if images else None, Path(table) if table else None, settings["own"]
)
galaxies.to_csv(snakemake.output.galaxies)
