"""Put a catalogue that is whole in the place of the one before."""

from pathlib import Path

import job
from galaxyzoo.catalogue.published import publish

job.start(snakemake)
shards, neighbours = Path(snakemake.output.shards), Path(snakemake.output.neighbours)
written = [Path(file) for file in snakemake.input.written]
removed = publish(
    {shards.parent / file.name: file for file in written},
    {
        shards: sorted(Path(snakemake.input.shards).glob("*.parquet")),
        # Without the time that Snakemake keeps in a hidden file of each folder.
        neighbours: sorted(Path(snakemake.input.neighbours).glob("[!.]*")),
        shards.parent / "features.parquet": [Path(file) for file in snakemake.input.features],
    },
)
if removed:
    job.log.info("removed shards of an earlier list: %s", ", ".join(map(str, removed)))
