"""Describe the galaxies of training, so that a catalogue can flag what is unlike them."""

from pathlib import Path

import job
from galaxyzoo.calibration.familiarity import write_reference
from galaxyzoo.calibration.reduction import reduction_of, write_reduction
from galaxyzoo.catalogue.training_galaxies import described_training
from galaxyzoo.engine.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
use_threads(snakemake.threads)
device = best_device(settings["deterministic"])
tree = tree_from(settings["tree"])
network = restored_network(Path(snakemake.input.weights), settings["model"], tree)
network.body_dtype = body_dtype(settings["precision"], device, network.body, training=False)
crops = PackedCrops(snakemake.input.crops, read_index(snakemake.input.index))
part = read_split(snakemake.input.split)["part"].to_numpy()
with memory_for(settings["batch_size"], network.size_px, "tta.batch_size"):
    described = described_training(network, crops, part, settings["batch_size"], device)
write_reference(described.reference, Path(snakemake.output.reference))
write_reduction(reduction_of(described.features), Path(snakemake.output.reduction))
for name, (low, high) in described.reference.limits.items():
    job.log.info("%s: from %.4g to %.4g in nearly all validation galaxies", name, low, high)
