"""Write the bag's predictions of the test images, set right, in Kaggle's format."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibrated, set_right
from galaxyzoo.evaluation.predictions import write_submission
from galaxyzoo.foundation.handed_on import read_parquet
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
calibrated = read_calibrated(snakemake.input.calibration, tree_from(settings["tree"]))
predictions = set_right(read_parquet(snakemake.input.predictions), calibrated)
write_submission(predictions, Path(snakemake.output[0]))
if calibrated.recalibration.helps:
    job.log.info("the predictions were set right, as validation galaxies say")
