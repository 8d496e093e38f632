"""Write the resolved config of an experiment: all keys, with defaults filled in."""

from pathlib import Path

import yaml

import job

settings = job.start(snakemake)
text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
Path(snakemake.output[0]).write_text(text, encoding="utf-8")
