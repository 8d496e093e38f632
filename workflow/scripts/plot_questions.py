"""Plot the error by question."""

import json
from pathlib import Path

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.figures import error_by_question, save

settings = job.start(snakemake)
metrics = json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8"))
tree = tree_from(settings["tree"])
figure = error_by_question(metrics["questions"], metrics["questions_mean_label"], tree)
save(figure, Path(snakemake.output[0]))
