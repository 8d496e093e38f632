"""The pages of a catalogue on this machine's server: the strangest galaxies, and more like one."""

from pathlib import Path

from flask import Flask, Response, jsonify, request

from galaxyzoo.report.templates import page_templates
from galaxyzoo.showing.browsing import Browsed, galaxies_at, more_like, position_of
from galaxyzoo.showing.local_server import Answer, is_of_the_page, page_application
from galaxyzoo.showing.turns import COME_AGAIN, MOST_PICTURES, Busy, Turns

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
STRANGE = (
    "Their strangeness is the distance of the tenth nearest other galaxy, in the first network's "
    "reduced features, over the median of that distance."
)
LARGEST_BYTES = 1_000_000  # of a request, which has no content
LIKE = "In the first network's reduced features, the nearest first."


def catalogue_application(catalogue: Browsed, templates: Path) -> Flask:
    """The pages of a catalogue by themselves, without networks."""
    app = page_application(LARGEST_BYTES)
    add_catalogue(app, catalogue, templates, Turns(MOST_PICTURES))

    @app.get("/")
    def start() -> Response:
        return Response(status=302, headers={"Location": "/catalogue"})

    @app.errorhandler(Busy)
    def put_off(error: Busy) -> Answer:
        return jsonify(error=COME_AGAIN), 503

    return app


def add_catalogue(app: Flask, catalogue: Browsed, templates: Path, turns: Turns) -> None:
    """Let a server answer `/catalogue`, and `/catalogue?like=ID`."""

    @app.get("/catalogue")
    def browse() -> Answer:
        if not is_of_the_page():
            return jsonify(error="Only its own pages lead here: type the address."), 403
        page = turns.run(browsed_page, request.args.get("like"), catalogue, templates)
        return Response(page, headers={"Content-Security-Policy": POLICY}, mimetype="text/html")


def browsed_page(asked: str | None, catalogue: Browsed, templates: Path) -> str:
    """The page of galaxies like that of an id or, without one, of the strangest."""
    galaxy, message, shown = None, "", []
    if asked is None:
        shown = galaxies_at(catalogue.strangest, catalogue)
        if not shown:
            message = "There are too few galaxies to say which are strange."
    elif (position := position_of(asked, catalogue)) is None:
        message = f"The catalogue has no galaxy {asked}."
    else:
        [galaxy] = galaxies_at([position], catalogue)
        shown = galaxies_at(more_like(position, catalogue), catalogue)
        if not shown:
            message = "It has no features to compare: its picture cannot be used, or it is alone."
    return (
        page_templates(templates)
        .get_template("browse.html.j2")
        .render(
            title="The strangest galaxies" if asked is None else f"More like {asked}",
            heading="The strangest first" if asked is None else "The nearest galaxies",
            said=STRANGE if asked is None else LIKE,
            name=catalogue.name,
            experiment=catalogue.experiment,
            galaxies=0 if catalogue.index is None else len(catalogue.index),
            asked=asked,
            galaxy=galaxy,
            shown=shown,
            message=message,
        )
    )
