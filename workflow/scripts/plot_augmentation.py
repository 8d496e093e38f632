"""Plot what the training's augmentation makes of one held-out galaxy."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.augmented_views import augmented_views, talked_about
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures_galaxies import augmentation_grid
from galaxyzoo.figures_style import save
from galaxyzoo.prediction_files import ID, probabilities_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
labels = pd.read_csv(snakemake.input.index)
held_out = np.flatnonzero(labels[ID].isin(pd.read_csv(snakemake.input.holdout)[ID]))
row = held_out[talked_about(probabilities_of(labels.iloc[held_out], tree), tree)]
crop = np.array(np.load(snakemake.input.crops, mmap_mode="r")[row])
table, pictures = augmented_views(crop, settings["size"], settings["augmentation"])
table.insert(0, ID, labels[ID].iloc[row])
table.to_csv(snakemake.output.table, index=False)
save(augmentation_grid(table, pictures), Path(snakemake.output.figure))
