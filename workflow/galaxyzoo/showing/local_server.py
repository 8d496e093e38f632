"""The server of a page: on this machine alone, by Flask and Waitress.

Waitress reads requests as they come, so that idle and slow connections keep nobody waiting.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, jsonify, request
from waitress.server import BaseWSGIServer, create_server

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.templates import script_hash

HOST = "127.0.0.1"
MOST_CONNECTIONS = 100
IDLE_SECONDS = 30  # after which a connection that sends nothing is closed
CLEANING_SECONDS = 10
OWN_SITES = ("same-origin", "none")  # of a page's own request, and of an address that was typed
LARGEST_PORT = 65535

Answer = Response | tuple[Response, int]


def page_application(largest_bytes: int) -> Flask:
    """A page's application, which other sites cannot ask for anything.

    Neither do they reach it by a name that leads here, nor does it take more than `largest_bytes`
    at once.
    """
    app = Flask("galaxyzoo", static_folder=None)
    app.config.update(TRUSTED_HOSTS=[HOST, "localhost"], MAX_CONTENT_LENGTH=largest_bytes)

    @app.before_request
    def require_own_page() -> Answer | None:
        if request.method == "POST" and not is_of_the_page():
            return jsonify(error="Only the page itself may ask: open it in a browser."), 403
        return None

    @app.errorhandler(500)
    def fail(error: Exception) -> Answer:
        return jsonify(error="The server failed at it: the terminal tells why."), 500

    return app


def is_of_the_page() -> bool:
    """Whether a request is of this page, or of a program, and not of another site in a browser.

    A browser says where a request comes from; a program that may as well run the networks need not.
    """
    origin = request.headers.get("Origin", request.host_url.rstrip("/"))
    is_own = request.headers.get("Sec-Fetch-Site", OWN_SITES[0]) in OWN_SITES
    return is_own and origin == request.host_url.rstrip("/")


def server_of(app: Flask, port: int, threads: int) -> BaseWSGIServer:
    """The server of a page, which listens at a port of this machine, or at any for 0.

    Raises InputError if the port is in use.
    """
    try:
        return create_server(
            app,
            host=HOST,
            port=port,
            threads=threads,
            connection_limit=MOST_CONNECTIONS,
            backlog=MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=CLEANING_SECONDS,
            # From which on it is refused.
            max_request_body_size=app.config["MAX_CONTENT_LENGTH"] + 1,
        )
    except OSError as error:
        raise InputError(
            f"port {port} cannot be taken ({error.strerror}); give another with --port"
        ) from error


def policy_of(code: str, images: str) -> str:
    """The policy by which a page runs nothing but its own script, and asks nobody but its server.

    `images` are the sources of its pictures, such as `data:`.
    """
    return (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; connect-src 'self'; "
        f"script-src '{script_hash(code)}'; frame-ancestors 'none'"
    )


def port_number(text: str) -> int:
    """A port that was given on the command line; 0 takes any. Raises argparse's own error."""
    if not text.isdecimal() or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not allowed; allowed: 0 to {LARGEST_PORT}")
    return int(text)


@contextmanager
def told_in_the_terminal() -> Iterator[None]:
    """Within, what is served is logged; bad input ends it in a sentence, Ctrl-C without one."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("waitress").setLevel(logging.ERROR)
    try:
        yield
    except InputError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        pass


def address_of(server: BaseWSGIServer) -> str:
    """Where a browser finds the page of a server."""
    return f"http://{HOST}:{server.effective_port}/"
