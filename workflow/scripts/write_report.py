"""Write the report of an experiment."""

import json
from pathlib import Path

import pandas as pd

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.histories import read_histories
from galaxyzoo.provenance import git_commit, versions
from galaxyzoo.report import report_page
from galaxyzoo.rule_graph import read_rule_graph
from galaxyzoo.stage_costs import stage_costs

config = job.start(snakemake)
seeds, stages = config["seeds"], [stage["name"] for stage in config["stages"]]
timings = read_histories(snakemake.input.timings, seeds, stages)
benchmarks = read_histories(snakemake.input.benchmarks, seeds, stages, separator="\t")
tables = {Path(path).stem: pd.read_csv(path) for path in snakemake.input.tables}
figures = (
    *("learning_curves", "questions", "answers", "error_by_property", "predicted_against_voted"),
    *("reliability", "error_by_views", "error_by_seeds"),
    *("typical", "best", "worst", "disagreed", "augmentation", "attribution"),
)
page = report_page(
    config,
    tree_from(config["tree"]),
    json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8")),
    read_histories(snakemake.input.histories, seeds, stages),
    tables | {"stage_costs": stage_costs(timings, benchmarks)},
    {name: Path(snakemake.input[name]) for name in figures},
    Path(snakemake.input.explorer),
    Path(snakemake.input.template),
    # Read here and not among the params: another commit alone redoes nothing.
    json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
    | {"commit": git_commit(), "versions": versions()},
    read_rule_graph(Path(snakemake.input.rulegraph)),
)
Path(snakemake.output[0]).write_text(page, encoding="utf-8")
