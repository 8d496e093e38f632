"""Look for a stage's learning rate, from the weights that the stage starts from."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

import job
from galaxyzoo.checkpoints import stage_network
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.figures_learning import lr_finder
from galaxyzoo.figures_style import save_with_numbers
from galaxyzoo.galaxies import load_galaxies
from galaxyzoo.lr_find import lr_find, suggested_lr
from galaxyzoo.prediction_files import probabilities_of
from galaxyzoo.training import Learner

settings = job.start(snakemake)
stage, seed, model = settings["stage"], settings["seed"], settings["model"]
tree = tree_from(settings["tree"])
stage |= {"accumulate": 1, "ema": None}
use_threads(snakemake.threads)
device = best_device()

crops = np.load(snakemake.input.crops, mmap_mode="r")
labels = probabilities_of(pd.read_csv(snakemake.input.index), tree)
rows = np.flatnonzero(pd.read_csv(snakemake.input.split)["part"] == "train")
stream = snakemake.config["stream"]
train = load_galaxies(crops, labels, rows, stage["size"], device, stream)

weights = Path(snakemake.input.weights)
network = stage_network(weights, model, tree, stage, labels[rows].mean(axis=0), seed)
network.body_dtype = body_dtype(settings["precision"], device, network.body)
network.to(device, memory_format=torch.channels_last)
with memory_for(stage["batch_size"], stage["size"], "the stage's batch_size"):
    found = lr_find(Learner(network, train, stage, settings["augmentation"], seed))
suggested = suggested_lr(found)
save_with_numbers(lr_finder(found, suggested, stage["lr"]), found, Path(snakemake.output.svg))
job.log.info("%s: suggested lr %.1e, and the config's is %s", stage["name"], suggested, stage["lr"])
