"""Predict the galaxies of a shard with all networks of an ensemble, and write their rows."""

from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.calibration.familiarity import read_reference
from galaxyzoo.catalogue.columns import catalogue_columns
from galaxyzoo.catalogue.ensemble import Member, needed
from galaxyzoo.catalogue.shards import predict_shard
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.devices import best_device, body_dtype, memory_for, use_threads
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
lease_gpu(visible_gpus())
use_threads(snakemake.threads)
tree = tree_from(settings["tree"])
weights = snakemake.input.get("weights")
shares = read_json(weights) if weights else dict.fromkeys(settings["members"], 1.0)
paths = iter(snakemake.input.networks)
members = []
for name, member in settings["members"].items():
    device = best_device(member["deterministic"])
    for _ in member["seeds"]:
        network = restored_network(Path(next(paths)), member["model"], tree)
        network.body_dtype = body_dtype(member["precision"], device, network.body, training=False)
        share = shares[name] / len(member["seeds"])
        members.append(Member(network, tta_maps(member["tta"]), member["crop"], share))
batch_size = min(member["tta"]["batch_size"] for member in settings["members"].values())
largest_px = max(member.network.size_px for member in members)
with memory_for(batch_size, largest_px, "tta.batch_size"):
    bad = predict_shard(
        Path(snakemake.input.galaxies),
        Path(snakemake.input.listing) / f"{snakemake.wildcards.shard}.parquet",
        Path(snakemake.output.shard),
        Path(features) if (features := snakemake.output.get("features")) else None,
        needed(members),
        catalogue_columns(tree),
        read_calibration(snakemake.input.calibration, tree),
        read_reference(Path(snakemake.input.reference)),
        settings["catalogue"],
        {"experiment": settings["experiment"], "commit": git_commit() or "unknown"},
        batch_size,
        device,
        decoders=snakemake.threads,
    )
if bad:
    job.log.warning("%d pictures cannot be used; their rows say why", bad)
