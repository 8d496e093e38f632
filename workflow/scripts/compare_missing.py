"""Compare galaxies with and without labels, to tell what is not missing at random."""

import pandas as pd

import job
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.surveys.masked_tables import differences_in_words, not_at_random
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree = tree_from(settings["tree"])
given = read_labelled(dict(snakemake.input.items()), tree)
kept = read_index(snakemake.input.index)["GalaxyID"].to_numpy()
owners = read_owners(snakemake.input.get("galaxies"), kept)
carried = pd.DataFrame(numbers_carried(owners), owners.index)
differing = not_at_random(given.labels.loc[kept], given.notes.loc[kept], tree, carried)
differing.to_csv(snakemake.output.not_at_random, index=False)
for sentence in differences_in_words(differing):
    job.log.warning("%s", sentence)
