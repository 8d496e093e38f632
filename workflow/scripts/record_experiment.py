"""Record exactly what went into an experiment: hashes, commits, uncommitted changes, versions."""

import hashlib
import json
from pathlib import Path
from typing import Any

import job
from galaxyzoo.engine.checkpoints import load_checkpoint
from galaxyzoo.foundation.file_records import file_record, found_below
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.stage_records import stage_record

job.start(snakemake)
survey = read_json(snakemake.input.survey)["files"]
results = Path(snakemake.output.record).parents[1]
used = [Path(snakemake.input[name]) for name in ("holdout", "starting_weights")]
shared = [file_record(file) | found_below(file, results) for file in used]
diffs = Path(snakemake.output.diffs)
diffs.mkdir()


def with_named_diff(stage: dict[str, Any]) -> dict[str, Any]:
    """A stage's record with its diff in a file of its own, by whose name it is recorded."""
    if not (diff := stage["diff"]):
        return stage
    name = f"{hashlib.sha256(diff.encode()).hexdigest()[:12]}.diff"
    (diffs / name).write_text(diff, encoding="utf-8")
    return stage | {"diff": name}


stages = [
    with_named_diff(stage_record(load_checkpoint(path)["provenance"])) | file_record(path)
    for path in map(Path, snakemake.input.weights)
]
start = read_json(snakemake.input.origin)
if "taught" in start:
    start["taught"] = with_named_diff(start["taught"])
record = {"files": survey + shared, "start": start, "stages": stages}
text = json.dumps(record, indent=2) + "\n"
Path(snakemake.output.record).write_text(text, encoding="utf-8")
