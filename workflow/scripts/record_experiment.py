"""Record exactly what went into an experiment: hashes, commits and versions."""

import json
from pathlib import Path

import job
from galaxyzoo.engine.checkpoints import load_checkpoint
from galaxyzoo.foundation.file_records import file_record

job.start(snakemake)
survey = json.loads(Path(snakemake.input.survey).read_text(encoding="utf-8"))["files"]
shared = [file_record(Path(snakemake.input[name])) for name in ("holdout", "starting_weights")]
stages = []
for path in map(Path, snakemake.input.weights):
    trained = load_checkpoint(path)["provenance"]
    stages.append(
        {
            "seed": trained["settings"]["seed"],
            "stage": trained["settings"]["stage"]["name"],
            "commit": trained["commit"],
            "versions": trained["versions"],
            **file_record(path),
        }
    )
record = {"files": survey + shared, "stages": stages}
text = json.dumps(record, indent=2) + "\n"
Path(snakemake.output.record).write_text(text, encoding="utf-8")
