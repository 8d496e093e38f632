"""Crop a survey's images, labelled or not, into one packed array."""

from pathlib import Path

import job
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.crops import crop_survey, with_names
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.labels import read_faults, read_image_names, read_labels, read_names
from galaxyzoo.surveys.masked_tables import (
    differences_in_words,
    masked_in_words,
    masked_table,
    not_at_random,
)
from galaxyzoo.surveys.missing_labels import masked_labels, read_notes
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
labels_file = snakemake.input.get("labels")
notes_file = snakemake.input.get("label_notes")
image_names = snakemake.input.get("image_names")
given_faults = snakemake.input.get("faults")
called = read_names(Path(image_names)) if image_names else {}
labels, faults = None, {}
if labels_file:
    tree = tree_from(settings["tree"])
    given = read_notes(Path(notes_file), tree.columns) if notes_file else None
    labels, notes = masked_labels(read_labels(Path(labels_file), tree), given, tree)
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
if labels_file:
    kept = read_index(snakemake.output.index)["GalaxyID"]
    labels, notes = labels.loc[kept], notes.loc[kept]
    masked, differing = masked_table(notes, tree), not_at_random(labels, notes, tree)
    masked.to_csv(snakemake.output.masked, index=False)
    differing.to_csv(snakemake.output.not_at_random, index=False)
    for line in masked_in_words(masked):
        job.log.info("%s", line)
    for sentence in differences_in_words(differing):
        job.log.warning("%s", sentence)
