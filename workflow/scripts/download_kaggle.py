"""Download a survey from Kaggle."""

from pathlib import Path

import job
from galaxyzoo.surveys.kaggle_download import download_survey

settings = job.start(snakemake)
download_survey(Path(snakemake.output.labels).parent, **settings)
