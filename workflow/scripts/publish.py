"""Publish an export, and keep where it is. The token stays in the environment."""

import json
import os
from pathlib import Path

import job
from galaxyzoo.export.uploads import record, uploaded_files
from galaxyzoo.plan.publishing import TOKENS

settings = job.start(snakemake)
place, experiment = settings["to"], settings["experiment"]
files = uploaded_files(map(Path, snakemake.input), settings["licence"])
token = os.environ[TOKENS[place][0]]
if place == "huggingface":
    from galaxyzoo.export import hugging_face

    where = hugging_face.publish(files, settings["repository"], token)
else:
    from galaxyzoo.export import zenodo

    title = settings["title"] or f"Galaxy Zoo networks: {experiment}"
    metadata = zenodo.metadata_of(title, experiment, settings["creators"], settings["licence"])
    address = os.environ.get("ZENODO_ADDRESS", "https://zenodo.org").rstrip("/")
    where = zenodo.publish(files, metadata, address, token)
told = record(files, to=place, licence=settings["licence"], **where)
Path(snakemake.output.record).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
job.log.info("published at %s", told["address"])
