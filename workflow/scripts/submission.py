"""Write the bag's recalibrated predictions of the test images, in Kaggle's format."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration, recalibrated
from galaxyzoo.evaluation.predictions import write_submission
from galaxyzoo.evaluation.starts import starts_in_words, what_starts_learnt
from galaxyzoo.foundation.handed_on import read_csv, read_json, read_own_parquet
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
calibration = read_calibration(snakemake.input.calibration, tree_from(settings["tree"]))
predictions = recalibrated(read_own_parquet(snakemake.input.predictions), calibration)
write_submission(predictions, Path(snakemake.output[0]))
if calibration.recalibration.helps:
    job.log.debug(
        "the predictions were recalibrated, which lowers the error on validation galaxies"
    )
if snakemake.input.learnt:
    starts = what_starts_learnt(
        snakemake.input.learnt,
        read_index(snakemake.input.index),
        read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy(),
        read_index(snakemake.input.test_index),
        seen_galaxy_zoo=False,  # which the rule that submits tells
        origins=[*map(read_json, snakemake.input.origins)],
    )
    for sentence in starts_in_words(starts):
        job.log.warning("%s", sentence)
