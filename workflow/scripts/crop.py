"""Crop a survey's images, labelled or not, into one packed array."""

from pathlib import Path

import job
from galaxyzoo.crops import crop_survey
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.kaggle_files import read_image_names, read_solutions
from galaxyzoo.label_checks import label_faults

settings = job.start(snakemake)
solutions = snakemake.input.get("solutions")
image_names = snakemake.input.get("image_names")
labels, faults = None, {}
if solutions:
    tree = tree_from(settings["tree"])
    labels = read_solutions(Path(solutions), tree)
    faults = label_faults(labels, tree)
crop_survey(
    Path(snakemake.input.images),
    labels,
    faults,
    settings["crop"],
    Path(snakemake.output.crops),
    Path(snakemake.output.index),
    Path(snakemake.output.rejected),
    on_bad_galaxy=settings["on_bad_galaxy"],
    processes=snakemake.threads,
    image_ids=read_image_names(Path(image_names)) if image_names else None,
)
