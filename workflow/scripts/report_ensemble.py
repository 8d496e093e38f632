"""Write the report of an ensemble."""

import json
from pathlib import Path

import pandas as pd

import job
from galaxyzoo.report.page import ensemble_page
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of

config = job.start(snakemake)
figures = {
    name: Path(file)
    for name, file in snakemake.input.items()
    if str(file).endswith((".svg", ".png"))
}
page = ensemble_page(
    config,
    tree_from(questions_of(config["tree"])),
    json.loads(Path(snakemake.input.metrics).read_text(encoding="utf-8")),
    {Path(path).stem: pd.read_csv(path) for path in snakemake.input.tables},
    figures,
    Path(snakemake.input.explorer),
    Path(snakemake.input.template),
)
Path(snakemake.output[0]).write_text(page, encoding="utf-8")
