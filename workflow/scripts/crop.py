"""Crop a survey's images, labelled or not, into one packed array."""

from pathlib import Path

import job
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.crops import crop_survey
from galaxyzoo.surveys.labelled import UNLABELLED, read_labelled
from galaxyzoo.surveys.masked_tables import masked_in_words, masked_table
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
given = UNLABELLED
if snakemake.input.get("labels"):
    tree = tree_from(settings["tree"])
    given = read_labelled(dict(snakemake.input.items()), tree)
crop_survey(
    Path(snakemake.input.images),
    given.labels,
    given.faults,
    settings["crop"],
    Path(snakemake.output.crops),
    Path(snakemake.output.index),
    Path(snakemake.output.rejected),
    on_bad_galaxy=snakemake.config["on_bad_galaxy"][snakemake.wildcards.survey],
    processes=snakemake.threads,
    image_ids=given.image_ids,
    called=given.called,
)
if given.labels is not None:
    kept = read_index(snakemake.output.index)["GalaxyID"]
    masked = masked_table(given.notes.loc[kept], tree)
    masked.to_csv(snakemake.output.masked, index=False)
    for line in masked_in_words(masked):
        job.log.info("%s", line)
