"""List where Galaxy Zoo 2's galaxies are on the sky."""

from pathlib import Path

import job
from galaxyzoo.surveys.gz2_positions import positions_of_all

settings = job.start(snakemake)
positions_of_all(Path(snakemake.input.tables)).to_csv(snakemake.output.galaxies)
