"""Train one stage of one seed, from the weights of the stage before it."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

import job
from galaxyzoo.checkpoints import load_checkpoint, new_network, restored_network, save_checkpoint
from galaxyzoo.devices import best_device, body_dtype, use_threads
from galaxyzoo.prediction_files import probabilities_of
from galaxyzoo.resume import SavedState, stage_fingerprint
from galaxyzoo.training import load_galaxies, train_stage

settings = job.start(snakemake)
stage, seed, model = settings["stage"], settings["seed"], settings["model"]
use_threads(snakemake.threads)
device = best_device()

crops = np.load(snakemake.input.crops, mmap_mode="r")
labels = probabilities_of(pd.read_csv(snakemake.input.index))
part = pd.read_csv(snakemake.input.split)["part"]
train, valid = (
    load_galaxies(crops, labels, np.flatnonzero(part == name), stage["size"], device)
    for name in ("train", "valid")
)

weights = Path(snakemake.input.weights)
if weights.suffix == ".safetensors":
    mean_label = labels[part == "train"].mean(axis=0)
    network = new_network(model, weights, mean_label, stage["dropout"], seed)
else:
    network = restored_network(load_checkpoint(weights), stage["dropout"])
network.body_dtype = body_dtype(settings["precision"], device, network.body)
network.to(device, memory_format=torch.channels_last)
job.log.info(
    "%s, seed %d: %d galaxies to train on, %d to validate on, %s, %s body",
    *(stage["name"], seed, len(train), len(valid), device, network.body_dtype),
)

# Not an output of the rule: Snakemake would remove it from a stage that was stopped.
fingerprint = stage_fingerprint(
    settings, snakemake.params.code, weights, *vars(train).values(), *vars(valid).values()
)
output = Path(snakemake.output.weights)
saved = SavedState(output.with_suffix(".state"), fingerprint, snakemake.config["save_minutes"])
history, timing = train_stage(network, train, valid, stage, settings["augmentation"], seed, saved)
history.to_csv(snakemake.output.history, index=False)
timing.to_csv(snakemake.output.timing, index=False)
save_checkpoint(network, output, model, provenance=settings | {"fingerprint": fingerprint})
saved.remove()
