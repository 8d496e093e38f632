"""Plot the error against the number of training galaxies, and what twice as many would bring."""

import json
from pathlib import Path

import job
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.label_curve import label_curve, table_of
from galaxyzoo.foundation.handed_on import read_metrics
from galaxyzoo.report.figures.label_curve import error_by_labels
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
galaxies = read_held_out(
    snakemake.input.index, snakemake.input.holdout, tree_from(settings["tree"])
)
trained_on = [read_metrics(path)["galaxies"]["train"] for path in snakemake.input.metrics]
curve = label_curve(
    trained_on, [galaxies.predicted(path) for path in snakemake.input.bags], galaxies.voted
)
Path(snakemake.output.curve).write_text(json.dumps(curve, indent=1) + "\n", encoding="utf-8")
table, output = table_of(curve), snakemake.output
save_with_numbers(error_by_labels(table), table, Path(output.svg), Path(output.narrow))
