"""Write the report of an experiment."""

import json
from pathlib import Path

import job
from galaxyzoo.decision_tree import tree_from
from galaxyzoo.histories import read_histories
from galaxyzoo.provenance import git_commit, versions
from galaxyzoo.report import report_page
from galaxyzoo.rule_graph import read_rule_graph

config = job.start(snakemake)
stages = [stage["name"] for stage in config["stages"]]
figures = ("learning_curves", "questions", "answers", "typical", "best", "worst")
page = report_page(
    config,
    tree_from(config["tree"]),
    json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8")),
    read_histories(snakemake.input.histories, config["seeds"], stages),
    read_histories(snakemake.input.timings, config["seeds"], stages),
    {name: Path(snakemake.input[name]) for name in figures},
    Path(snakemake.input.template),
    # Read here and not among the params: another commit alone redoes nothing.
    json.loads(Path(snakemake.input.provenance).read_text(encoding="utf-8"))
    | {"commit": git_commit(), "versions": versions()},
    read_rule_graph(Path(snakemake.input.rulegraph)),
)
Path(snakemake.output[0]).write_text(page, encoding="utf-8")
