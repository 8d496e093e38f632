"""Write the bag's recalibrated predictions of the test images, in Kaggle's format."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration, recalibrated
from galaxyzoo.evaluation.predictions import write_submission
from galaxyzoo.foundation.handed_on import read_parquet
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
calibration = read_calibration(snakemake.input.calibration, tree_from(settings["tree"]))
predictions = recalibrated(read_parquet(snakemake.input.predictions), calibration)
write_submission(predictions, Path(snakemake.output[0]))
if calibration.recalibration.helps:
    job.log.info("the predictions were recalibrated, which lowers the error on validation galaxies")
