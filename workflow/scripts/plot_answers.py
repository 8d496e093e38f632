"""Plot predicted against voted probabilities of the main answers."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.figures import predicted_against_voted, save
from galaxyzoo.prediction_files import probabilities_of

job.start(snakemake)
bag = pd.read_parquet(snakemake.input.bag)
labels = pd.read_csv(snakemake.input.index).set_index("GalaxyID").loc[bag["GalaxyID"]]
figure = predicted_against_voted(probabilities_of(bag), probabilities_of(labels))
save(figure, Path(snakemake.output[0]))
