"""Simulate a survey, in Kaggle's layout."""

from pathlib import Path

import job
from galaxyzoo.simulation.survey import simulate_survey

settings = job.start(snakemake)
simulate_survey(Path(snakemake.output.labels).parent, **settings, processes=snakemake.threads)
