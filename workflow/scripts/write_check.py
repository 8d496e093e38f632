"""Write the page of a look before training."""

from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.report.check_page import check_page, what_stops
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
held = read_json(snakemake.input.held)
stops = what_stops(held, settings["on_bad_galaxy"])
page = check_page(
    held,
    tree_from(settings["tree"]),
    Path(snakemake.input.figure),
    Path(snakemake.input.template),
    settings["experiment"],
    settings["survey"],
    stops,
    settings["words"],
)
for sentence in stops:
    job.log.warning("%s", sentence)
Path(snakemake.output.page).write_text(page, encoding="utf-8")
