"""Write the config of an experiment as it was resolved: all keys, with their defaults."""

from pathlib import Path

import yaml

import job

settings = job.start(snakemake)
text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
Path(snakemake.output[0]).write_text(text, encoding="utf-8")
