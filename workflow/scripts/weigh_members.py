"""Weigh an ensemble's members: as the config says, or as is best on their validation galaxies."""

import json
from pathlib import Path

import job
from galaxyzoo.evaluation.validation import fitted_weights, read_members
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
weights = settings["weights"]
if weights == "validation":
    members = read_members(
        settings["members"],
        snakemake.input.validation,
        read_index(snakemake.input.index),
        tree_from(settings["tree"]),
    )
    weights = fitted_weights(members)
Path(snakemake.output.weights).write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
for name, weight in weights.items():
    job.log.info("%s: %.4f", name, weight)
