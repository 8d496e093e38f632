"""Fetch Galaxy Zoo 2's images and tables of votes."""

import platform
from functools import partial
from importlib.metadata import version
from pathlib import Path

import job
from galaxyzoo.foundation.file_records import PROVENANCE, write_record
from galaxyzoo.foundation.shared_downloads import fetch_once
from galaxyzoo.surveys.downloads import fetch, put
from galaxyzoo.surveys.gz2 import named_by_address

# Not an output of the rule: if one download fails, Snakemake deletes all outputs, even good ones.
DOWNLOADS = Path("results/downloads")

settings = job.start(snakemake)
output = {name: Path(snakemake.output.get(name)) for name in settings}
sources = {"mapping": (settings["mapping"], output["mapping"])}
for number, (source, name) in enumerate(named_by_address(settings["tables"])):
    sources[f"tables[{number}]"] = (source, output["tables"] / name)
sources["images"] = (settings["images"], output["images"])
for key, (source, path) in sources.items():
    download = DOWNLOADS / path.name
    address, known_hash = source["address"], source["hash"]
    fetching = partial(fetch, address, known_hash, key=f"survey.gz2.{key}")
    fetch_once(download, address, known_hash, fetching)
    path.parent.mkdir(exist_ok=True)
    put(download, path)
write_record(
    output["images"].with_name(PROVENANCE),
    source=", ".join(source["address"] for source, _ in sources.values()),
    files=[path for _, path in sources.values()],
    versions={"python": platform.python_version(), "requests": version("requests")},
)
