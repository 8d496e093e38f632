"""Simulate a survey, in Kaggle's layout."""

from pathlib import Path

from galaxyzoo.simulation import simulate_survey

import job

settings = job.start(snakemake)
simulate_survey(Path(snakemake.output.solutions).parent, **settings, processes=snakemake.threads)
