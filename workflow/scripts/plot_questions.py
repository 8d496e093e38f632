"""Plot the error by question."""

import json
from pathlib import Path

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.error_tables import question_table
from galaxyzoo.figures_errors import bars_by_question
from galaxyzoo.figures_style import save_with_numbers

settings = job.start(snakemake)
metrics = json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8"))
tree = tree_from(settings["tree"])
table = question_table(metrics["questions"], metrics["questions_mean_label"], tree)
save_with_numbers(bars_by_question(table), table, Path(snakemake.output.svg))
