"""Bag the predictions of all seeds."""

import pandas as pd

import job
from galaxyzoo.evaluation.predictions import bagged

job.start(snakemake)
bagged([pd.read_parquet(path) for path in snakemake.input]).to_parquet(
    snakemake.output[0], index=False
)
