"""The page's server: on this machine alone, by Flask and Waitress.

Waitress reads requests as they come, so that idle and slow connections keep nobody waiting. The
networks look at one picture at a time.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from flask import Flask, Response, jsonify, request
from markupsafe import Markup
from waitress.server import BaseWSGIServer, create_server

from galaxyzoo.engine.ensemble import Member
from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.explorer import tree_table
from galaxyzoo.report.templates import counted, in_print, page_templates, script_hash
from galaxyzoo.showing.answers import answer, crop_of, places
from galaxyzoo.showing.browsing import Browsed
from galaxyzoo.showing.experts import Experts

HOST = "127.0.0.1"
SCRIPTS = ("tree.js", "show.js")
MOST_PICTURES = 4  # that are looked at or wait for it; others are asked to come again
THREADS = 2 * MOST_PICTURES  # so that the page comes while pictures wait
MOST_CONNECTIONS = 100
IDLE_SECONDS = 30  # after which a connection that sends nothing is closed
CLEANING_SECONDS = 10
OWN_SITES = ("same-origin", "none")  # of a page's own request, and of an address that was typed

Answer = Response | tuple[Response, int]


class Busy(Exception):
    """There are too many pictures to look at."""


class Turns:
    """Runs calls one after another in one thread, which keeps a single team of torch's threads."""

    def __init__(self, most: int) -> None:
        """`most` is the number of calls that may run or wait."""
        self._thread = ThreadPoolExecutor(1)
        self._places = BoundedSemaphore(most)

    def run(self, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        """What a call returns. Raises Busy if too many wait."""
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            return self._thread.submit(call, *arguments).result()
        finally:
            self._places.release()


def guarded() -> Flask:
    """A server without pages, which answers this machine's own pages alone."""
    app = Flask("galaxyzoo", static_folder=None)
    # Other sites cannot reach it by a name that leads here, nor send it endless files.
    app.config.update(TRUSTED_HOSTS=[HOST, "localhost"], MAX_CONTENT_LENGTH=LARGEST_BYTES)

    @app.before_request
    def require_own_page() -> Answer | None:
        takes_time = request.method == "POST" or request.path != "/"
        if takes_time and not is_of_the_page():
            return jsonify(error="Only the page itself may ask: open it in a browser."), 403
        return None

    @app.errorhandler(Busy)
    def put_off(error: Busy) -> Answer:
        return jsonify(error="It waits for other pictures: show it again in a minute."), 503

    @app.errorhandler(500)
    def fail(error: Exception) -> Answer:
        return jsonify(error="The server failed at it: the terminal tells why."), 500

    return app


def application(
    experts: Experts,
    templates: Path,
    settings: dict[str, Any],
    catalogue: Browsed | None = None,
    turns: Turns | None = None,
) -> Flask:
    """The page and what it asks for. `settings` is the config's `catalogue`.

    With a `catalogue`, it shows what is most like a picture there too.
    """
    app = guarded()
    name = None if catalogue is None else catalogue.name
    page, policy = rendered(experts, templates, settings, name)
    turns = turns or Turns(MOST_PICTURES)

    @app.get("/")
    def show() -> Response:
        return Response(page, headers={"Content-Security-Policy": policy}, mimetype="text/html")

    @app.post("/answer")
    def tell() -> Response:
        return jsonify(turns.run(answer_to, request.get_data(), experts, settings, catalogue))

    @app.post("/places/<int:column>")
    def explain(column: int) -> Answer:
        if column >= len(experts.tree.columns):
            return jsonify(error=f"there is no answer {column}"), 404
        return jsonify(turns.run(places_in, request.get_data(), column, experts, settings))

    @app.errorhandler(InputError)
    def refuse(error: InputError) -> Answer:
        return jsonify(error=f"It cannot be used: {error}."), 400

    @app.errorhandler(413)
    def too_large(error: Exception) -> Answer:
        return jsonify(error=f"It cannot be used: it has more than {LARGEST_BYTES:,} bytes."), 413

    return app


def is_of_the_page() -> bool:
    """Whether a request is of this page, or of a program, and not of another site in a browser.

    A browser says where a request comes from; a program that may as well run the networks need not.
    """
    origin = request.headers.get("Origin", request.host_url.rstrip("/"))
    is_own = request.headers.get("Sec-Fetch-Site", OWN_SITES[0]) in OWN_SITES
    return is_own and origin == request.host_url.rstrip("/")


def answer_to(
    content: bytes, experts: Experts, settings: dict[str, Any], catalogue: Browsed | None
) -> dict[str, Any]:
    """What the networks say of a picture's file."""
    return answer(crop_of(content, experts, settings), experts, catalogue)


def places_in(
    content: bytes, column: int, experts: Experts, settings: dict[str, Any]
) -> dict[str, Any]:
    """Which places of a picture's file an answer hangs on."""
    return places(crop_of(content, experts, settings), column, experts)


def server_of(app: Flask, port: int) -> BaseWSGIServer:
    """The server of the page, which listens at a port of this machine, or at any for 0.

    Raises InputError if the port is in use.
    """
    try:
        return create_server(
            app,
            host=HOST,
            port=port,
            threads=THREADS,
            connection_limit=MOST_CONNECTIONS,
            backlog=MOST_CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=CLEANING_SECONDS,
            max_request_body_size=LARGEST_BYTES + 1,  # from which on it is refused
        )
    except OSError as error:
        raise InputError(
            f"port {port} cannot be taken ({error.strerror}); give another with --port"
        ) from error


def views_in_words(members: Sequence[Member]) -> str:
    """In how many views each network looks at a picture, such as `16 views` or `4 or 16 views`."""
    *others, most = sorted({len(member.maps) for member in members})
    return " or ".join([*map(str, others), counted(most, "view")])


def rendered(
    experts: Experts, templates: Path, settings: dict[str, Any], catalogue: str | None = None
) -> tuple[str, str]:
    """The page, and the policy by which nothing but its own script runs or is asked for.

    `catalogue` is the name of one that pictures are compared with.
    """
    code = "".join((templates / name).read_text(encoding="utf-8") for name in SCRIPTS)
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; connect-src 'self'; "
        f"script-src '{script_hash(code)}'; frame-ancestors 'none'"
    )
    page = page_templates(templates).get_template("show.html.j2")
    questions = json.dumps(tree_table(experts.tree)).replace("<", "\\u003c")
    text = page.render(
        experiment=experts.name,
        words=in_print(experts.words),
        networks=len(experts.members),
        views=views_in_words(experts.members),
        crop_px=experts.size_px,
        sizes=settings["sizes"],
        catalogue=catalogue,
        largest_bytes=LARGEST_BYTES,
        questions=Markup(questions),
        script=Markup(code),
    )
    return text, policy
