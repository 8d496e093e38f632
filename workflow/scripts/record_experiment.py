"""Record exactly what went into an experiment: hashes, commits, uncommitted changes, versions."""

import hashlib
import json
from pathlib import Path

import job
from galaxyzoo.engine.checkpoints import load_checkpoint
from galaxyzoo.foundation.file_records import file_record
from galaxyzoo.foundation.handed_on import read_json

job.start(snakemake)
survey = read_json(snakemake.input.survey)["files"]
shared = [file_record(Path(snakemake.input[name])) for name in ("holdout", "starting_weights")]
diffs = Path(snakemake.output.diffs)
diffs.mkdir()
stages = []
for path in map(Path, snakemake.input.weights):
    trained = load_checkpoint(path)["provenance"]
    diff = None
    if trained["diff"]:
        diff = f"{hashlib.sha256(trained['diff'].encode()).hexdigest()[:12]}.diff"
        (diffs / diff).write_text(trained["diff"], encoding="utf-8")
    stages.append(
        {
            "seed": trained["settings"]["seed"],
            "stage": trained["settings"]["stage"]["name"],
            "commit": trained["commit"],
            "diff": diff,
            "versions": trained["versions"],
            "deterministic": trained["settings"]["deterministic"],
            **{name: trained["made_with"][name] for name in ("device", "precision", "threads")},
            **file_record(path),
        }
    )
start = read_json(snakemake.input.origin)
record = {"files": survey + shared, "start": start, "stages": stages}
text = json.dumps(record, indent=2) + "\n"
Path(snakemake.output.record).write_text(text, encoding="utf-8")
