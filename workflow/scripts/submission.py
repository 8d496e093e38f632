"""Write the bag's predictions of the test images in Kaggle's format."""

from pathlib import Path

import job
from galaxyzoo.evaluation.predictions import write_submission
from galaxyzoo.foundation.handed_on import read_parquet

job.start(snakemake)
write_submission(read_parquet(snakemake.input[0]), Path(snakemake.output[0]))
