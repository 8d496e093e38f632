"""Turn Galaxy Zoo 2's vote fractions into labels for the galaxies that have an image."""

from pathlib import Path

import job
from galaxyzoo.surveys.gz2 import write_labels

settings = job.start(snakemake)
write_labels(
    Path(snakemake.input.images),
    Path(snakemake.input.mapping),
    Path(snakemake.input.tables),
    settings["votes"],
    settings["far_sums"],
    Path(snakemake.output.labels),
    Path(snakemake.output.notes),
    Path(snakemake.output.image_names),
)
