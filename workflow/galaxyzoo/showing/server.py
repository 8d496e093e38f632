"""The page that a picture is dropped on: what it asks for. The networks look at one at a time."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from markupsafe import Markup

from galaxyzoo.engine.ensemble import Member
from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.explorer import tree_table
from galaxyzoo.report.templates import counted, in_print, page_templates
from galaxyzoo.showing.answers import answer, crop_of, places
from galaxyzoo.showing.browsing import Browsed
from galaxyzoo.showing.catalogue_pages import add_catalogue
from galaxyzoo.showing.experts import Experts
from galaxyzoo.showing.local_server import Answer, page_application, policy_of
from galaxyzoo.showing.turns import COME_AGAIN, MOST_PICTURES, Busy, Turns

SCRIPTS = ("tree.js", "show.js")


def application(
    experts: Experts,
    templates: Path,
    settings: dict[str, Any],
    catalogue: Browsed | None = None,
) -> Flask:
    """The page and what it asks for. `settings` is the config's `catalogue`.

    With a `catalogue`, it shows what is most like a picture there too, and has its pages.
    """
    app = page_application(LARGEST_BYTES)
    name = None if catalogue is None else catalogue.name
    page, policy = rendered(experts, templates, settings, name)
    turns = Turns(MOST_PICTURES)
    if catalogue is not None:
        add_catalogue(app, catalogue, templates, turns)

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

    @app.errorhandler(Busy)
    def put_off(error: Busy) -> Answer:
        return jsonify(error=COME_AGAIN), 503

    @app.errorhandler(413)
    def too_large(error: Exception) -> Answer:
        return jsonify(error=f"It cannot be used: it has more than {LARGEST_BYTES:,} bytes."), 413

    return app


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
    policy = policy_of(code, "data:")
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
