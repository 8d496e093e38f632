"""Find galaxies of a survey in the list of those that the owners of starting weights trained on."""

import json
from pathlib import Path

import pandas as pd

import job
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.learnt_galaxies import (
    Learnt,
    all_of,
    learnt_from,
    read_learnt,
    write_learnt,
)
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.surveys.training_lists import found_in, named_galaxies, read_training_list

settings = job.start(snakemake)
survey, of_list = snakemake.wildcards.survey, settings["training_list"]
training_list = read_training_list(of_list | {"table": snakemake.input.training_list})
paths = [snakemake.input.index, *snakemake.input.get("test_index", [])]
index = pd.concat(map(read_index, paths), ignore_index=True)
table = snakemake.input.get("galaxies")
galaxies = named_galaxies(index[GALAXY_ID].to_numpy(), Path(table) if table else None)
found = found_in(training_list, galaxies, survey, of_list["table"])
start = read_learnt(snakemake.input.start)
listed = learnt_from(index, found.listed.to_numpy().nonzero()[0], survey)
together = all_of(start, listed)
learnt = Learnt(start.known or not found.open.any(), together.galaxies)
write_learnt(learnt, snakemake.output.learnt)
Path(snakemake.output.told).write_text(json.dumps(found.told, indent=1) + "\n", encoding="utf-8")
