"""Join what several surveys hold out, and which of their galaxies are fair."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.surveys.joined_crops import joined_fair, joined_holdout
from galaxyzoo.surveys.labels import read_fair_ids

settings = job.start(snakemake)
surveys, indices = settings["surveys"], [*map(Path, snakemake.input.indices)]
lists = {place: snakemake.input.get(f"fair_ids_{place}") for place in range(len(surveys))}
fair = {place: read_fair_ids(Path(path)) for place, path in lists.items() if path}
holdout = joined_holdout(surveys, [*map(Path, snakemake.input.holdouts)])
for ids, path in (
    (holdout, snakemake.output.holdout),
    (joined_fair(surveys, indices, fair), snakemake.output.fair_ids),
):
    pd.DataFrame({"GalaxyID": ids}).to_csv(path, index=False)
