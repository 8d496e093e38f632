"""Split the galaxies that are not held out into training and validation, for one seed."""

import job
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.splits import split

settings = job.start(snakemake)
ids = read_index(snakemake.input.index)["GalaxyID"].to_numpy()
holdout = read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy()
parts = split(ids, holdout, settings["validation"], int(snakemake.wildcards.seed))
parts.to_csv(snakemake.output.split)
job.log.info("%s", ", ".join(f"{n} {part}" for part, n in parts.value_counts().items()))
