"""Fit an ensemble's recalibration and intervals to its validation galaxies."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import fitted_calibration, write_calibration
from galaxyzoo.evaluation.validation import read_members, together
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
members = read_members(
    settings["members"],
    snakemake.input.validation,
    read_index(snakemake.input.index),
    tree,
)
weights = snakemake.input.get("weights")
shares = read_json(weights) if weights else dict.fromkeys(members, 1.0)
pooled = together(members, shares)
calibration = fitted_calibration(pooled.predicted, pooled.voted, pooled.galaxies, tree)
write_calibration(calibration, Path(snakemake.output.calibration))
galaxies = len(set(pooled.galaxies))
job.log.debug("%d rows of %d validation galaxies", len(pooled.rows), galaxies)
if not calibration.recalibration.tried:
    job.log.warning(
        "%d validation galaxies are too few for recalibration, which is left out", galaxies
    )
