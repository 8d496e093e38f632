"""Crop a survey's images, labelled or not, into one packed array."""

from pathlib import Path

import job
from galaxyzoo.surveys.crops import crop_survey, with_names
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.labels import read_faults, read_image_names, read_labels, read_names
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
labels_file = snakemake.input.get("labels")
image_names = snakemake.input.get("image_names")
given_faults = snakemake.input.get("faults")
called = read_names(Path(image_names)) if image_names else {}
labels, faults = None, {}
if labels_file:
    tree = tree_from(settings["tree"])
    labels = read_labels(Path(labels_file), tree)
    faults = with_names(label_faults(labels, tree), called)
if given_faults:
    faults |= read_faults(Path(given_faults))
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
    called=called,
)
