"""Find galaxies that are in more than one survey, and tie what must not be divided."""

from pathlib import Path

import pandas as pd

import job
from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.surveys.joined_galaxies import image_hashes, own_groups, tied, twins

settings = job.start(snakemake)
surveys, indices = settings["surveys"], [*map(Path, snakemake.input.indices)]
try:
    galaxies = pd.read_csv(
        snakemake.input.galaxies, dtype=str, keep_default_na=False, index_col="GalaxyID"
    )
    galaxies.index = galaxies.index.astype("int64")
except (OSError, ValueError) as error:
    raise damaged(snakemake.input.galaxies, error) from error
groups = {place: snakemake.input.get(f"groups_{place}") for place in range(len(surveys))}
own = own_groups(
    surveys,
    galaxies.index.to_numpy(),
    {place: Path(path) for place, path in groups.items() if path},
)
pairs, known_by = twins(surveys, galaxies, image_hashes(surveys, indices))
together = tied(own, pairs)
together.to_csv(snakemake.output.groups)
found = galaxies.loc[known_by.index, ["name", "survey"]]
found = found.assign(known_by=known_by, group=together[known_by.index])
found.sort_values("group", kind="stable").to_csv(snakemake.output.twins)
if len(found):
    job.log.warning(
        "%d galaxies are of more than one survey (%s lists them): where one of them is held out or "
        "validated on, its twins are left out of training",
        *(len(found), snakemake.output.twins),
    )
