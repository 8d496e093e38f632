"""Look through a catalogue: python workflow/scripts/browse.py results/demo/catalogues/mine.

Its page has the strangest galaxies, and for each those that are most like it.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.showing.browsing import load_browsed
from galaxyzoo.showing.catalogue_pages import catalogue_application
from galaxyzoo.showing.local_server import (
    address_of,
    port_number,
    server_of,
    told_in_the_terminal,
)
from galaxyzoo.showing.turns import THREADS

TEMPLATES = Path(__file__).resolve().parents[1] / "report"
PORT = 8767  # beside those of show.py and label.py


def browse(folder: Path, port: int) -> None:
    """Serve the pages until they are interrupted."""
    server = server_of(catalogue_application(load_browsed(folder), TEMPLATES), port, THREADS)
    print(f"Look through the catalogue at {address_of(server)} (Ctrl-C ends it)", flush=True)
    server.run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of a catalogue, results/demo/catalogues/mine")
    parser.add_argument(
        "--port", type=port_number, default=PORT, help=f"default: {PORT}; 0 takes any"
    )
    arguments = parser.parse_args()
    with told_in_the_terminal():
        browse(arguments.folder, arguments.port)
