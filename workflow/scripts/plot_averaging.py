"""Plot what averaging buys: the error against the number of views and of seeds."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.averaging_tables import error_by_seeds, error_by_views
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures_averaging import lines_by_seeds, lines_by_views
from galaxyzoo.figures_style import save_with_numbers
from galaxyzoo.prediction_files import probabilities_of, read_predictions, read_views

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
ids = pd.read_csv(snakemake.input.holdout)["GalaxyID"]
labels = pd.read_csv(snakemake.input.index).set_index("GalaxyID").loc[ids]
voted = probabilities_of(labels, tree)
views = [read_views(path, ids, tree) for path in snakemake.input.views]
tta = [read_predictions(path, ids, tree) for path in snakemake.input.tta]
by_views = error_by_views(dict(zip(settings["seeds"], views, strict=True)), voted)
by_seeds = error_by_seeds(tta, voted)
save_with_numbers(lines_by_views(by_views), by_views, Path(snakemake.output.views))
save_with_numbers(lines_by_seeds(by_seeds), by_seeds, Path(snakemake.output.seeds))
