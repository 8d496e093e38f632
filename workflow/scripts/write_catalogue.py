"""Write a catalogue's tables, its page and the explanation of its columns."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.catalogue.written import write_catalogue
from galaxyzoo.foundation.handed_on import read_json, read_metrics
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
folder, reset = Path(snakemake.output[0]).parent, snakemake.input.get("reset")
tree = tree_from(settings["tree"])
galaxies, differences = write_catalogue(
    sorted(Path(snakemake.input.shards).glob("*.parquet")),
    Path(snakemake.input.listing),
    folder,
    Path(snakemake.input.galaxies),
    Path(snakemake.input.template),
    settings,
    tree,
    read_metrics(snakemake.input.metrics),
    read_calibration(snakemake.input.calibration, tree),
    read_json(reset) if reset else None,
)
for sentence in differences:
    job.log.warning("%s", sentence)
job.log.info("%d galaxies", galaxies)
