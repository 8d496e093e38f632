"""Label galaxies in a browser: python workflow/scripts/label.py PATH --as NAME.

PATH is what a catalogue takes (a folder, zip or tar of pictures, Parquet files, a table of paths),
a catalogue's folder, or a table in that folder, such as that of snakemake suggest.
"""

import argparse
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.labelling.configs import picture_settings, read_configs, tree_to_ask
from galaxyzoo.labelling.folders import require_own_galaxies, require_same_pictures
from galaxyzoo.labelling.galaxies import catalogue_of, galaxies_at
from galaxyzoo.labelling.page import THREADS, application
from galaxyzoo.labelling.questions import require_votable
from galaxyzoo.labelling.session import Session
from galaxyzoo.labelling.volunteers import writing
from galaxyzoo.labelling.votes import BESIDE, Table, TableWriter
from galaxyzoo.plan.config import load_schema
from galaxyzoo.showing.local_server import (
    address_of,
    port_number,
    server_of,
    told_in_the_terminal,
)

WORKFLOW = Path(__file__).resolve().parents[1]
USUAL_CONFIG = Path("config/config.yaml")
LABELS = Path("labels")
PORT = 8766


def label(arguments: argparse.Namespace) -> None:
    """Serve the page until it is interrupted, and write the table of votes."""
    schema = load_schema(WORKFLOW / "schemas" / "config.schema.yaml")
    config = read_configs(config_files(arguments), schema)
    tree = tree_to_ask(config, arguments.tree, schema)
    require_votable(tree, BESIDE)
    galaxies = galaxies_at(arguments.galaxies, picture_settings(config, schema))
    folder = arguments.folder or LABELS / galaxies.name
    with writing(folder, arguments.volunteer, tree) as own:
        table = Table(folder, tree)
        require_own_galaxies(folder, galaxies)
        require_same_pictures(table.volunteers(), galaxies)
        table.write()
        writer = TableWriter(table)
        try:
            session = Session(galaxies, tree, own, writer)
            app = application(session, WORKFLOW / "report", table.path)
            server = server_of(app, arguments.port, THREADS)
            print(f"Label galaxies at {address_of(server)} (Ctrl-C ends it)", flush=True)
            server.run()
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            writer.end()
        print(table.write())


def config_files(arguments: argparse.Namespace) -> list[Path]:
    """The config files to read: of a catalogue its experiment's, or those that are given."""
    if arguments.configfile:
        return [*([USUAL_CONFIG] if USUAL_CONFIG.is_file() else []), *arguments.configfile]
    catalogue = catalogue_of(arguments.galaxies)
    own = catalogue and catalogue.resolve().parent.parent / USUAL_CONFIG.name
    return [file for file in (own or USUAL_CONFIG,) if file.is_file()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument(
        "galaxies",
        type=Path,
        metavar="PATH",
        help="a folder, zip or tar of pictures, a table of paths, a catalogue's folder, or a table "
        "in it",
    )
    parser.add_argument(
        "--as", dest="volunteer", required=True, metavar="NAME", help="who labels: a file's name"
    )
    parser.add_argument(
        "--folder", type=Path, help="of the answers of all volunteers; default: labels/<galaxies>"
    )
    parser.add_argument(
        "--configfile",
        type=Path,
        nargs="+",
        help="whose tree is asked, and whose bands and stretch pictures are made of; default: that "
        "of the catalogue's experiment, or config/config.yaml",
    )
    parser.add_argument(
        "--tree", help="another tree, by its name (galaxy_zoo_desi) or in a YAML file"
    )
    parser.add_argument(
        "--port", type=port_number, default=PORT, help=f"default: {PORT}; 0 takes any"
    )
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with told_in_the_terminal():
        label(arguments)
