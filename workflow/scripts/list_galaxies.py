"""List the galaxies of a catalogue, shard by shard, and fetch the cut-outs of positions."""

from pathlib import Path

import job
from galaxyzoo.catalogue.listing import list_for_catalogue
from galaxyzoo.plan.listed_galaxies import write_record
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
listing = Path(snakemake.output.listing)
count = list_for_catalogue(
    Path(snakemake.input.galaxies),
    listing,
    settings["catalogue"],
    tree_from(settings["tree"]),
    settings["asked_at"],
)
write_record(listing.parent, Path(snakemake.input.galaxies))
job.log.info("%d galaxies in %d shards", count, len(list(listing.glob("*.parquet"))))
