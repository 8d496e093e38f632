"""Put finished experiments, their provenance and the workflow into one zip, an RO-Crate."""

from pathlib import Path

import job
from galaxyzoo.export.archive import NAME, SHOWN, Told, archived_files, guide_to, write_archive
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.provenance import git_commit
from galaxyzoo.plan.fingerprints import code_fingerprints
from galaxyzoo.plan.run_words import score_in_words
from galaxyzoo.runs.verification import provenance_of, verified

settings = job.start(snakemake)
folders = [Path(folder) for folder in settings["folders"]]
wrong, stages, given = [], [], []
for folder in folders:
    found = verified(folder)
    wrong += found.wrong
    for sentence in found.differing:
        job.log.warning("%s: %s", folder, sentence)
    if (folder / "provenance.json").is_file():  # an ensemble has none
        stages_of_one, files = provenance_of(folder)
        stages += stages_of_one
        given += [file["name"] for file in files]
if wrong:
    raise InputError(f"archive: {'; '.join(wrong)}; run the experiment to its end")

commit, commits = git_commit(), sorted({str(stage["commit"]) for stage in stages})
if commits != [str(commit)]:
    told = ", ".join(commits), commit
    job.log.warning("stages are of commit %s, and the workflow in the archive is of %s", *told)
output = folders[0] / NAME
files = archived_files(folders, job.WORKFLOW.parent)
code = {"commit": commit, "stages": commits, "fingerprints": code_fingerprints(job.WORKFLOW)}
held = {Path(name).name for name in files}
gone = [name for name in dict.fromkeys(given) if name not in held]
names = [folder.name for folder in folders]
guide = guide_to(settings["config"], names, settings["licences"], gone)
score = f"{score_in_words(folders[-1]).removesuffix(', page')}."
write_archive(
    output,
    files,
    Told(settings["title"], settings["licence"], settings["creators"], score, settings["who"]),
    code,
    guide,
)
size_mb = output.stat().st_size / 1e6
job.log.info(
    "%s: %d files, %.1f MB; of the survey's data, it has %s: %s",
    output,
    len(files),
    size_mb,
    SHOWN,
    " ".join(settings["licences"]),
)
