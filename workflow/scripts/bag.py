"""Average predictions: of all seeds of an experiment, or of all members of an ensemble."""

import pandas as pd

import job
from galaxyzoo.evaluation.predictions import bagged

settings = job.start(snakemake)
tables = {path: pd.read_parquet(path) for path in snakemake.input}
bagged(tables, settings.get("weights")).to_parquet(snakemake.output[0], index=False)
