"""Score the held-out galaxies: each seed, the bag, and predictions that need no network."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.metrics import central_pixel_benchmark, centre_colours, scores
from galaxyzoo.prediction_files import probabilities_of, read_predictions

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
index = pd.read_csv(snakemake.input.index)
ids = pd.read_csv(snakemake.input.holdout)["GalaxyID"]
held_out = index["GalaxyID"].isin(ids).to_numpy()
labels = probabilities_of(index, tree)
colours = centre_colours(np.load(snakemake.input.crops, mmap_mode="r"))
truth = snakemake.input.get("true_probabilities")
test_index = snakemake.input.get("test_index")
parts = pd.read_csv(snakemake.input.splits[0])["part"].value_counts()

metrics = {
    "experiment": settings["experiment"],
    "survey": settings["survey"],
    "subset": {
        "name": "holdout",
        "galaxies": len(ids),
        "limited_to_fair_ids": bool(snakemake.input.get("fair_ids")),
    },
    "galaxies": {name: int(parts[name]) for name in ("train", "valid", "holdout")}
    | {"test": len(pd.read_csv(test_index)) if test_index else 0},
} | scores(
    labels[held_out],
    labels[~held_out],
    central_pixel_benchmark(colours[~held_out], labels[~held_out], colours[held_out]),
    probabilities_of(pd.read_csv(truth).set_index("GalaxyID").loc[ids], tree) if truth else None,
    {
        seed: {
            "single": read_predictions(single, ids, tree),
            "tta": read_predictions(tta, ids, tree),
        }
        for seed, single, tta in zip(
            settings["seeds"], snakemake.input.single, snakemake.input.tta, strict=True
        )
    },
    read_predictions(snakemake.input.bag, ids, tree),
    tree,
)
Path(snakemake.output.metrics).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
job.log.info(
    "RMSE of the bag %.5f on %d held-out galaxies (mean label %.5f)",
    *(metrics["rmse"]["bag"], len(ids), metrics["rmse"]["mean_label"]),
)
