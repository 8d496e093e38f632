"""Join the crops of several surveys, and what is told of them, into those of one."""

import json
from pathlib import Path

import job
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.joined_ids import survey_names
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.plan.picture_settings import joined_taught, scales_in_words
from galaxyzoo.surveys.joined_crops import join_crops, joined_masked, joined_rejected
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.vote_columns import COUNTS_OF

settings = job.start(snakemake)
surveys, columns = settings["surveys"], tree_from(settings["tree"]).columns
votes = [f"{COUNTS_OF}{column}" for column in columns] if settings["counts_votes"] else []
crops, indices, rejected, masked = (
    [*map(Path, snakemake.input[name])] for name in ("crops", "indices", "rejected", "masked")
)
output = snakemake.output
join_crops(surveys, crops, indices, [*columns, *votes], Path(output.crops), Path(output.index))
ids = read_index(output.index)["GalaxyID"].to_numpy()
joined_rejected(surveys, rejected).to_csv(output.rejected, index=False)
joined_masked(masked, len(ids)).to_csv(output.masked, index=False)
each = map(read_json, snakemake.input.pictures)
taught = joined_taught(dict(zip(surveys, each, strict=True)))
Path(output.pictures).write_text(json.dumps(taught) + "\n", encoding="utf-8")
names = survey_names(ids, surveys)
told = ", ".join(f"{(names == name).sum():,} of {name}" for name in surveys)
job.log.info("%d galaxies: %s", len(ids), told)
for sentence in scales_in_words(taught):
    job.log.warning("%s", sentence)
