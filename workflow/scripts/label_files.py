"""Turn a table of one's own into labels of the galaxies that have an image."""

from pathlib import Path

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.own_files import write_labels

settings = job.start(snakemake)
write_labels(
    Path(snakemake.input.images),
    Path(snakemake.input.table),
    settings["image_column"],
    settings["labels"],
    tree_from(settings["tree"]),
    Path(snakemake.output.solutions),
    Path(snakemake.output.image_names),
)
