"""Average predictions: of all seeds of an experiment, or of all members of an ensemble."""

import job
from galaxyzoo.evaluation.predictions import bagged
from galaxyzoo.foundation.handed_on import read_json, read_own_parquet, write_parquet

job.start(snakemake)
tables = {path: read_own_parquet(path) for path in snakemake.input.members}
weights = snakemake.input.get("weights")
shares = list(read_json(weights).values()) if weights else None
write_parquet(bagged(tables, shares), snakemake.output[0])
