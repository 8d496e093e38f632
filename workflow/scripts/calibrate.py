"""Pool the validation galaxies that a catalogue's calibration is fitted to."""

import job
from galaxyzoo.evaluation.validation import calibration_table, read_members, together
from galaxyzoo.foundation.handed_on import read_json, write_parquet
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
write_parquet(calibration_table(pooled, tree), snakemake.output.calibration)
job.log.info(
    "%d rows of %d validation galaxies", len(pooled.rows), pooled.rows.get_level_values(1).nunique()
)
