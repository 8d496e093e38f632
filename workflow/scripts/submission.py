"""Write the bag's predictions of the test images in Kaggle's format."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.evaluation.predictions import write_submission

job.start(snakemake)
write_submission(pd.read_parquet(snakemake.input[0]), Path(snakemake.output[0]))
