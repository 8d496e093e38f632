"""Split the galaxies that are not held out into training and validation, for one seed."""

from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.labels import read_fair_ids
from galaxyzoo.surveys.splits import split

settings = job.start(snakemake)
ids = read_index(snakemake.input.index)["GalaxyID"].to_numpy()
holdout = read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy()
fair_ids = snakemake.input.get("fair_ids")
parts = split(
    ids,
    holdout,
    settings["validation"],
    int(snakemake.wildcards.seed),
    read_fair_ids(Path(fair_ids)) if fair_ids else None,
    settings["training_galaxies"],
)
parts.to_csv(snakemake.output.split)
job.log.info("%s", ", ".join(f"{n} {part}" for part, n in parts.value_counts().items()))
