"""Plot a sheet of held-out galaxies, each with the crowd's sentence and the network's."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.figures import galaxy_errors, galaxy_sheet, save, sheet_positions
from galaxyzoo.prediction_files import probabilities_of

job.start(snakemake)
bag = pd.read_parquet(snakemake.input.bag)
index = pd.read_csv(snakemake.input.index)
rows = pd.Series(index.index, index["GalaxyID"]).loc[bag["GalaxyID"]].to_numpy()
predicted, voted = probabilities_of(bag), probabilities_of(index)[rows]
shown = sheet_positions(galaxy_errors(predicted, voted), snakemake.wildcards.sheet)
crops = np.load(snakemake.input.crops, mmap_mode="r")[rows[shown]]
figure = galaxy_sheet(bag["GalaxyID"].to_numpy()[shown], crops, predicted[shown], voted[shown])
save(figure, Path(snakemake.output[0]))
