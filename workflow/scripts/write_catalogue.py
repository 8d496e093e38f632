"""Write a catalogue's tables, its page and the explanation of its columns."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.catalogue.written import write_catalogue
from galaxyzoo.foundation.handed_on import read_metrics
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
folder = Path(snakemake.output[0]).parent
tree = tree_from(settings["tree"])
galaxies, differences = write_catalogue(
    [Path(shard) for shard in snakemake.input.shards],
    Path(snakemake.input.listing),
    folder,
    Path(snakemake.input.galaxies),
    Path(snakemake.input.template),
    settings,
    tree,
    read_metrics(snakemake.input.metrics),
    read_calibration(snakemake.input.calibration, tree),
)
for sentence in differences:
    job.log.warning("%s", sentence)
job.log.info("%d galaxies", galaxies)
