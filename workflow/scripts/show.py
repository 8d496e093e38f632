"""Show galaxies to a finished experiment: python workflow/scripts/show.py results/demo.

With --catalogue results/demo/catalogues/mine, it shows what is most like them in that catalogue.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# As for all jobs: threads that spin for long while they wait for each other slow the networks down
# tenfold or more if another process wants the cores. It is read when torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import catalogue_settings, load_schema
from galaxyzoo.plan.picture_settings import as_trained
from galaxyzoo.showing.browsing import load_browsed
from galaxyzoo.showing.experts import load_experts
from galaxyzoo.showing.local_server import (
    address_of,
    port_number,
    server_of,
    told_in_the_terminal,
)
from galaxyzoo.showing.server import application
from galaxyzoo.showing.turns import THREADS

WORKFLOW = Path(__file__).resolve().parents[1]
PORT = 8765


def show(folder: Path, catalogue: Path | None, port: int) -> None:
    """Serve the page until it is interrupted."""
    schema = load_schema(WORKFLOW / "schemas" / "config.schema.yaml")
    browsed = None if catalogue is None else load_browsed(catalogue)
    experts = load_experts(folder)
    if browsed is not None and browsed.network != file_hash(next(iter(experts.taught))):
        raise InputError(
            f"{catalogue} has features of another network than the first of {folder}; give a "
            "catalogue by these networks, or run `snakemake catalogue` again"
        )
    settings = as_trained(catalogue_settings({}, schema), experts.taught)
    app = application(experts, WORKFLOW / "report", settings, browsed)
    server = server_of(app, port, THREADS)
    print(f"Show it galaxies at {address_of(server)} (Ctrl-C ends it)", flush=True)
    server.run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of a finished experiment, such as results/demo")
    parser.add_argument(
        "--catalogue", type=Path, help="folder of a catalogue by it, to find what is most like"
    )
    parser.add_argument(
        "--port", type=port_number, default=PORT, help=f"default: {PORT}; 0 takes any"
    )
    arguments = parser.parse_args()
    with told_in_the_terminal():
        show(arguments.folder, arguments.catalogue, arguments.port)
