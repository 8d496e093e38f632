"""Write the held-out galaxies by name: carried columns, labels and predictions."""

import pandas as pd

import job
from galaxyzoo.evaluation.held_out import read_held_out
from galaxyzoo.evaluation.owners import read_owners
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
galaxies = read_held_out(snakemake.input.index, snakemake.input.holdout, tree)
owners = read_owners(snakemake.input.galaxies, galaxies.ids)
labels, predicted = (
    pd.DataFrame(values, owners.index, [f"{column}{ending}" for column in tree.columns])
    for values, ending in (
        (galaxies.voted, "_labelled"),
        (galaxies.predicted(snakemake.input.bag), "_predicted"),
    )
)
pd.concat([owners, labels, predicted], axis=1).to_csv(snakemake.output.predictions)
