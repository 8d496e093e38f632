"""Write the data for the report's explorer of held-out galaxies."""

import json
from pathlib import Path

import job
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.owners import read_owners
from galaxyzoo.evaluation.rankings import ranked_galaxies
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.report.explorer import explorer_data
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
ranked = ranked_galaxies(galaxies, galaxies.predicted(snakemake.input.bag))
owners = read_owners(snakemake.input.get("galaxies"), galaxies.ids)
crops = packed_crops(snakemake.input.crops, snakemake.input.index)
data = explorer_data(ranked, crops, tree, owners)
Path(snakemake.output[0]).write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
