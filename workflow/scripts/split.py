"""Split the galaxies that are not held out into training and validation, for one seed."""

import pandas as pd

import job
from galaxyzoo.surveys.splits import split

settings = job.start(snakemake)
ids = pd.read_csv(snakemake.input.index, usecols=["GalaxyID"])["GalaxyID"].to_numpy()
holdout = pd.read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy()
parts = split(ids, holdout, settings["validation"], int(snakemake.wildcards.seed))
parts.to_csv(snakemake.output.split)
job.log.info("%s", ", ".join(f"{n} {part}" for part, n in parts.value_counts().items()))
