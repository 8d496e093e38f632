"""Plot predicted against voted probabilities of the main answers."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures import predicted_against_voted, save
from galaxyzoo.prediction_files import probabilities_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
bag = pd.read_parquet(snakemake.input.bag)
labels = pd.read_csv(snakemake.input.index).set_index("GalaxyID").loc[bag["GalaxyID"]]
figure = predicted_against_voted(probabilities_of(bag, tree), probabilities_of(labels, tree), tree)
save(figure, Path(snakemake.output[0]))
