"""Submit the bag's predictions of the test images to Kaggle, and save the score."""

import json
from pathlib import Path

import job
from galaxyzoo.surveys.kaggle_submission import kaggle_score

settings = job.start(snakemake)
score = kaggle_score(Path(snakemake.input.submission), **settings)
Path(snakemake.output.score).write_text(json.dumps(score, indent=2) + "\n", encoding="utf-8")
