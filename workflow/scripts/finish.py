"""Record what a finished experiment was made with."""

from pathlib import Path

import job
from galaxyzoo.plan.finished import finished_record

settings = job.start(snakemake)
output = Path(snakemake.output.record)
results = output.parents[1]
stages = {
    (seed, stage): results / owner / f"seed{seed}" / "stages" / stage
    for seed, stage, owner in settings["owners"]
}
record = finished_record(
    output.parent,
    settings["config"],
    stages,
    [Path(path) for path in snakemake.input.networks],
    dict.fromkeys(map(Path, snakemake.input)),
    Path(galaxies) if (galaxies := snakemake.input.get("galaxies")) else None,
)
output.write_text(record, encoding="utf-8")
