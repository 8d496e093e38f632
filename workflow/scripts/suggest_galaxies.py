"""Suggest galaxies of a catalogue to label next, as a table and a page of their pictures."""

from pathlib import Path

import job
from galaxyzoo.catalogue.suggested import write_suggestions

settings = job.start(snakemake)
for sentence in write_suggestions(
    [Path(shard) for shard in snakemake.input.shards],
    [Path(shard) for shard in snakemake.input.get("features") or []],
    [Path(table) for table in snakemake.input.get("labelled") or []],
    Path(snakemake.input.galaxies),
    Path(snakemake.input.listing),
    Path(snakemake.input.template),
    Path(snakemake.output.table),
    Path(snakemake.output.page),
    settings,
):
    job.log.info("%s", sentence)
