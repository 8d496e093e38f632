"""Plot which class is taken for which, and how well each is told from the others."""

from pathlib import Path

import job
from galaxyzoo.evaluation.classes import precision_recall_table, roc_table
from galaxyzoo.evaluation.confusion import confusion_table
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.report.figures.classes import confusion_matrix, precision_recall, roc_curves
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
predicted = galaxies.predicted(snakemake.input.bag)

for draw, numbers, name in (
    (confusion_matrix, confusion_table, "class_confusion"),
    (roc_curves, roc_table, "class_roc"),
    (precision_recall, precision_recall_table, "class_precision_recall"),
):
    table = numbers(predicted, galaxies.voted, tree)
    save_with_numbers(draw(table), table, Path(snakemake.output[name]))
