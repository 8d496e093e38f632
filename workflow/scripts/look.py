"""Look at some of a catalogue's galaxies, and say how they differ from those of training."""

from pathlib import Path

import job
from galaxyzoo.calibration.familiarity import read_reference
from galaxyzoo.catalogue.look import look

settings = job.start(snakemake)
sentences = look(
    Path(snakemake.input.listing),
    Path(snakemake.input.galaxies),
    settings["catalogue"],
    settings["crop"],
    read_reference(Path(snakemake.input.reference)),
    snakemake.threads,
)
for sentence in sentences:
    job.log.info("%s", sentence)
Path(snakemake.output.look).write_text("\n".join(sentences) + "\n", encoding="utf-8")
