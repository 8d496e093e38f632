"""Predict held-out and validation galaxies with the starting network, before any training.

The tables are empty if it answers other questions, or looks at other bands.
"""

from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.engine.loaded_networks import starting_network
from galaxyzoo.engine.prediction import predict_by_views
from galaxyzoo.evaluation.predictions import prediction_table, rows_of
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_csv, write_parquet
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
tree = tree_from(settings["tree"])
use_threads(snakemake.threads)
index = read_index(snakemake.input.index)
crops = PackedCrops(snakemake.input.crops, index)
splits = pd.concat([read_split(path) for path in snakemake.input.splits])
ids = {
    "holdout": np.sort(read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy()),
    "validation": splits[splits["part"] == "valid"]["GalaxyID"].unique(),
}
network = starting_network(
    Path(snakemake.input.weights), settings["model"]["backbone"], tree, crops.shape[-1]
)
if network is None:
    job.log.info(
        "the start answers other questions or looks at other bands, so it is not scored by itself"
    )
    ids = {name: galaxies[:0] for name, galaxies in ids.items()}
else:
    device = best_device(settings["deterministic"])
    network.body_dtype = body_dtype(settings["precision"], device, network.body, training=False)
maps, batch_size = tta_maps(settings["tta"]), settings["tta"]["batch_size"]
for name, galaxies in ids.items():
    predicted = np.empty((0, len(tree.columns)), np.float32)
    if len(galaxies):
        rows = rows_of(galaxies, index["GalaxyID"], snakemake.input.index)
        with memory_for(batch_size, network.size_px, "tta.batch_size"):
            [predicted] = predict_by_views(
                network, crops, rows, maps, [len(maps)], batch_size, device
            )
    write_parquet(prediction_table(galaxies, predicted, tree), snakemake.output[name])
