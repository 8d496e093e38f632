"""Score predictions of the held-out galaxies: seeds or members, bag, network-free benchmarks."""

import json
from pathlib import Path

import numpy as np

import job
from galaxyzoo.calibration.by_survey import scores_by_survey
from galaxyzoo.calibration.calibration import read_calibration
from galaxyzoo.calibration.coverage import (
    coverage_by_number,
    coverage_by_property,
    coverage_scores,
    coverage_table,
    covered,
    records,
)
from galaxyzoo.calibration.dirichlet_intervals import dirichlet_scores
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.calibration.recalibration import recalibration_scores
from galaxyzoo.calibration.start_scores import start_scores
from galaxyzoo.evaluation.central_pixel import central_pixel_benchmark
from galaxyzoo.evaluation.ensembles import member_scores
from galaxyzoo.evaluation.error_tables import galaxy_properties
from galaxyzoo.evaluation.held_out import held_out
from galaxyzoo.evaluation.metrics import scores
from galaxyzoo.evaluation.starts import start_in_words, starts_in_words, what_starts_learnt
from galaxyzoo.evaluation.validation import read_members, together
from galaxyzoo.evaluation.vote_noise import vote_noise_floor
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import damaged, read_csv, read_json, read_own_parquet
from galaxyzoo.foundation.packed_crops import PackedCrops, centre_columns, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.vote_columns import votes_of

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
survey = read_index(snakemake.input.index)
ids = read_csv(snakemake.input.holdout)[GALAXY_ID]
galaxies = held_out(survey, ids, tree, snakemake.input.holdout)
crops = PackedCrops(snakemake.input.crops, survey)
colours = survey[centre_columns(survey)].to_numpy()
central_pixel = central_pixel_benchmark(
    colours[galaxies.other_rows], galaxies.other_labels, colours[galaxies.rows]
)
true_probabilities = snakemake.input.get("true_probabilities")
truth = None
if true_probabilities:
    table = read_csv(true_probabilities).set_index("GalaxyID")
    truth = tree.probabilities(table.loc[galaxies.ids])
seeds = {
    seed: {"single": galaxies.predicted(single), "tta": galaxies.predicted(tta)}
    for seed, single, tta in zip(
        settings["seeds"],
        snakemake.input.get("single", []),
        snakemake.input.get("tta", []),
        strict=True,
    )
}
test_index = snakemake.input.get("test_index")
splits = [read_split(path) for path in snakemake.input.splits]
for path, split in zip(snakemake.input.splits, splits, strict=True):
    held_out = split["GalaxyID"][split["part"] == "holdout"].to_numpy()
    if not np.array_equal(held_out, galaxies.ids):
        raise damaged(path, "it holds out other galaxies than the survey")
parts = splits[0]["part"].value_counts()
test = read_index(test_index) if test_index else None
test_ids = test["GalaxyID"].to_numpy() if test_index else []
test_in_training = np.isin(test_ids, galaxies.all_ids).sum()
if test_in_training:
    job.log.warning(
        "%d of the %d test galaxies are also training galaxies", test_in_training, len(test_ids)
    )
learnt = snakemake.input.get("learnt", [])
starts = what_starts_learnt(
    learnt,
    survey if learnt else None,
    galaxies.ids,
    test,
    settings["seen_galaxy_zoo"],
    [*map(read_json, snakemake.input.get("origins", []))],
    [*map(read_json, snakemake.input.get("found_in_lists", []))],
)
for sentence in starts_in_words(starts):
    job.log.warning("%s", sentence)

metrics = {
    "experiment": settings["experiment"],
    "survey": settings["survey"],
    "seen_galaxy_zoo": settings["seen_galaxy_zoo"],
    "starts": starts,
    **settings["chosen"],
    "subset": {
        "name": "holdout",
        "galaxies": len(galaxies.ids),
        "limited_to_fair_ids": bool(snakemake.input.get("fair_ids")),
    },
    "galaxies": {name: int(parts[name]) for name in ("train", "valid", "holdout")}
    | {"test": len(test_ids), "test_in_training": int(test_in_training)},
} | scores(
    galaxies.voted,
    galaxies.other_labels,
    central_pixel,
    truth,
    seeds,
    galaxies.predicted(snakemake.input.bag),
    tree,
)
votes = votes_of(survey, tree)
votes = None if votes is None else votes[galaxies.rows]
if truth is None and votes is not None:
    metrics["rmse"]["vote_noise_floor"] = vote_noise_floor(votes, galaxies.voted, tree)
weights = {settings["experiment"]: 1.0}
if "members" in settings:
    weights = read_json(snakemake.input.weights)
    paths = dict(zip(weights, snakemake.input.members, strict=True))
    members = {name: galaxies.predicted(path) for name, path in paths.items()}
    metrics["ensemble"] = member_scores(members, weights, galaxies.voted)
    metrics["ensemble"]["fitted"] = settings["fitted"]
validation = read_members(
    settings.get("members", {settings["experiment"]: settings["seeds"]}),
    snakemake.input.validation,
    survey,
    tree,
)
pooled = together(validation, weights)
metrics["validation"] = pooled.scores()
metrics["validation_galaxies"] = pooled.digest()
calibration = read_calibration(snakemake.input.calibration, tree)
bag = galaxies.predicted(snakemake.input.bag)
metrics["recalibration"] = recalibration_scores(
    calibration.recalibration, bag, galaxies.voted, tree
)
published, bounds = calibration.of(bag)
metrics["start"] = None
start_validation = snakemake.input.get("start_validation")
if start_validation and len(of_start := read_own_parquet(start_validation)):
    metrics["start"] = start_scores(
        of_start,
        survey,
        galaxies.predicted(snakemake.input.start_holdout),
        calibration.recalibration.of(bag, tree),
        galaxies.voted,
        tree,
    )
    for sentence in start_in_words(metrics["start"]):
        job.log.info("%s", sentence)
coverage = covered(bounds, galaxies.voted, tree)
properties = galaxy_properties(galaxies.voted, measured(crops, galaxies.rows), tree)
networks = {seed: predicted["tta"] for seed, predicted in seeds.items()}
metrics["intervals"] = coverage_scores(calibration, bag, networks, galaxies.voted) | {
    "answers": records(coverage_table(coverage, tree)),
    "by_number": records(coverage_by_number(coverage, published, tree)),
    "by_property": records(coverage_by_property(properties, coverage, tree)),
}
if settings["learnt_votes"]:
    unsure = [galaxies.dispersion(path) for path in snakemake.input.single]
    of_networks = dirichlet_scores(bag, np.mean(unsure, axis=0), votes, tree)
    metrics["intervals"]["dirichlet"] = of_networks
metrics["surveys"] = scores_by_survey(
    settings["surveys"],
    galaxies.ids,
    bag,
    published,
    galaxies.mean_label,
    galaxies.voted,
    coverage,
    tree,
)
twins = snakemake.input.get("twins")
metrics["galaxies"]["in_several_surveys"] = len(read_csv(twins)) if twins else 0
for one in metrics["surveys"]:
    one["training_scale"] = settings["scales"][one["survey"]]
    job.log.info(
        "%s: error %.5f (%.5f to %.5f) on %d held-out galaxies",
        *(one["survey"], one["rmse"], *one["rmse_interval"], one["galaxies"]),
    )
Path(snakemake.output.metrics).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
job.log.debug(
    "RMSE of the bag %.5f on %d held-out galaxies (mean label %.5f)",
    metrics["rmse"]["bag"],
    len(galaxies.ids),
    metrics["rmse"]["mean_label"],
)
