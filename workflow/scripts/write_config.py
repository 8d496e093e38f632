"""Write the resolved config of an experiment: all keys, with defaults filled in."""

from pathlib import Path

import yaml

import job
from galaxyzoo.foundation.atomic_files import replaced

settings = job.start(snakemake)
text = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)
with replaced(Path(snakemake.output[0])) as unfinished:  # it may be read by who watches the run
    unfinished.write_text(text, encoding="utf-8")
