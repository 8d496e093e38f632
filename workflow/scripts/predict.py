"""Predict galaxies with one seed's network: from a single view, and with test-time augmentation."""

from pathlib import Path

import numpy as np

import job
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.checkpoints import learnt_galaxies, load_checkpoint
from galaxyzoo.engine.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.prediction import counts_of_views, predict_by_views, predicted_dispersion
from galaxyzoo.evaluation.predictions import (
    prediction_table,
    rows_of,
    views_table,
    with_dispersion,
)
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_csv, write_parquet
from galaxyzoo.foundation.learnt_galaxies import require_unlearnt
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
tree = tree_from(settings["tree"])
use_threads(snakemake.threads)
device = best_device(settings["deterministic"])
network = restored_network(Path(snakemake.input.weights), settings["model"], tree)
network.body_dtype = body_dtype(settings["precision"], device, network.body, training=False)

index = read_index(snakemake.input.index)
split = snakemake.input.get("split")
subset = split or snakemake.input.subset
galaxies = read_split(split) if split else read_csv(subset)
if split:
    galaxies = galaxies[galaxies["part"] == "valid"]
ids = np.sort(galaxies["GalaxyID"].to_numpy())
rows = rows_of(ids, index["GalaxyID"], subset)
if split:
    weights = Path(snakemake.input.weights)
    require_unlearnt(index, rows, learnt_galaxies(load_checkpoint(weights)), weights, split)
maps = tta_maps(settings["tta"])
job.log.debug("%d galaxies, %d views of each, on %s", len(rows), len(maps), device)
crops = PackedCrops(snakemake.input.crops, index)
batch_size = settings["tta"]["batch_size"]
views = snakemake.output.get("views")
counts = counts_of_views(len(maps)) if views else [1, len(maps)]
with memory_for(batch_size, network.size_px, "tta.batch_size"):
    means = predict_by_views(network, crops, rows, maps, counts, batch_size, device)
    single = prediction_table(ids, means[0], tree)
    if settings["learnt_votes"] and snakemake.output.get("single"):
        unsure = predicted_dispersion(network, crops, rows, maps[:1], batch_size, device)
        single = with_dispersion(single, unsure, tree)
if snakemake.output.get("single"):
    write_parquet(single, snakemake.output.single)
write_parquet(prediction_table(ids, means[-1], tree), snakemake.output.tta)
if views:
    by_views = dict(zip(counts, means, strict=True))
    write_parquet(views_table(ids, by_views, tree), views)
