"""Plot random training views of one held-out galaxy."""

from pathlib import Path

import job
from galaxyzoo.engine.augmentation_example import augmented_views, talked_about
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.report.figures.galaxies import augmentation_grid
from galaxyzoo.report.figures.style import save
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
position = talked_about(galaxies.voted, tree)
crop = packed_crops(snakemake.input.crops, snakemake.input.index)[galaxies.rows[position]]
table, pictures = augmented_views(crop, settings["size"], settings["augmentation"])
table.insert(0, GALAXY_ID, galaxies.ids[position])
table.to_csv(snakemake.output.table, index=False)
save(augmentation_grid(table, pictures), Path(snakemake.output.figure))
