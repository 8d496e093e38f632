"""Plot what averaging gains: the error against the number of views and of seeds."""

from pathlib import Path

import job
from galaxyzoo.evaluation.averaging import error_by_seeds, error_by_views
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.report.figures.averaging import lines_by_seeds, lines_by_views
from galaxyzoo.report.figures.style import save_with_numbers
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
views = [galaxies.predicted_by_views(path) for path in snakemake.input.views]
tta = [galaxies.predicted(path) for path in snakemake.input.tta]
by_views = error_by_views(dict(zip(settings["seeds"], views, strict=True)), galaxies.voted)
by_seeds = error_by_seeds(tta, galaxies.voted)
output = snakemake.output
save_with_numbers(
    lines_by_views(by_views),
    by_views,
    Path(output.error_by_views),
    Path(output.error_by_views_narrow),
)
save_with_numbers(
    lines_by_seeds(by_seeds),
    by_seeds,
    Path(output.error_by_seeds),
    Path(output.error_by_seeds_narrow),
)
