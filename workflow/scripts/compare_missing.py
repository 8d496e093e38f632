"""Compare galaxies with and without labels, to tell what is not missing at random."""

import pandas as pd

import job
from galaxyzoo.evaluation.owners import numbers_carried, read_owners
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.joined_sources import files_of_place, joined_labelled, with_joined_ids
from galaxyzoo.surveys.labelled import read_labelled
from galaxyzoo.surveys.masked_tables import differences_in_words, not_at_random
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
tree, surveys = tree_from(settings["tree"]), settings["surveys"]
kept = read_index(snakemake.input.index)["GalaxyID"].to_numpy()
parts, columns = [], []
for place in range(len(surveys)):
    files = files_of_place(dict(snakemake.input.items()), place)
    part = read_labelled(files, tree)
    owners = read_owners(files.get("galaxies"), part.labels.index.unique().to_numpy())
    owners = with_joined_ids(surveys, place, owners)
    owners = owners[owners.index.isin(kept)]
    parts.append(part)
    columns.append(pd.DataFrame(numbers_carried(owners), owners.index))
given, carried = joined_labelled(surveys, parts), pd.concat(columns)
differing = not_at_random(given.labels.loc[kept], given.notes.loc[kept], tree, carried.loc[kept])
differing.to_csv(snakemake.output.not_at_random, index=False)
for sentence in differences_in_words(differing):
    job.log.warning("%s", sentence)
