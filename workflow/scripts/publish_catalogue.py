"""Put a catalogue that is whole in the place of the one before."""

from pathlib import Path

import job
from galaxyzoo.catalogue.published import publish

job.start(snakemake)
shards = Path(snakemake.output.shards)
written = [Path(file) for file in snakemake.input.written]
removed = publish(
    {shards.parent / file.name: file for file in written},
    {
        shards: [Path(shard) for shard in snakemake.input.shards],
        shards.parent / "features.parquet": [Path(file) for file in snakemake.input.features],
    },
)
if removed:
    job.log.info("removed shards of an earlier list: %s", ", ".join(map(str, removed)))
