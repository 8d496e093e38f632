"""Fetch Galaxy Zoo 2's images and tables."""

import platform
from importlib.metadata import version
from pathlib import Path

import job
from galaxyzoo.foundation.file_records import PROVENANCE, write_record
from galaxyzoo.surveys.downloads import fetch, put

# Not an output of the rule: if one download fails, Snakemake deletes all outputs, even good ones.
DOWNLOADS = Path("results/downloads")

settings = job.start(snakemake)
files = {name: Path(snakemake.output.get(name)) for name in settings}
for name, source in settings.items():
    download = DOWNLOADS / files[name].name
    fetch(source["address"], source["hash"], download, key=f"survey.gz2.{name}")
    put(download, files[name])
write_record(
    files["images"].with_name(PROVENANCE),
    source=", ".join(source["address"] for source in settings.values()),
    files=list(files.values()),
    versions={"python": platform.python_version(), "requests": version("requests")},
)
