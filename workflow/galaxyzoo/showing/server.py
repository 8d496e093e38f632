"""The page's server: on this machine alone, one request at a time, by Flask."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from markupsafe import Markup

from galaxyzoo.files.archives import LARGEST_BYTES
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.explorer import tree_table
from galaxyzoo.report.templates import page_templates, script_hash
from galaxyzoo.showing.answers import answer, crop_of, places
from galaxyzoo.showing.experts import Experts

HOST = "127.0.0.1"
SCRIPTS = ("tree.js", "show.js")


def application(experts: Experts, templates: Path, settings: dict[str, Any]) -> Flask:
    """The page and what it asks for. `settings` is the config's `catalogue`."""
    app = Flask("galaxyzoo", static_folder=None)
    # Other sites cannot reach it by a name that leads here, nor send it endless files.
    app.config.update(TRUSTED_HOSTS=[HOST, "localhost"], MAX_CONTENT_LENGTH=LARGEST_BYTES)
    page, policy = rendered(experts, templates)

    @app.get("/")
    def show() -> Response:
        return Response(page, headers={"Content-Security-Policy": policy}, mimetype="text/html")

    @app.post("/answer")
    def tell() -> Response:
        return jsonify(answer(crop_of(request.get_data(), experts, settings), experts))

    @app.post("/places/<int:column>")
    def explain(column: int) -> Response | tuple[Response, int]:
        if column >= len(experts.tree.columns):
            return jsonify(error=f"there is no answer {column}"), 404
        return jsonify(places(crop_of(request.get_data(), experts, settings), column, experts))

    @app.errorhandler(InputError)
    def refuse(error: InputError) -> tuple[Response, int]:
        return jsonify(error=f"It cannot be used: {error}."), 400

    @app.errorhandler(413)
    def too_large(error: Exception) -> tuple[Response, int]:
        return jsonify(error=f"It cannot be used: it has more than {LARGEST_BYTES:,} bytes."), 413

    return app


def rendered(experts: Experts, templates: Path) -> tuple[str, str]:
    """The page, and the policy by which nothing but its own script runs or is asked for."""
    code = "".join((templates / name).read_text(encoding="utf-8") for name in SCRIPTS)
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; connect-src 'self'; "
        f"script-src '{script_hash(code)}'; frame-ancestors 'none'"
    )
    page = page_templates(templates).get_template("show.html.j2")
    questions = json.dumps(tree_table(experts.tree)).replace("<", "\\u003c")
    text = page.render(
        experiment=experts.name,
        networks=len(experts.members),
        views=len(experts.members[0].maps),
        crop_px=experts.members[0].crop_px,
        questions=Markup(questions),
        script=Markup(code),
    )
    return text, policy
