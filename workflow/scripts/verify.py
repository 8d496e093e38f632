"""Compare the files of finished experiments with their records."""

from pathlib import Path

import job
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.runs.verification import verified

wrong = []
for folder in job.start(snakemake)["folders"]:
    found = verified(Path(folder))
    for sentence in found.differing:
        job.log.warning("%s: %s", folder, sentence)
    if not found.wrong:
        job.log.info("%s: %d files are as they were recorded", folder, found.files)
    wrong += found.wrong
if wrong:
    raise InputError("; ".join(wrong))
