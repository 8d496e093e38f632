"""Reset an ensemble's recalibration and intervals on the labelled galaxies of a catalogue."""

import json
from pathlib import Path

import job
from galaxyzoo.calibration.calibration import read_calibration, write_calibration
from galaxyzoo.calibration.reset import reset_calibration
from galaxyzoo.catalogue.ensemble import needed
from galaxyzoo.catalogue.labelled import catalogue_labels, predicted_labelled
from galaxyzoo.engine.checkpoints import learnt_galaxies, load_checkpoint
from galaxyzoo.engine.devices import best_device, memory_for, use_threads
from galaxyzoo.engine.ensemble import restored_ensemble
from galaxyzoo.foundation.gpus import lease_gpu, visible_gpus
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.learnt_galaxies import all_of
from galaxyzoo.foundation.packed_crops import IMAGE_HASH
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
labels = catalogue_labels(
    Path(snakemake.input.labels), settings["labels"], tree, settings["tree_name"]
)
lease_gpu(visible_gpus(), asked=snakemake.resources.gpu > 0)
use_threads(snakemake.threads)
weights = snakemake.input.get("weights")
shares = read_json(weights) if weights else dict.fromkeys(settings["members"], 1.0)
experiments, networks = settings["members"], [Path(path) for path in snakemake.input.networks]
learnt = all_of(*(learnt_galaxies(load_checkpoint(path)) for path in networks))
device = best_device(any(one["deterministic"] for one in experiments.values()))
members = needed(restored_ensemble(networks, experiments, shares, tree, device))
batch_size = min(one["tta"]["batch_size"] for one in experiments.values())
with memory_for(batch_size, max(member.network.size_px for member in members), "tta.batch_size"):
    found = predicted_labelled(
        labels,
        Path(snakemake.input.galaxies),
        sorted(Path(snakemake.input.listing).glob("*.parquet")),
        members,
        set(learnt.galaxies[IMAGE_HASH]),
        settings["catalogue"],
        batch_size,
        device,
        decoders=snakemake.threads,
    )
before = read_calibration(snakemake.input.calibration, tree)
after, scores = reset_calibration(before, found.predicted, found.voted)
write_calibration(after, Path(snakemake.output.calibration))
scores |= {"table": settings["labels"]["table"], "known": learnt.known}
scores |= {name: getattr(found, name) for name in ("given", "unlisted", "unusable")}
Path(snakemake.output.scores).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
for count, what in (
    (found.unlisted, "are of galaxies that the catalogue does not have"),
    (found.unusable, "are of galaxies whose pictures cannot be used"),
):
    if count:
        job.log.warning("%d of %d labels %s", count, found.given, what)
