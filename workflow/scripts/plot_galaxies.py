"""Plot sheets of held-out galaxies, each with the crowd's sentence and the network's."""

from pathlib import Path

import job
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.owners import NAME, read_owners
from galaxyzoo.evaluation.rankings import SHEETS, ranked_galaxies, sheet_positions
from galaxyzoo.foundation.packed_crops import packed_crops
from galaxyzoo.report.figures.galaxies import galaxy_sheet
from galaxyzoo.report.figures.style import save
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
ranked = ranked_galaxies(galaxies, galaxies.predicted(snakemake.input.bag))
owners = read_owners(snakemake.input.get("galaxies"), galaxies.ids)
ranked.insert(1, NAME, owners[NAME].to_numpy())
crops = packed_crops(snakemake.input.crops, snakemake.input.index)
for sheet in SHEETS:
    shown = ranked.iloc[sheet_positions(ranked, sheet)]
    figure, table = Path(snakemake.output[sheet]), shown.drop(columns="row")
    table.to_csv(figure.with_suffix(".csv"), index=False)
    save(galaxy_sheet(table, crops[shown["row"]], settings["words"]), figure)
