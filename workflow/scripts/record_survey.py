"""Record exactly which files a survey consists of: sizes in bytes and hashes."""

import json
from pathlib import Path

import job
from galaxyzoo.foundation.file_records import found_below, known_record

surveys = job.start(snakemake)["surveys"]
results, files = Path(snakemake.output.record).parents[2], []
for name, path in snakemake.input.items():
    file = Path(path)
    place = name.rpartition("_")[2]
    several = len(surveys) > 1 and place.isdecimal()
    of = {"survey": surveys[int(place)]} if several else {}
    files.append(known_record(file) | found_below(file, results) | of)
record = json.dumps({"files": files}, indent=2) + "\n"
Path(snakemake.output.record).write_text(record, encoding="utf-8")
