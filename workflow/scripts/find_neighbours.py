"""Compare all galaxies of a catalogue: the index of neighbours, and how strange each galaxy is."""

from pathlib import Path

import job
from galaxyzoo.catalogue.compared import compare_galaxies

settings = job.start(snakemake)
compared = compare_galaxies(
    [Path(shard) for shard in snakemake.input.shards],
    [Path(file) for file in snakemake.input.reduced],
    Path(snakemake.input.listing),
    Path(snakemake.input.reduction),
    Path(snakemake.input.network),
    Path(snakemake.output.shards),
    Path(snakemake.output.neighbours),
    settings,
    snakemake.threads,
)
job.log.info("compared %d galaxies", compared)
