"""Write the report of an experiment."""

from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_csv, read_json, read_metrics
from galaxyzoo.foundation.provenance import git_commit, versions
from galaxyzoo.report.page import report_page
from galaxyzoo.runs.stage_tables import read_stage_tables, stage_costs
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of

config = job.start(snakemake)
seeds, stages = config["seeds"], [stage["name"] for stage in config["stages"]]
timings = read_stage_tables(snakemake.input.timings, seeds, stages)
benchmarks = read_stage_tables(snakemake.input.benchmarks, seeds, stages, separator="\t")
tables = {
    Path(path).stem: read_csv(path) for path in [*snakemake.input.tables, *snakemake.input.labels]
}
figures = {
    name: Path(file)
    for name, file in snakemake.input.items()
    if str(file).endswith((".svg", ".png"))
}

# In the order of `stage_owners`: a variant takes some from its base's folder.
owners = [Path(path).parents[2].name for path in snakemake.input.histories[: len(stages)]]
curve = snakemake.input.get("label_curve")

page = report_page(
    config,
    tree_from(questions_of(config["tree"])),
    read_metrics(snakemake.input.metrics),
    read_stage_tables(snakemake.input.histories, seeds, stages),
    tables | {"stage_costs": stage_costs(timings, benchmarks)},
    figures,
    Path(snakemake.input.explorer),
    Path(snakemake.input.template),
    read_json(snakemake.input.held),
    # Read here, not in the params: a new commit alone should not rerun anything.
    read_json(snakemake.input.provenance) | {"commit": git_commit(), "versions": versions()},
    [stage for stage, owner in zip(stages, owners, strict=True) if owner != config["experiment"]],
    read_json(curve) if curve else None,
)
Path(snakemake.output[0]).write_text(page, encoding="utf-8")
