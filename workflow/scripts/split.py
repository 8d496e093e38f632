"""Split the galaxies that are not held out into training and validation, for one seed."""

from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.learnt_galaxies import are_among, read_all
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.foundation.split_files import write_split
from galaxyzoo.surveys.labels import read_fair_ids, read_groups
from galaxyzoo.surveys.splits import Fold, Ties, require_unseen, split, strata_of
from galaxyzoo.tree.decision_tree import tree_from

settings = job.start(snakemake)
index = read_index(snakemake.input.index)
ids = index["GalaxyID"].to_numpy()
holdout = read_csv(snakemake.input.holdout)["GalaxyID"].to_numpy()
start, starts = (read_all(snakemake.input.get(name, [])) for name in ("start", "starts"))
if settings["holdout_seen"] == "refuse":
    require_unseen(holdout, ids[are_among(index, start)])
fair_ids, groups = (snakemake.input.get(name) for name in ("fair_ids", "groups"))
validation = settings["validation"]
parts = split(
    ids,
    holdout,
    Fold(*validation) if isinstance(validation, list) else validation,
    int(snakemake.wildcards.seed),
    read_fair_ids(Path(fair_ids)) if fair_ids else None,
    settings["training_galaxies"],
    ids[are_among(index, starts)],
    Ties(
        strata_of(index, tree_from(settings["tree"]), settings["surveys"]),
        # Those of joined surveys are only the galaxies that are in a group.
        read_groups(Path(groups)).reindex(ids, fill_value="") if groups else None,
    ),
)
write_split(parts, snakemake.output.split)
if not start.known:
    job.log.warning(
        "which galaxies model.weights learnt is not known: validation and held-out ones may be "
        "among them"
    )
job.log.debug("%s", ", ".join(f"{n} {part}" for part, n in parts.value_counts().items()))
