"""Plot the error against how sure the crowd was of a galaxy, its brightness and its size."""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.error_tables import agreement, error_by_property
from galaxyzoo.figures_errors import lines_by_property
from galaxyzoo.figures_style import save_with_numbers
from galaxyzoo.photometry import measured
from galaxyzoo.prediction_files import probabilities_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
bag = pd.read_parquet(snakemake.input.bag)
index = pd.read_csv(snakemake.input.index)
labels = probabilities_of(index, tree)
rows = pd.Index(index["GalaxyID"]).get_indexer(bag["GalaxyID"])
light = measured(np.load(snakemake.input.crops, mmap_mode="r"), rows)
table = error_by_property(
    {
        "agreement": agreement(labels[rows], tree),
        "central_brightness": light["central_brightness"].to_numpy(),
        "half_light_radius_px": light["half_light_radius_px"].to_numpy(),
    },
    probabilities_of(bag, tree),
    labels[rows],
    np.delete(labels, rows, axis=0).mean(axis=0),
)
save_with_numbers(lines_by_property(table), table, Path(snakemake.output.svg))
