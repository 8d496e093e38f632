"""Plot the error by question."""

import json
from pathlib import Path

import job
from galaxyzoo.figures import error_by_question, save

job.start(snakemake)
metrics = json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8"))
figure = error_by_question(metrics["questions"], metrics["questions_mean_label"])
save(figure, Path(snakemake.output[0]))
