"""Record exactly which files a survey consists of: sizes in bytes and hashes."""

import json
from pathlib import Path

import job
from galaxyzoo.foundation.file_records import known_record

job.start(snakemake)
files = [known_record(Path(path)) for path in snakemake.input]
record = json.dumps({"files": files}, indent=2) + "\n"
Path(snakemake.output.record).write_text(record, encoding="utf-8")
