"""Show galaxies to a finished experiment: python workflow/scripts/show.py results/demo."""

import argparse
import logging
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from werkzeug.serving import make_server

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.config import catalogue_settings, load_schema
from galaxyzoo.showing.experts import load_experts
from galaxyzoo.showing.server import HOST, application

WORKFLOW = Path(__file__).resolve().parents[1]
PORT = 8765


def show(folder: Path, port: int) -> None:
    """Serve the page until it is interrupted."""
    settings = catalogue_settings({}, load_schema(WORKFLOW / "schemas" / "config.schema.yaml"))
    app = application(load_experts(folder), WORKFLOW / "report", settings)
    try:
        server = make_server(HOST, port, app)
    except SystemExit as taken:  # werkzeug has told
        raise InputError(f"port {port} is in use; give another with --port") from taken
    print(f"Show it galaxies at http://{HOST}:{server.server_port}/ (Ctrl-C ends it)", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of a finished experiment, such as results/demo")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}; 0 takes any")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        show(arguments.folder, arguments.port)
    except InputError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        pass
