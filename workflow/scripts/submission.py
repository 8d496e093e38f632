"""Write the bag's predictions of the test images, set right, in Kaggle's format."""

from pathlib import Path

import job
from galaxyzoo.evaluation.calibrated import read_calibrated
from galaxyzoo.evaluation.predictions import write_submission
from galaxyzoo.foundation.handed_on import read_parquet
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
table = read_parquet(snakemake.input.predictions)
recalibration = read_calibrated(snakemake.input.calibration, tree).recalibration
table[list(tree.columns)] = recalibration.of(table[list(tree.columns)].to_numpy())
write_submission(table, Path(snakemake.output[0]))
job.log.info(
    "the predictions were %sset right on validation galaxies", "" if recalibration.helps else "not "
)
