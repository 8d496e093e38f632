"""Turn a user's own table into labels for the galaxies that have an image."""

from pathlib import Path

import job
from galaxyzoo.surveys.own import write_labels
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
write_labels(
    Path(snakemake.input.images),
    Path(snakemake.input.table),
    settings["image_column"],
    settings["labels"],
    settings["far_sums"],
    tree_from(settings["tree"]),
    Path(snakemake.output.labels),
    Path(snakemake.output.notes),
    Path(snakemake.output.image_names),
)
