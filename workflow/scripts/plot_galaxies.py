"""Plot a sheet of held-out galaxies, each with the crowd's sentence and the network's."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures_galaxies import galaxy_sheet
from galaxyzoo.figures_style import save
from galaxyzoo.rankings import ranked_galaxies, sheet_positions

settings = job.start(snakemake)
bag, labels = pd.read_parquet(snakemake.input.bag), pd.read_csv(snakemake.input.index)
ranked = ranked_galaxies(bag, labels, tree_from(settings["tree"]))
shown = ranked.iloc[sheet_positions(ranked, snakemake.wildcards.sheet)]
crops = np.load(snakemake.input.crops, mmap_mode="r")[shown["row"]]
table = shown.drop(columns="row")
table.to_csv(snakemake.output.table, index=False)
save(galaxy_sheet(table, crops), Path(snakemake.output.figure))
