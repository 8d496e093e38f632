"""List the galaxies of several surveys: their names, their survey, and carried columns."""

from pathlib import Path

import job
from galaxyzoo.surveys.joined_galaxies import joined_galaxies

settings = job.start(snakemake)
places = range(len(settings["surveys"]))
tables = {place: snakemake.input.get(f"galaxies_{place}") for place in places}
galaxies = joined_galaxies(
    settings["surveys"],
    [*map(Path, snakemake.input.indices)],
    {place: Path(path) for place, path in tables.items() if path},
)
galaxies.to_csv(snakemake.output.galaxies)
