"""Suggest a learning rate for a stage, from the weights that the stage starts from."""

from pathlib import Path

import job
from galaxyzoo.engine.devices import memory_for
from galaxyzoo.engine.lr_find import lr_find, suggested_lr
from galaxyzoo.engine.stage import set_up_stage
from galaxyzoo.engine.training import Learner
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.report.figures.learning import lr_finder
from galaxyzoo.report.figures.style import save_with_numbers

settings = job.start(snakemake)
if "probe" in settings["stage"]:
    raise InputError(f"{settings['stage']['name']} is a probe, which has no learning rate")
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
stage = settings["stage"] | {"accumulate": 1, "ema": None}
with memory_for(stage["batch_size"], stage["size"], "the stage's batch_size"):
    network, train, _, moments, *_ = set_up_stage(
        settings,
        Path(snakemake.input.weights),
        Path(snakemake.input.crops),
        Path(snakemake.input.index),
        Path(snakemake.input.split),
        threads=snakemake.threads,
        stream=snakemake.config["stream"],
    )
    augmentation, seed = settings["augmentation"], settings["seed"]
    sweep = lr_find(Learner(network, train, stage, augmentation, seed, moments))
suggested = suggested_lr(sweep)
save_with_numbers(lr_finder(sweep, suggested, stage["lr"]), sweep, Path(snakemake.output.svg))
job.log.info("%s: suggested lr %.1e, and the config's is %s", stage["name"], suggested, stage["lr"])
