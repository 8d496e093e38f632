"""Write which galaxies of a user's own table must stay together in every split."""

from pathlib import Path

import job
from galaxyzoo.surveys.own_rows import own_groups

settings = job.start(snakemake)
table = snakemake.input.get("table")
groups = own_groups(Path(snakemake.input.images), Path(table) if table else None, settings["own"])
groups.to_csv(snakemake.output.groups)
together = groups[groups != ""].value_counts()
job.log.info("%d galaxies in %d groups", together.sum(), len(together))
