"""Crop a survey's images, labelled or not, into one packed array."""

from pathlib import Path

import job
from galaxyzoo.surveys.crops import crop_survey
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.labels import read_image_names, read_labels
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
labels_file = snakemake.input.get("labels")
image_names = snakemake.input.get("image_names")
labels, faults = None, {}
if labels_file:
    tree = tree_from(settings["tree"])
    labels = read_labels(Path(labels_file), tree)
    faults = label_faults(labels, tree)
crop_survey(
    Path(snakemake.input.images),
    labels,
    faults,
    settings["crop"],
    Path(snakemake.output.crops),
    Path(snakemake.output.index),
    Path(snakemake.output.rejected),
    on_bad_galaxy=snakemake.config["on_bad_galaxy"][snakemake.wildcards.survey],
    processes=snakemake.threads,
    image_ids=read_image_names(Path(image_names)) if image_names else None,
)
