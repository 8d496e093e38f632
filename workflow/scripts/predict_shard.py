"""Predict the galaxies of a shard with all networks of an ensemble, and write their rows."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.calibration.familiarity import read_reference
from galaxyzoo.calibration.reduction import read_reduction
from galaxyzoo.catalogue.columns import catalogue_columns
from galaxyzoo.catalogue.ensemble import needed
from galaxyzoo.catalogue.shards import predict_shard
from galaxyzoo.engine.devices import best_device, memory_for, use_threads
from galaxyzoo.engine.ensemble import restored_ensemble
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
use_threads(snakemake.threads)
tree = tree_from(settings["tree"])
weights = snakemake.input.get("weights")
shares = read_json(weights) if weights else dict.fromkeys(settings["members"], 1.0)
experiments = settings["members"]
device = best_device(any(one["deterministic"] for one in experiments.values()))
members = restored_ensemble(snakemake.input.networks, experiments, shares, tree, device)
batch_size = min(one["tta"]["batch_size"] for one in experiments.values())
largest_px = max(member.network.size_px for member in members)
with memory_for(batch_size, largest_px, "tta.batch_size"):
    bad = predict_shard(
        Path(snakemake.input.galaxies),
        Path(snakemake.input.listing) / f"{snakemake.wildcards.shard}.parquet",
        Path(snakemake.output.shard),
        Path(snakemake.output.reduced),
        Path(features) if (features := snakemake.output.get("features")) else None,
        needed(members),
        catalogue_columns(tree),
        read_calibration(snakemake.input.calibration, tree),
        read_reference(Path(snakemake.input.reference)),
        read_reduction(Path(snakemake.input.reduction)),
        settings["catalogue"],
        {"experiment": settings["experiment"], "commit": git_commit() or "unknown"},
        batch_size,
        device,
        decoders=snakemake.threads,
    )
if bad:
    job.log.warning("%d pictures cannot be used; their rows say why", bad)
