"""Turn a user's own table into labels for the galaxies that have an image."""

from pathlib import Path

import job
from galaxyzoo.surveys.own import write_labels
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
table = snakemake.input.get("table")
write_labels(
    Path(snakemake.input.images),
    Path(table) if table else None,
    settings["own"],
    tree_from(settings["tree"]),
    settings["tree_name"],
    Path(snakemake.output.labels),
    Path(snakemake.output.notes),
    Path(snakemake.output.image_names),
    Path(snakemake.output.faults),
    Path(snakemake.output.votes),
)
