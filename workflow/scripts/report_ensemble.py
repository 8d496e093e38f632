"""Write the report of an ensemble."""

from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_csv, read_json, read_metrics
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
    read_metrics(snakemake.input.metrics),
    {
        Path(path).stem: read_csv(path)
        for path in [*snakemake.input.tables, *snakemake.input.labels]
    },
    figures,
    Path(snakemake.input.explorer),
    Path(snakemake.input.template),
    read_json(snakemake.input.held),
)
Path(snakemake.output[0]).write_text(page, encoding="utf-8")
