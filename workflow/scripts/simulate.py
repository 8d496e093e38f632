"""Simulate a survey, in Kaggle's layout."""

from pathlib import Path

import job
from galaxyzoo.simulation import simulate_survey

settings = job.start(snakemake)
simulate_survey(Path(snakemake.output.solutions).parent, **settings, processes=snakemake.threads)
