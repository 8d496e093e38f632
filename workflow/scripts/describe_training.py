"""Describe the galaxies of training, so that a catalogue can flag what is unlike them."""

from pathlib import Path

import numpy as np

import job
from galaxyzoo.calibration.familiarity import reference_of, write_reference
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.engine.devices import best_device, body_dtype, use_threads
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.tree.decision_tree import tree_from

MOST_GALAXIES = 8192  # of training; their mean and covariance need no more

settings = job.start(snakemake)
lease_gpu(visible_gpus())
use_threads(snakemake.threads)
device = best_device(settings["deterministic"])
tree = tree_from(settings["tree"])
network = restored_network(Path(snakemake.input.weights), settings["model"], tree)
network.body_dtype = body_dtype(settings["precision"], device, network.body, training=False)
crops = PackedCrops(snakemake.input.crops, read_index(snakemake.input.index))
part = read_csv(snakemake.input.split)["part"]
train, valid = (np.flatnonzero(part == name) for name in ("train", "valid"))
if len(train) > MOST_GALAXIES:
    train = np.sort(numpy_generator("reference").choice(train, MOST_GALAXIES, replace=False))
batch_size = settings["batch_size"]
reference = reference_of(
    features_of(network, crops, train, batch_size, device),
    features_of(network, crops, valid, batch_size, device),
    measured(crops, valid),
)
write_reference(reference, Path(snakemake.output.reference))
for name, (low, high) in reference.limits.items():
    job.log.info("%s: from %.4g to %.4g in nearly all validation galaxies", name, low, high)
