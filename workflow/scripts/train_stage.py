"""Train one stage of one seed, from the weights of the stage before it."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

import job
from galaxyzoo.checkpoints import save_checkpoint, stage_network
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.galaxies import load_galaxies
from galaxyzoo.prediction_files import probabilities_of
from galaxyzoo.provenance import git_commit, versions
from galaxyzoo.resume import SavedState, stage_fingerprint
from galaxyzoo.training import train_stage
from galaxyzoo.whole_files import replaced

settings = job.start(snakemake)
stage, seed, model = settings["stage"], settings["seed"], settings["model"]
tree = tree_from(settings["tree"])
use_threads(snakemake.threads)
device = best_device()

crops = np.load(snakemake.input.crops, mmap_mode="r")
labels = probabilities_of(pd.read_csv(snakemake.input.index), tree)
part = pd.read_csv(snakemake.input.split)["part"]
stream = snakemake.config["stream"]
train, valid = (
    load_galaxies(crops, labels, np.flatnonzero(part == name), stage["size"], device, stream)
    for name in ("train", "valid")
)

weights = Path(snakemake.input.weights)
network = stage_network(weights, model, tree, stage, labels[part == "train"].mean(axis=0), seed)
network.body_dtype = body_dtype(settings["precision"], device, network.body)
network.to(device, memory_format=torch.channels_last)
if settings["compile"]:
    network.compile()
job.log.info(
    "%s, seed %d: %d galaxies to train on, %d to validate on, %s, %s body%s",
    *(stage["name"], seed, len(train), len(valid), device, network.body_dtype),
    ", streamed" if train.streamed else "",
)

# Not an output of the rule: Snakemake would remove it from a stage that was stopped.
fingerprint = stage_fingerprint(
    settings,
    snakemake.params.code,
    weights,
    *(train.images, train.labels, valid.images, valid.labels),
)
output = Path(snakemake.output.weights)
saved = SavedState(output.with_suffix(".state"), fingerprint, snakemake.config["save_minutes"])


def write_tables(history: pd.DataFrame, timing: pd.DataFrame) -> None:
    """Keep the stage's tables on disk as it goes, for who watches."""
    for table, path in ((history, snakemake.output.history), (timing, snakemake.output.timing)):
        with replaced(Path(path)) as unfinished:
            table.to_csv(unfinished, index=False)


with memory_for(
    stage["batch_size"], stage["size"], "the stage's batch_size (and raise accumulate)"
):
    train_stage(network, train, valid, stage, settings["augmentation"], seed, saved, write_tables)
provenance = {"commit": git_commit(), "versions": versions(), "fingerprint": fingerprint}
save_checkpoint(network, output, model, provenance | {"settings": settings})
saved.remove()
