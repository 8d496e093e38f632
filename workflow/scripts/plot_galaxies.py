"""Plot a sheet of held-out galaxies, each with the crowd's sentence and the network's."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures import galaxy_errors, galaxy_sheet, sheet_positions
from galaxyzoo.figures_style import save
from galaxyzoo.prediction_files import probabilities_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
bag = pd.read_parquet(snakemake.input.bag)
index = pd.read_csv(snakemake.input.index)
rows = pd.Series(index.index, index["GalaxyID"]).loc[bag["GalaxyID"]].to_numpy()
predicted, voted = probabilities_of(bag, tree), probabilities_of(index, tree)[rows]
shown = sheet_positions(galaxy_errors(predicted, voted), snakemake.wildcards.sheet)
crops = np.load(snakemake.input.crops, mmap_mode="r")[rows[shown]]
ids = bag["GalaxyID"].to_numpy()[shown]
figure = galaxy_sheet(ids, crops, predicted[shown], voted[shown], tree)
save(figure, Path(snakemake.output[0]))
