"""Draw a survey's held-out galaxies, which are never used to train, validate or tune."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.labels import read_fair_ids, read_groups
from galaxyzoo.surveys.splits import Ties, classes_of, draw_holdout
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
index = read_index(snakemake.input.index)
ids = index["GalaxyID"].to_numpy()
groups = snakemake.input.get("groups")
fair_ids = snakemake.input.get("fair_ids")
holdout = draw_holdout(
    ids,
    settings["fraction"],
    settings["seed"],
    read_fair_ids(Path(fair_ids)) if fair_ids else None,
    Ties(
        classes_of(index, tree_from(settings["tree"])),
        read_groups(Path(groups)) if groups else None,
    ),
)
pd.DataFrame({"GalaxyID": holdout}).to_csv(snakemake.output.holdout, index=False)
job.log.debug(
    "%d of %d galaxies held out%s", len(holdout), len(ids), ", all of them fair" if fair_ids else ""
)
