"""Plot where the bag's error lies, its calibration, and how often its intervals hold."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.calibration.photometry import measured
from galaxyzoo.evaluation.confusion import confusion_table, selection_table
from galaxyzoo.evaluation.error_tables import (
    answer_table,
    density_table,
    error_by_property,
    galaxy_properties,
    question_table,
)
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.evaluation.reliability import reliability_table
from galaxyzoo.foundation.handed_on import read_metrics
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.report.figures.coverage import coverage_lines, dots_by_answer
from galaxyzoo.report.figures.errors import (
    bars_by_answer,
    bars_by_question,
    lines_by_property,
    predicted_against_voted,
    reliability,
)
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree, words = tree_from(settings["tree"]), settings["words"]
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
predicted, voted = galaxies.predicted(snakemake.input.bag), galaxies.voted
light = measured(packed_crops(snakemake.input.crops, snakemake.input.index), galaxies.rows)
properties = galaxy_properties(voted, light, tree)
owners = read_owners(snakemake.input.get("galaxies"), galaxies.ids)
properties |= numbers_carried(owners)

by_question = question_table(predicted, voted, galaxies.mean_label, tree)
by_answer = answer_table(predicted, voted, galaxies.mean_label, tree)
by_property = error_by_property(properties, predicted, voted, galaxies.mean_label)
densities = density_table(predicted, voted, tree)
bins = reliability_table(predicted, voted, tree)
calibration = bins[["column", "calibration_error"]].drop_duplicates()
by_answer = by_answer.merge(calibration, on="column", how="left")

output = snakemake.output
save_with_numbers(
    bars_by_question(by_question),
    by_question,
    Path(output.questions),
    Path(output.questions_narrow),
)
save_with_numbers(bars_by_answer(by_answer), by_answer, Path(output.answers))
save_with_numbers(
    lines_by_property(by_property, words), by_property, Path(output.error_by_property)
)
save_with_numbers(
    predicted_against_voted(densities, words), densities, Path(output.predicted_against_voted)
)
save_with_numbers(reliability(bins, words), bins, Path(output.reliability))
confusion_table(predicted, voted, tree).to_csv(output.confusion, index=False)
selection_table(predicted, voted, tree).to_csv(output.selection, index=False)

intervals = read_metrics(snakemake.input.metrics)["intervals"]
coverage, coverage_by_property = (
    pd.DataFrame(intervals[name]) for name in ("answers", "by_property")
)
coverage.insert(3, "answer", [tree.answers[column].name for column in coverage["column"]])
save_with_numbers(dots_by_answer(coverage), coverage, Path(output.coverage))
save_with_numbers(
    coverage_lines(coverage_by_property, words),
    coverage_by_property,
    Path(output.coverage_by_property),
)
