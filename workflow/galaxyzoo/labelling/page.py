"""The page on which a volunteer labels galaxies, and what it asks its server for."""

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request
from markupsafe import Markup

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.labelling.session import OutOfStep, Session
from galaxyzoo.report.explorer import tree_table
from galaxyzoo.report.templates import page_templates
from galaxyzoo.showing.local_server import Answer, page_application, policy_of

SCRIPT = "label.js"
LARGEST_BYTES = 10_000  # of what the page sends: an answer
THREADS = 8  # so that an answer does not wait for pictures that are fetched ahead


def application(session: Session, templates: Path, table: Path) -> Flask:
    """The page and what it asks for. `table` is the path of the votes."""
    app = page_application(LARGEST_BYTES)
    page, policy = rendered(session, templates, table)

    @app.get("/")
    def label() -> Response:
        return Response(page, headers={"Content-Security-Policy": policy}, mimetype="text/html")

    @app.get("/view")
    def view() -> Response:
        return jsonify(session.view())

    @app.get("/picture/<int:position>")
    def picture(position: int) -> Answer:
        if position >= len(session.galaxies.ids):
            return jsonify(error=f"there is no galaxy {position}"), 404
        return Response(session.galaxies.picture(position), mimetype="image/jpeg")

    @app.post("/answer")
    def answer() -> Response:
        position, question, k = whole_numbers("galaxy", "question", "answer")
        questions = session.tree.questions
        if None in (position, question) or not 0 <= question < len(questions):
            raise OutOfStep
        columns = questions[question].columns
        if k is not None and not 0 <= k < len(columns):
            raise OutOfStep
        return jsonify(session.answer(position, question, None if k is None else columns[k]))

    @app.post("/skip")
    def skip() -> Response:
        (position,) = whole_numbers("galaxy")
        if position is None:
            raise OutOfStep
        return jsonify(session.skip(position))

    @app.post("/undo")
    def undo() -> Response:
        return jsonify(session.undo())

    @app.errorhandler(InputError)
    def refuse(error: InputError) -> Answer:
        return jsonify(error=sentence(error)), 400

    @app.errorhandler(OutOfStep)
    def catch_up(error: OutOfStep) -> Answer:
        told = "Nothing was kept: that is not what is asked now. Is there another window?"
        return jsonify(error=told, view=session.view()), 409

    return app


def whole_numbers(*names: str) -> list[int | None]:
    """Whole numbers of the JSON that the page sent, by their names; None for what is none."""
    sent: Any = request.get_json(silent=True)
    values = [sent.get(name) if isinstance(sent, dict) else None for name in names]
    return [value if type(value) is int else None for value in values]


def sentence(error: InputError) -> str:
    """An error as a sentence."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def rendered(session: Session, templates: Path, table: Path) -> tuple[str, str]:
    """The page, and the policy by which nothing but its own script runs or is asked for."""
    code = (templates / SCRIPT).read_text(encoding="utf-8")
    policy = policy_of(code, "data: blob:")
    page = page_templates(templates).get_template("label.html.j2")
    questions = json.dumps(tree_table(session.tree)).replace("<", "\\u003c")
    text = page.render(
        galaxies=session.galaxies.name,
        volunteer=session.own.name,
        table=table,
        questions=Markup(questions),
        script=Markup(code),
    )
    return text, policy
