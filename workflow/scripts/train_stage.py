"""Train one stage of one seed, from the weights of the previous stage."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.engine.checkpoints import learnt_galaxies, load_checkpoint, save_checkpoint
from galaxyzoo.engine.devices import memory_for
from galaxyzoo.engine.probe import fit_probe
from galaxyzoo.engine.probe_features import features_file
from galaxyzoo.engine.resume import SavedState, made_with, stage_fingerprint
from galaxyzoo.engine.stage import set_up_stage
from galaxyzoo.engine.torch_files import read_metadata
from galaxyzoo.engine.training import Learner, train_stage
from galaxyzoo.foundation.atomic_files import replaced
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.learnt_galaxies import all_of, learnt_from, read_all, require_unlearnt
from galaxyzoo.foundation.locks import locked
from galaxyzoo.foundation.provenance import git_commit, uncommitted_diff, versions
from galaxyzoo.foundation.taught_pictures import unlike_start

settings = job.start(snakemake)
made_by = {"commit": git_commit(), "diff": uncommitted_diff(), "versions": versions()}
stage, seed, model = settings["stage"], settings["seed"], settings["model"]
inputs = ("weights", "crops", "index", "split")
weights, crops, index, split = (Path(snakemake.input[name]) for name in inputs)
output = Path(snakemake.output.weights)
TO_LOWER = "the stage's batch_size (and raise accumulate)"
if not snakemake.config["stream"]:
    TO_LOWER += ", or set stream: true, which keeps the survey in the machine's own memory"


def write_tables(history: pd.DataFrame, timing: pd.DataFrame) -> None:
    """Write the stage's tables so far, for anyone who follows the run."""
    for table, path in ((history, snakemake.output.history), (timing, snakemake.output.timing)):
        with replaced(Path(path)) as unfinished:
            table.to_csv(unfinished, index=False)
    if "probe" not in stage:
        job.log_epoch(history, timing, stage["epochs"])


with (
    # If Snakemake alone was killed, its job lives on, and the next run starts another.
    locked(output.with_suffix(".lock"), f"trains the stage {output.with_suffix('')}"),
    memory_for(stage["batch_size"], stage["size"], TO_LOWER),
):
    lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
    network, train, valid, moments, galaxies, part = set_up_stage(
        settings,
        weights,
        crops,
        index,
        split,
        threads=snakemake.threads,
        stream=snakemake.config["stream"],
    )
    job.log.debug(
        "%s, seed %d: %d galaxies to train on, %d to validate on, %s%s",
        stage["name"],
        seed,
        len(train),
        len(valid),
        train.device,
        ", streamed" if train.streamed else "",
    )
    trained_on, validated_on = (np.flatnonzero(part == name) for name in ("train", "valid"))
    first = weights.suffix == ".safetensors"
    before = (
        read_all(snakemake.input.learnt) if first else learnt_galaxies(load_checkpoint(weights))
    )
    pictures = read_json(snakemake.input.pictures)
    if first:
        begun_with = json.loads(read_metadata(weights).get("pictures", "null"))
        if sentence := unlike_start(begun_with, pictures):
            job.log.warning("%s", sentence)
    require_unlearnt(galaxies, validated_on, before, weights, split)
    made = made_with(
        stage_fingerprint(settings, snakemake.params.code, weights, index, split),
        snakemake.params.versions,
        train.device,
        network.body_dtype,
    )
    # Not an output of the rule: Snakemake would delete it when a stage is stopped.
    saved = SavedState(output.with_suffix(".state"), made, snakemake.config["save_minutes"])
    moments_after = None
    if "probe" in stage:
        of_stage = stage, settings["augmentation"], seed
        fit_probe(network, train, valid, *of_stage, saved, write_tables)
    else:
        learner = Learner(network, train, stage, settings["augmentation"], seed, moments)
        train_stage(learner, valid, saved, write_tables)
        moments_after = learner.moments if stage["hand_on_moments"] else None
    save_checkpoint(
        network,
        output,
        model,
        made_by | {"made_with": made, "settings": settings},
        moments_after,
        all_of(before, learnt_from(galaxies, trained_on, survey=index.parent.name)),
        snakemake.config["seen_galaxy_zoo"][snakemake.wildcards.experiment],
        pictures,
    )
    saved.remove()
    features_file(saved.path).unlink(missing_ok=True)
