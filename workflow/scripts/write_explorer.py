"""Write what the report's explorer of held-out galaxies shows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.explorer import explorer_data
from galaxyzoo.rankings import ranked_galaxies

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
bag, labels = pd.read_parquet(snakemake.input.bag), pd.read_csv(snakemake.input.index)
crops = np.load(snakemake.input.crops, mmap_mode="r")
data = explorer_data(ranked_galaxies(bag, labels, tree), crops, tree)
Path(snakemake.output[0]).write_text(json.dumps(data, separators=(",", ":")), encoding="utf-8")
