"""Average predictions: of all seeds of an experiment, or of all members of an ensemble."""

import job
from galaxyzoo.evaluation.predictions import bagged
from galaxyzoo.foundation.handed_on import read_parquet, write_parquet

settings = job.start(snakemake)
tables = {path: read_parquet(path) for path in snakemake.input}
write_parquet(bagged(tables, settings.get("weights")), snakemake.output[0])
