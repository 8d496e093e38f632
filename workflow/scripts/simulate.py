"""Simulate a survey in Kaggle's layout: its labelled galaxies, or its unlabelled test galaxies."""

from pathlib import Path

import job
from galaxyzoo.simulation.survey import simulate_survey, simulate_test

settings = job.start(snakemake)
simulate = simulate_test if "test_galaxies" in settings else simulate_survey
simulate(Path(snakemake.output[0]).parent, **settings, processes=snakemake.threads)
